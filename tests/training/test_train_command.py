import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import onnx
import pandas as pd
import pytest
from holidays import country_holidays

from forecast_core.calendar import Label
from forecast_core.card import ModelCard
from serving.onnx_model import load_model
from tests.conftest import ROOT
from tests.training.test_exports import Export, Site


def train(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, from another folder, with warnings as errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "train.py"), *map(str, arguments)],
        cwd="/",
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def card_in(path: Path) -> ModelCard:
    return ModelCard.from_metadata({prop.key: prop.value for prop in onnx.load(path).metadata_props})


@pytest.mark.parametrize("cores", ["one core", "all cores"])
def test_the_committed_model_and_report_are_what_the_command_makes(
    published_csv: Path, tmp_path: Path, cores: str
) -> None:
    """The same data, code and pins give the same bytes, whatever the number of cores."""
    environment = {"LOKY_MAX_CPU_COUNT": "1", "OMP_NUM_THREADS": "1"} if cores == "one core" else {}
    run = train("--output", tmp_path / "model.onnx", "--report", tmp_path / "report", **environment)
    assert (run.returncode, run.stderr) == (0, "")
    made = {file.name: file.read_bytes() for file in tmp_path.rglob("*.*") if file.is_file()}
    committed = [ROOT / "model.onnx", *(ROOT / "docs/validation" / name for name in made if name != "model.onnx")]
    assert {file.name for file in committed} == {"model.onnx", "figures.json", "forecast.png"}
    for file in committed:
        assert made[file.name] == file.read_bytes(), f"{file.name} differs: run python train.py and commit it"


def test_any_hourly_series_can_be_trained_on(write_csv: Callable[..., Path], tmp_path: Path) -> None:
    """Another site, unit and seed travel in the card; the output says what was done."""
    output = tmp_path / "model.onnx"
    run = train(
        "--data", write_csv(time_zone="Asia/Tokyo", first="2023-01-01T00:00+09:00"),
        "--output", output, "--report", tmp_path / "report",
        "--timezone", "Asia/Tokyo", "--unit", "MW", "--seed", "7",
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    card = card_in(output)
    assert (card.unit, card.timezone, card.seed) == ("MW", "Asia/Tokyo", 7)
    assert (card.first_event_start, card.label_weekday_shift) == ("2023-01-01T00:00:00+09:00", 0)
    assert card.training_data["rows"] == 120 * 24
    assert "public holidays of JP, the country of Asia/Tokyo: 6 lie in the data" in run.stdout
    assert "61,488 inputs" in run.stdout
    assert sorted(file.name for file in (tmp_path / "report").iterdir()) == [
        "figures.json",
        "forecast.png",
    ]


def test_a_series_of_years_with_gaps_zeros_and_negative_values_is_fine(
    write_csv: Callable[..., Path], tmp_path: Path
) -> None:
    """A site that feeds back into the grid is trained on like any other, and its MAPE is left out."""
    data, output = write_csv(days=500, offset=120), tmp_path / "model.onnx"
    rows = data.read_text().splitlines()
    rows[5] = rows[5].split(",")[0] + ",0"
    data.write_text("\n".join(row for number, row in enumerate(rows) if number % 97 != 96))
    run = train("--data", data, "--output", output, "--report", tmp_path / "report")
    assert (run.returncode, run.stderr) == (0, "")
    assert "No MAPE: the load is zero or negative in places" in run.stdout
    card = card_in(output)
    assert card.training_data["missing_hours"] == 500 * 24 // 97
    assert card.training_data["rows"] == 500 * 24 - 500 * 24 // 97
    assert set(card.validation["scores"]["forest"]) == {"mae", "rmse"}


def test_what_is_odd_about_the_calendar_is_said_and_carried(write_csv: Callable[..., Path], tmp_path: Path) -> None:
    """Whoever reads the output or the card learns what was seen and what would mend it."""
    output = tmp_path / "model.onnx"
    run = train("--data", write_csv(), "--output", output, "--report", tmp_path / "report", "--year", "2015")
    assert (run.returncode, run.stderr) == (0, "")
    card = card_in(output)
    _, remark = card.training_data["remarks"]
    assert remark in run.stdout
    assert "the quietest days are Wednesday and Thursday, not Saturday and Sunday" in remark
    assert (card.first_event_start, card.label_weekday_shift) == ("2015-01-01T00:00:00-08:00", 4)


@pytest.mark.parametrize(
    ("options", "said", "country"),
    [
        ([], "public holidays of US, the country of America/Los_Angeles: 7 lie in the data", "US"),
        (["--holidays", "none"], "no public holidays, as --holidays says", None),
    ],
)
def test_holidays_are_told_to_the_model_if_they_help(
    write_csv: Callable[..., Path], tmp_path: Path, options: list[str], said: str, country: str | None
) -> None:
    """The output has the table, the card the choice and the dates, a forecast a quiet Thanksgiving in another year."""
    output = tmp_path / "model.onnx"
    holidays = country_holidays("US", years=[2023], observed=False)
    data = write_csv(days=280, holidays=holidays)
    run = train("--data", data, "--output", output, "--report", tmp_path / "report", "--force", *options)
    assert (run.returncode, run.stderr) == (0, "")
    assert said in run.stdout
    card = card_in(output)
    assert (card.holidays or {}).get("country") == country
    if card.holidays is not None:
        assert (card.holidays["counted"], card.holidays["rest_weekday"]) in [("as they fall", 5), ("as they fall", 6)]
        assert [day for day in card.holidays["dates"] if day.startswith("2026-11")] == ["2026-11-11", "2026-11-26"]
    forecaster = load_model(output)
    before, thanksgiving = (
        forecaster.forecast(datetime.fromisoformat(day + "T12:00:00-08:00"), 1)[0]
        for day in ("2026-11-25", "2026-11-26")
    )
    assert (before - thanksgiving > 150) is (country is not None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "train.py: cannot read {data}: No such file or directory\n"),
        (
            "",
            "train.py: {data}: line 1: expected one column ds and one column y, found nothing; "
            "name the two with --time-column and --value-column\n",
        ),
        ("ds,y\n2015-01-01 01:00,x\n", "train.py: {data}: line 2: y 'x' is not a number\n"),
    ],
)
def test_a_data_fault_leaves_the_old_model_untouched(tmp_path: Path, content: str | None, message: str) -> None:
    """Exit status 2, one line, and nothing written."""
    data, output = tmp_path / "load.csv", tmp_path / "model.onnx"
    output.write_text("old")
    if content is not None:
        data.write_text(content)
    run = train("--data", data, "--output", output, "--report", tmp_path / "report")
    assert (run.returncode, run.stderr) == (2, message.format(data=data))
    assert output.read_text() == "old"
    assert not (tmp_path / "report").exists()


