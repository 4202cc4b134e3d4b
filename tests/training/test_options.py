from pathlib import Path

import pytest

from forecast_core.errors import DataError
from tests.builders import MODEL_FILE, ROOT
from training.options import TrainingOptions, read_options


def test_without_arguments_the_published_data_is_trained_on() -> None:
    """The model and its report go where the repository has them."""
    options = read_options([])
    assert options == TrainingOptions()
    assert (options.data, options.output, options.report) == (None, MODEL_FILE, ROOT / "docs/validation")


def test_the_old_name_of_timestamps_is_still_read() -> None:
    """``--labels`` is what version 1.0.0 called ``--timestamps``."""
    assert read_options(["--labels", "start"]) == read_options(["--timestamps", "start"])
    assert read_options(["--labels", "start"]).timestamps == "start"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--holidays", "XX", "no such country or part of one is known; use a code like NL or DE-BY, or none"),
        ("--timezone", "Mars", "--timezone Mars is not in the time zone database; use a name like America/Los_Angeles"),
        ("--seed", "-1", "--seed -1: must be from 0 to 4294967295"),
        ("--year", "9999", "--year 9999: must be from 1970 to 2069"),
        ("--output", "/", "/ exists and is no regular file; name another"),
        ("--output", "/dev/null", "/dev/null exists and is no regular file; name another"),
        ("--output", "/none/model.onnx", "/none/model.onnx: its folder does not exist; make it first"),
        ("--output", str(ROOT / "docs/validation"), "docs/validation exists and is no regular file; name another"),
        ("--report", __file__, f"{__file__} exists and is no folder; name another with --report"),
        ("--report", "/dev/null", "/dev/null exists and is no folder; name another with --report"),
        (
            "--unit",
            "kWh",
            "--unit kWh is energy, and this is a model of power: divide each value by the hours of its interval "
            "(2 kWh in 15 minutes are 8 kW), and name --unit kW",
        ),
        ("--unit", "$x^$", "--unit '$x^$' is no unit of power; known are W, kW, MW, GW, TW"),
        ("--seed", "x", "argument --seed: invalid int value: 'x'; --help lists the options"),
        ("--colour", "red", "unrecognized arguments: --colour red; --help lists the options"),
    ],
)
def test_a_wrong_option_is_one_line(option: str, value: str, message: str) -> None:
    """It is found before the work begins."""
    with pytest.raises(DataError) as refusal:
        read_options([option, value])
    assert str(refusal.value).endswith(message)
    assert "\n" not in str(refusal.value)


def test_a_loop_of_links_is_one_line(tmp_path: Path) -> None:
    """Neither the model nor the report can be written to it."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for option in ("--output", "--report"):
        with pytest.raises(DataError, match=f"^{tmp_path}/a "):
            read_options([option, str(tmp_path / "a")])


def test_a_report_that_cannot_be_written_is_found_before_the_work(tmp_path: Path) -> None:
    """A folder is where the figures should go."""
    figures = tmp_path / "report" / "figures.json"
    figures.mkdir(parents=True)
    with pytest.raises(DataError, match=f"^{figures} exists and is no regular file; name another$"):
        read_options(["--report", str(tmp_path / "report")])


def test_model_and_report_need_two_names(tmp_path: Path) -> None:
    """One would replace the other."""
    with pytest.raises(DataError, match=r"^--output and --report are both .*/x; name two$"):
        read_options(["--output", str(tmp_path / "x"), "--report", str(tmp_path / "x")])
