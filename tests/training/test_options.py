from datetime import date
from pathlib import Path

import pytest

from forecast_core.errors import DataError
from tests.builders import MODEL_FILE, ROOT
from training.model_file import check_paths
from training.options import TrainingOptions, read_options


def test_without_arguments_the_published_data_is_trained_on() -> None:
    """The model and its report go where the repository has them."""
    options = read_options([])
    assert options == TrainingOptions()
    assert (options.data, options.output, options.report) == (None, MODEL_FILE, ROOT / "docs/validation")


def test_the_old_name_of_timestamps_is_still_read() -> None:
    """``--labels`` was the name of ``--timestamps`` before the first release."""
    assert read_options(["--labels", "start"]) == read_options(["--timestamps", "start"])
    assert read_options(["--labels", "start"]).timestamps == "start"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--holidays", "XX", "no such country or part of one is known; use a code like NL or DE-BY, or none"),
        (
            "--timezone",
            "Mars",
            "--timezone 'Mars' is not a name of the time zone database; use a name like America/Los_Angeles",
        ),
        ("--seed", "-1", "--seed -1: must be from 0 to 4294967295"),
        ("--year", "9999", "--year 9999: must be from 1970 to 2069"),
        ("--output", "/", "/ is not a regular file; choose another path"),
        ("--output", "/dev/null", "/dev/null is not a regular file; choose another path"),
        ("--output", "/none/model.onnx", "/none/model.onnx: the folder does not exist; create it first"),
        ("--output", str(ROOT / "docs/validation"), "docs/validation is not a regular file; choose another path"),
        ("--report", __file__, f"{__file__} is not a folder; choose another one with --report"),
        ("--report", "/dev/null", "/dev/null is not a folder; choose another one with --report"),
        ("--output", "a\x00b", "embedded null "),  # byte or character, by the version of Python
        ("--report", "x" * 300, " cannot be written (File name too long)"),
        ("--unit", "$x^$", "--unit '$x^$' is not known; known are W, kW, MW, GW, TW, Wh, kWh, MWh"),
        ("--unit", "kwh", "--unit 'kwh' is not known; known are W, kW, MW, GW, TW, Wh, kWh, MWh"),
        ("--data", "", "--data needs a path or an address; leave the option out for the published data set"),
        ("--time-column", "", "--time-column and --value-column need a name; leave the option out for its default"),
        ("--value-column", "", "--time-column and --value-column need a name; leave the option out for its default"),
        ("--value-column", "ds", "--time-column and --value-column are both 'ds'; name two"),
        ("--name", "", "--name '': must be one line of 1 to 80 characters"),
        ("--name", "two\nlines", "--name 'two\\nlines': must be one line of 1 to 80 characters"),
        ("--name", "x" * 81, "...': must be one line of 1 to 80 characters"),
        ("--name", "x" * 80 + " ", "...': must be one line of 1 to 80 characters"),
        ("--since", "3 March", "argument --since: invalid fromisoformat value: '3 March'; --help lists the options"),
        ("--seed", "x", "argument --seed: invalid int value: 'x'; --help lists the options"),
        ("--colour", "red", "unrecognized arguments: --colour red; --help lists the options"),
    ],
)
def test_a_wrong_option_is_one_line(option: str, value: str, message: str) -> None:
    """It is found before the work begins."""
    with pytest.raises(DataError) as refusal:
        check_paths(read_options([option, value]))
    assert message in str(refusal.value)


def test_a_period_has_to_begin_before_its_end() -> None:
    """The message has both days."""
    with pytest.raises(DataError, match=r"^--since 2024-03-02 is after --until 2024-03-01$"):
        read_options(["--since", "2024-03-02", "--until", "2024-03-01"])
    assert read_options(["--since", "2024-03-01", "--until", "2024-03-01"]).since == date(2024, 3, 1)


@pytest.mark.parametrize("unit", ["kWh", "Wh", "MWh"])
def test_a_unit_of_energy_makes_a_model_of_power(unit: str) -> None:
    """The model's unit is that of the mean power."""
    options = read_options(["--unit", unit])
    assert (options.is_energy, options.power_unit) == (True, unit[:-1])
    assert (TrainingOptions().is_energy, TrainingOptions().power_unit) == (False, "kW")


def test_a_loop_of_links_is_one_line(tmp_path: Path) -> None:
    """Neither the model nor the report can be written to it."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for option in ("--output", "--report"):
        with pytest.raises(DataError, match=f"^{tmp_path}/a "):
            check_paths(read_options([option, str(tmp_path / "a")]))


def test_a_report_that_cannot_be_written_is_found_before_the_work(tmp_path: Path) -> None:
    """A folder is where the figures should go."""
    figures = tmp_path / "report" / "figures.json"
    figures.mkdir(parents=True)
    with pytest.raises(DataError, match=f"^{figures} is not a regular file; choose another path$"):
        check_paths(read_options(["--report", str(tmp_path / "report")]))


def test_a_report_may_go_into_folders_that_do_not_exist(tmp_path: Path) -> None:
    """What lies beside them does not matter, and nothing is left by the check."""
    (tmp_path / "report").mkdir()
    check_paths(read_options(["--report", str(tmp_path / "2026" / "report")]))
    assert [file.name for file in tmp_path.iterdir()] == ["report"]


def test_model_and_report_need_two_names(tmp_path: Path) -> None:
    """One would replace the other."""
    with pytest.raises(DataError, match=r"^--output and --report are both .*/x; give them different paths$"):
        check_paths(read_options(["--output", str(tmp_path / "x"), "--report", str(tmp_path / "x")]))


@pytest.mark.parametrize("option", ["--data", "--closures"])
def test_the_model_does_not_replace_what_it_is_made_of(tmp_path: Path, option: str) -> None:
    """A name that is given twice by mistake would lose the measurements; nor is it a file of the report."""
    load = tmp_path / "load.csv"
    load.write_text("ds,y\n")
    given = ["--report", str(tmp_path / "report")]
    with pytest.raises(DataError, match=rf"^--output and {option} are both .*/load.csv; give them different paths$"):
        check_paths(read_options([option, str(load), "--output", str(load), *given]))
    (tmp_path / "report").mkdir()
    with pytest.raises(DataError, match=r"^--output and --report's figures are both .*/figures.json; give them "):
        check_paths(read_options(["--output", str(tmp_path / "report" / "figures.json"), *given]))