def test_a_model_that_does_not_beat_the_baselines_needs_force(tmp_path: Path) -> None:
    """A series that repeats to the digit is forecast better by its last week than by any model."""
    data, output = tmp_path / "load.csv", tmp_path / "model.onnx"
    labels = pd.date_range("2015-01-01 01:00", periods=100 * 24, freq="h")
    pd.DataFrame({"ds": labels, "y": (labels.hour * 7 + labels.day_of_week * 31) % 50 + 1}).to_csv(data, index=False)
    arguments = ("--data", data, "--output", output, "--report", tmp_path / "report")
    refused = train(*arguments)
    assert (refused.returncode, refused.stderr) == (
        1,
        "train.py: nothing saved: the model does not beat both baselines; save it all the same with --force\n",
    )
    assert not output.exists()
    assert train(*arguments, "--force").returncode == 0
    assert output.exists()


def test_every_way_of_saying_what_a_file_holds(tmp_path: Path) -> None:
    """Names, side and clock of labels, unit and place: an export in local time trains in one command."""
    site = Site(minutes=15)
    export = Export(
        site, clock="local", side="start", time_format="%d.%m.%Y %H:%M", separator=";", decimal=",",
        columns=("Zeit", "Leistung"),
    )  # fmt: skip
    data, output = tmp_path / "export.csv", tmp_path / "model.onnx"
    data.write_bytes(export.content(site.load(days=160)))
    run = train(
        "--data", data, "--time-column", "Zeit", "--value-column", "Leistung", "--labels", "start", "--local-time",
        "--timezone", "Europe/Amsterdam", "--unit", "MW", "--holidays", "de-by", "--output", output,
        "--report", tmp_path / "report", "--force",
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    assert "each the mean of its 4 rows; an hour that lacks a row counts as missing" in run.stdout
    assert "public holidays of DE-BY, as --holidays says: 7 lie in the data" in run.stdout
    unseen = "The data has less than a week of July, August, September, October, November, December: "
    assert f"{unseen}a forecast of these is no better than a guess." in run.stdout
    card = card_in(output)
    assert (card.label_side, card.label_clock, card.unit) == ("start", "local", "MW")
    summer = [load_model(output).predict(Label(hour, 2, 122)) for hour in (7, 8, 17, 18)]
    assert [round(power / site.size) for power in summer] == [0, 2, 2, 0]  # half by night, one and a half by day


def test_a_household_is_shown_in_its_digits(tmp_path: Path) -> None:
    """Errors of watts, in MW, are not 0.0; nor is an answer."""
    site = Site(size=0.0003)
    data, output = tmp_path / "load.csv", tmp_path / "model.onnx"
    data.write_bytes(Export(site).content(site.load(days=120)))
    run = train(
        "--data", data, "--timezone", "Europe/Amsterdam", "--unit", "MW", "--output", output,
        "--report", tmp_path / "report", "--force",
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    assert re.search(r"^ +forest +0\.00000\d{3} +0\.00000\d{3} +\d\.\d\d$", run.stdout, re.MULTILINE)
    answer = load_model(output).predict(Label(12, 2, 122))
    assert answer == float(f"{answer:.4g}") == pytest.approx(0.00045, rel=0.05)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        (
            "--holidays",
            "XX",
            "--holidays XX: no such country or part of one is known; use a code like NL or DE-BY, or none",
        ),
        ("--timezone", "Mars", "--timezone Mars is not in the time zone database; use a name like America/Los_Angeles"),
        ("--seed", "-1", "--seed -1: must be from 0 to 4294967295"),
        ("--year", "9999", "--year 9999: must be from 1970 to 2069"),
        ("--output", "/", "/ exists and is no regular file; name another"),
        ("--output", "/dev/null", "/dev/null exists and is no regular file; name another"),
        ("--output", "/none/model.onnx", "/none/model.onnx: its folder does not exist; make it first"),
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
def test_an_option_that_cannot_be_is_said_before_the_work(option: str, value: str, message: str) -> None:
    """Exit status 2 and one line."""
    run = train(option, value)
    assert (run.returncode, run.stdout, run.stderr) == (2, "", f"train.py: {message}\n")


def test_without_the_training_libraries_the_command_says_what_to_install() -> None:
    """The serve command of the README installs fewer: one line, and no traceback."""
    code = "import runpy, sys; sys.modules['pandas'] = None; runpy.run_path('train.py', run_name='__main__')"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (
        2,
        f"train.py: pandas is not installed; run {sys.executable} -m pip install -r requirements.txt first\n",
    )


def test_a_loop_of_links_is_a_line(tmp_path: Path) -> None:
    """Not a traceback."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for option in ("--output", "--report"):
        run = train(option, tmp_path / "a")
        assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
        assert run.stderr.startswith(f"train.py: {tmp_path}/a ")


def test_a_report_that_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    """The new model never stands beside an error."""
    (tmp_path / "report" / "figures.json").mkdir(parents=True)
    run = train("--output", tmp_path / "model.onnx", "--report", tmp_path / "report")
    message = f"train.py: {tmp_path}/report/figures.json exists and is no regular file; name another\n"
    assert (run.returncode, run.stdout, run.stderr) == (2, "", message)
    assert not (tmp_path / "model.onnx").exists()


def test_the_model_is_written_last(write_csv: Callable[..., Path], tmp_path: Path) -> None:
    """A disk that is full when the report is written leaves the old model."""
    output = tmp_path / "model.onnx"
    output.write_text("old")
    code = (
        "import runpy, sys, training.report\n"
        "def full(*_): raise OSError(28, 'No space left on device')\n"
        "training.report.write_whole = full\n"
        f"sys.argv = ['train.py', '--data', {str(write_csv())!r}, '--force', '--output', {str(output)!r}, "
        f"'--report', {str(tmp_path / 'report')!r}]\n"
        "runpy.run_path('train.py', run_name='__main__')"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (2, "train.py: [Errno 28] No space left on device\n")
    assert output.read_text() == "old"


def test_an_interruption_is_one_line_and_the_old_model_stays(write_csv: Callable[..., Path], tmp_path: Path) -> None:
    """Ctrl-C, while it works."""
    output = tmp_path / "model.onnx"
    output.write_text("old")
    command = [sys.executable, "-u", str(ROOT / "train.py"), "--data", str(write_csv()), "--output", str(output)]
    with subprocess.Popen(
        [*command, "--report", str(tmp_path / "report")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("load")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert process.stderr.read() == "\ntrain.py: interrupted; the model is as it was\n"
    assert {file.name for file in tmp_path.iterdir()} == {"load.csv", "model.onnx"}
    assert output.read_text() == "old"
