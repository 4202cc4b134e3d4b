"""``evaluate.py``: errors on newer measurements, the verdict on a model and on a candidate, and ``--replaces``.

The model knows January to May of an office; it is evaluated on the same season of the next year.
"""

import json
import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import evaluate as command
from forecast_core.errors import DataError
from forecast_core.forecaster import Forecaster
from serving.onnx_model import load_model
from tests.builders import JERUSALEM, changed_model, hour_ending_csv, office_load
from train import Refused, train
from training.evaluation import Evaluation, Scored, check_comparable, compare_with_service, evaluate
from training.forest import Settings
from training.instants import ReadingOptions
from training.load_profile import LoadProfile, make_features, read_load_profile
from training.options import TrainingOptions
from training.prediction_interval import QUANTILES
from training.verdict import Weeks, _level_reason, _what_to_do, level_rule

from .conftest import OFFICE, Training

LATER = "2024-01-07"  # 53 weeks after the first day of the model's data
READING = ReadingOptions(timezone=JERUSALEM)


def profile_of(load: pd.Series) -> LoadProfile:
    return read_load_profile("later.csv", hour_ending_csv(load), READING)


def weeks_later(weeks: int = 8, seed: int = 9, **office: Any) -> LoadProfile:
    return profile_of(office_load(LATER, weeks, seed=seed, **office))


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write later weeks of the office as a CSV."""

    def write_load(*loads: pd.Series) -> Path:
        path = tmp_path / "later.csv"
        path.write_bytes(hour_ending_csv(pd.concat(loads)))
        return path

    return write_load


@pytest.mark.parametrize("seed", range(4))
def test_a_model_of_an_unchanged_building_holds(office: Training, seed: int) -> None:
    """Its weeks differ by 3 %, as they did before."""
    evaluation = evaluate(weeks_later(seed=10 + seed), office.forecaster)
    assert not evaluation.is_alarm
    assert evaluation.verdict == "The model holds: its errors of the last weeks do not repeat themselves."
    assert evaluation.notes == []
    figures = evaluation.figures()["errors"]
    assert 0.85 <= figures["model"]["share_within_90_percent_interval"] <= 1
    assert figures["model"]["mae"] < 8


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "higher": ({"factor": 1.15}, r"the load is 1\d% above the forecast since the week of \d+ \w+ 202[34]\."),
    "lower": ({"factor": 0.85}, r"the load is 1\d% below the forecast since the week of \d+ \w+ 202[34]\."),
    "an hour earlier": ({"opens": 7}, r"the load has another shape, most of all at 7:00(, \d+:00){2}\."),
    "closed on Thursdays": ({"closed": (3, 4, 5)}, r"the load has another shape on Thursdays\."),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found_with_its_reason(office: Training, change: str) -> None:
    """The sentence says what changed, and from when on there is enough data to train on."""
    building, reason = CHANGES[change]
    evaluation = evaluate(weeks_later(**building), office.forecaster)
    assert evaluation.is_alarm
    assert re.match(f"The model is outdated: {reason}", evaluation.verdict), evaluation.verdict
    assert evaluation.verdict.endswith(
        ". From 17 March 2024 on, there are the 10 weeks that train.py --since 2024-01-07 needs."
    )


def test_a_change_in_the_middle_has_its_week(office: Training) -> None:
    """Eight weeks are as before, and twelve are higher; there is enough to train on since then."""
    loads = [office_load(LATER, 8, seed=3), office_load("2024-03-03", 12, factor=1.2, seed=4)]
    evaluation = evaluate(profile_of(pd.concat(loads)), office.forecaster)
    assert evaluation.is_alarm
    assert "above the forecast since the week of 3 March 2024" in evaluation.verdict
    assert evaluation.verdict.endswith("train.py --since 2024-03-03 --replaces MODEL.")


@pytest.mark.parametrize(("weeks", "is_early"), [(5, True), (6, False)])
def test_a_verdict_needs_six_weeks(office: Training, weeks: int, is_early: bool) -> None:
    """Before that it is too early, whatever the errors are."""
    evaluation = evaluate(weeks_later(weeks, factor=1.3), office.forecaster)
    assert evaluation.is_alarm is not is_early
    assert evaluation.verdict.startswith("Too early to say: 5 whole weeks are new, and 6 are needed.") is is_early


def test_a_load_without_noise_can_change_too() -> None:
    """Its weeks do not differ, so the spread in the card is zero; a change of a thousandth is none to act on."""
    index = pd.date_range("2024-01-07T00:00Z", periods=8 * 7 * 24, freq="h")
    strengths = []
    for residual in (0.0, 0.1, 100.0):
        hours = pd.DataFrame({"forecast": 100.0, "residual": residual}, index)
        strengths.append(level_rule(Weeks.of(hours), 0.0).strength)
    assert strengths[0] == 0 < strengths[1] < 1 < strengths[2]


def test_a_season_that_the_model_never_saw_is_no_alarm(office: Training) -> None:
    """The load of autumn is another one, but nobody knows yet whether the building changed."""
    evaluation = evaluate(profile_of(office_load("2023-10-01", 8, factor=1.3, seed=5)), office.forecaster)
    assert not evaluation.is_alarm
    assert evaluation.verdict.startswith("The season is not in the training data, so wait until it is: the load is ")


def test_hours_that_the_model_has_seen_are_left_out_and_counted(office: Training) -> None:
    """The file may begin long before; the newer hours and their errors are the same, and a rolling mean knows more."""
    load = pd.concat([office_load("2023-01-01", 20), office_load("2023-05-21", 8, seed=6)])
    evaluation = evaluate(profile_of(load), office.forecaster)
    assert (evaluation.n_seen, len(evaluation.weeks.hours)) == (20 * 7 * 24, 8 * 7 * 24)
    assert evaluation.weeks.hours.index[0] == office.forecaster.calendar.end_of_data
    alone = evaluate(profile_of(load.iloc[20 * 7 * 24 :]), office.forecaster)
    errors, of_newer = (each.figures()["errors"] for each in (evaluation, alone))
    assert errors["model"] == of_newer["model"]
    assert errors["the mean of the last 8 weeks"] != of_newer["the mean of the last 8 weeks"]
    with pytest.raises(DataError, match=r"^no hour is after the training data of the model, which ends at 2023-05-21"):
        evaluate(profile_of(load.iloc[: 20 * 7 * 24]), office.forecaster)


def test_forecasts_without_training_use_what_was_known_then(office: Training) -> None:
    """Each week is forecast from the weeks before it; the first has no measurements before it."""
    evaluation = evaluate(weeks_later(6), office.forecaster)
    last_week, eight_weeks = (scored.forecast for scored in evaluation.scored[1:])
    power = evaluation.weeks.hours["power"]
    assert last_week.iloc[:168].isna().all()
    assert eight_weeks.iloc[:168].isna().all()
    assert [name for name, mae in evaluation.by_week()[0]["mae"].items() if mae is None] == [
        "the same hour of the last week",
        "the mean of the last 8 weeks",
    ]
    assert np.allclose(last_week.iloc[168:], power.iloc[:-168])
    third = power.iloc[: 2 * 168].groupby([power.index[: 2 * 168].day_of_week, power.index[: 2 * 168].hour]).mean()
    found = eight_weeks.iloc[2 * 168 : 3 * 168]
    assert np.allclose(found, third.loc[list(zip(found.index.day_of_week, found.index.hour, strict=True))])


def test_days_that_look_closed_and_missing_hours_are_notes(office: Training) -> None:
    """A verdict may be wrong because of them."""
    load = office_load(LATER, 9, seed=7)
    load.iloc[15 * 24 : 16 * 24] = 40.0
    load = load.drop(load.index[40 * 24 : 50 * 24])
    missing, closed = evaluate(profile_of(load), office.forecaster).notes
    assert missing == "240 of 1,512 newer hours are missing: check the meter."
    assert closed.endswith("train with --closures: 2024-01-22 looks closed")


def test_a_better_candidate_is_put_into_service(office: Training, grown_office: Training) -> None:
    """The load has risen, and the candidate was trained on weeks after that; weeks that neither knows decide."""
    evaluation = evaluate(weeks_later(factor=1.15), office.forecaster, grown_office.forecaster)
    assert evaluation.is_alarm
    assert re.fullmatch(
        r"The candidate is better: its error is smaller in 8 of 8 weeks \(sign test: 0% by chance\), "
        r"[\d.]+ against [\d.]+\. Put it into service\.",
        evaluation.verdict,
    )
    assert list(evaluation.figures()["errors"])[:2] == ["model", "candidate"]


def test_a_candidate_that_is_not_better_is_not(office: Training, grown_office: Training) -> None:
    """The load is what it was; a week alone decides nothing."""
    evaluation = evaluate(weeks_later(), office.forecaster, grown_office.forecaster)
    assert not evaluation.is_alarm
    assert evaluation.verdict.startswith("The candidate is not clearly better: its error is smaller in 0 of 8 weeks ")
    days = evaluate(profile_of(office_load(LATER, 1).iloc[:100]), office.forecaster, grown_office.forecaster)
    assert (days.is_alarm, days.verdict) == (
        False,
        "Too early to say: there is no whole week that neither model has seen.",
    )
    one_week = evaluate(weeks_later(1, factor=1.15), office.forecaster, grown_office.forecaster)
    assert (one_week.is_alarm, "in 1 of 1 weeks (sign test: 50% by chance)" in one_week.verdict) == (False, True)


def with_card(training: Training, **changes: Any) -> Forecaster:
    """Open a model as if its card said something else."""
    forecaster = training.forecaster
    return Forecaster(replace(forecaster.card, **changes), forecaster._infer)


def test_two_models_are_compared_in_one_unit(office: Training) -> None:
    """Their errors would not be comparable."""
    with pytest.raises(DataError, match=r"^the candidate has another unit than the model; "):
        evaluate(weeks_later(), office.forecaster, with_card(office, unit="MW"))


def test_hours_outside_the_known_years_are_an_error(office: Training) -> None:
    """The message says which years are known."""
    short = with_card(office, known_years={"first": 2013, "last": 2023})
    with pytest.raises(DataError, match=r"^the newer hours cannot be forecast: start must leave all hours within "):
        evaluate(weeks_later(), short)


def test_the_level_is_judged_by_the_spread_of_weeks_that_were_held_out(office: Training) -> None:
    """The more the weeks of a building differ, the larger an error must be."""
    weeks = evaluate(weeks_later(factor=1.1), office.forecaster).weeks
    strict, lenient = (level_rule(weeks, spread).strength for spread in (1.0, 10.0))
    assert strict == pytest.approx(10 * lenient)


def run_command(monkeypatch: pytest.MonkeyPatch, *arguments: Any) -> int:
    monkeypatch.setattr(sys, "argv", ["evaluate.py", *map(str, arguments)])
    return command.main()


@pytest.mark.parametrize(("factor", "status"), [(1.0, 0), (1.2, 1)])
def test_the_command_writes_a_report_and_says_its_verdict(
    office: Training, write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    factor: float, status: int,
) -> None:  # fmt: skip
    """The status is for scripts; time zone and unit are the card's, so no option names them."""
    data, report = write(office_load(LATER, 8, seed=9, factor=factor)), tmp_path / "a" / "report"
    caplog.set_level("INFO", "evaluate")
    assert run_command(monkeypatch, "--data", data, "--model", office.file, "--report", report) == status
    assert {file.name for file in report.iterdir()} == {"evaluation.json", "evaluation.png"}
    assert (report / "evaluation.png").read_bytes().startswith(b"\x89PNG")
    figures = json.loads((report / "evaluation.json").read_text("utf-8"))
    assert figures["is_alarm"] is bool(status)
    assert figures["verdict"] == caplog.messages[-1]
    assert (figures["unit"], figures["hours"], figures["seen_hours_left_out"]) == ("kW", 8 * 7 * 24, 0)
    assert [week["week_of"] for week in figures["weeks"]] == [
        f"{date(2024, 1, 7 + 7 * week) if week < 4 else date(2024, 2, 7 * week - 24)}" for week in range(8)
    ]
    for name, errors in figures["errors"].items():
        is_model = name == "model"
        assert ("share_within_90_percent_interval" in errors, "mean_pinball_loss" in errors) == (is_model, is_model)
    assert "the mean of the last 8 weeks" in caplog.text


def test_input_at_fault_is_status_2_and_one_line(
    office: Training, write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the data, an option, a model, or a candidate that has seen everything; then a hint says what to use."""
    data, other = write(office_load(LATER, 8)), tmp_path / "other.onnx"
    given = ("--data", data, "--model", office.file, "--report", tmp_path / "report")
    other.write_bytes(changed_model(office.file, last_event_start='"2024-06-01T00:00:00+02:00"'))
    for arguments, message in {
        (*given, "--data", tmp_path / "none.csv"): "none.csv: ",
        (*given, "--unit", "MWh"): "--unit MWh is not the model's unit, which is kW; convert the values",
        (*given, "--model", data): f"cannot use the model {data}: it is damaged, or train.py did not make it; ",
        (*given, "--colour", "red"): "unrecognized arguments: --colour red; --help lists the options",
        (*given, "--candidate", other): "the candidate has seen all these hours; train.py --replaces compares on ",
    }.items():
        assert run_command(monkeypatch, *arguments) == 2
        error = capsys.readouterr().err
        assert error.startswith("evaluate.py: ")
        assert message in error
        assert error.count("\n") == 1
    assert not (tmp_path / "report").exists()


def test_the_unit_is_that_of_the_training_data(
    office: Training, write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that was trained on energy reads newer energy, and an option says otherwise."""
    of_energy = {**office.model.card.training_data, "unit": "kWh"}
    (tmp_path / "energy.onnx").write_bytes(changed_model(office.file, training_data=json.dumps(of_energy)))
    half_hours = office_load(LATER, 8, seed=9).resample("30min").ffill() / 2
    lines = [f"{end:%Y-%m-%d %H:%M},{energy}" for end, energy in half_hours.items()]
    (tmp_path / "recent.csv").write_text("\n".join(["ds,y", *lines]), "utf-8")
    arguments = "--data", tmp_path / "recent.csv", "--model", tmp_path / "energy.onnx", "--report", tmp_path / "report"
    start = "--timestamps", "start"
    assert run_command(monkeypatch, *arguments, *start) == 0
    assert run_command(monkeypatch, *arguments, *start, "--unit", "kW") == 1


def test_seen_hours_need_not_be_known_to_the_calendar(office: Training) -> None:
    """A long history may begin before the known years of the model."""
    office_years_ago = office_load("2004-01-04", 2)
    load = pd.concat([office_years_ago, office_load(LATER, 8)])
    evaluation = evaluate(profile_of(load), office.forecaster)
    assert (evaluation.n_seen, len(evaluation.weeks.hours)) == (2 * 7 * 24, 8 * 7 * 24)


@pytest.mark.parametrize(("hours", "is_enough"), [(10 * 7 * 24 - 1, False), (10 * 7 * 24, True)])
def test_ten_weeks_since_the_change_are_enough_to_train_on(hours: int, is_enough: bool) -> None:
    """The verdict names the command as soon as it works."""
    index = pd.date_range("2026-02-02T00:00Z", periods=hours, freq="h")
    what = _what_to_do(Weeks.of(pd.DataFrame({"residual": 1.0}, index)), date(2026, 2, 2))
    assert what == (
        "Train it on the measurements since then: train.py --since 2026-02-02 --replaces MODEL."
        if is_enough
        else "From 13 April 2026 on, there are the 10 weeks that train.py --since 2026-02-02 needs."
    )


def test_the_table_has_the_errors_overall_and_by_week() -> None:
    """A forecast without training has no interval, and a week without a forecast none of its own."""
    index = pd.date_range("2026-02-02T00:00Z", periods=2 * 7 * 24, freq="h")
    hours = pd.DataFrame({"power": 100.0}, index)
    is_second = index >= index[7 * 24]
    model = pd.Series(np.where(is_second, 104.0, 98.0), index)
    quantiles = {str(share): model + 6 * (share - 0.5) for share in QUANTILES}
    other = pd.Series(np.where(is_second, 90.0, np.nan), index)
    evaluation = Evaluation(
        weeks=Weeks.of(hours), scored=[Scored("model", model, quantiles), Scored("last week", other, {})], unit="kW",
        n_seen=1234, is_alarm=False, verdict="It holds.", notes=["A note."],
    )  # fmt: skip
    assert evaluation.table().splitlines() == [
        "336 hours from 2026-02-02 00:00:00+00:00; 1,234 seen hours left out",
        "                                      MAE kW  mean error  in 90 %   pinball",
        "model                                   3.00        1.00      50%     0.850",
        "last week                               10.0       -10.0        -         -",
        "",
        "week of                                 model, MAE",
        "2026-02-02                                    2.00",
        "2026-02-09                                    4.00",
    ]
    weeks = [
        {
            "week_of": "2026-02-02",
            "mae": {"model": 2.0, "last week": None},
            "mean_error": {"model": -2.0, "last week": None},
        },
        {
            "week_of": "2026-02-09",
            "mae": {"model": 4.0, "last week": 10.0},
            "mean_error": {"model": 4.0, "last week": -10.0},
        },
    ]
    figures = evaluation.figures()
    assert figures.pop("errors")["last week"] == {"mae": 10.0, "mean_error": -10.0}
    assert figures == {
        "verdict": "It holds.", "is_alarm": False, "notes": ["A note."], "unit": "kW", "hours": 336,
        "seen_hours_left_out": 1234, "weeks": weeks,
    }  # fmt: skip


def test_a_load_after_zero_is_a_sentence_too() -> None:
    """There is no percentage of nothing."""
    index = pd.date_range("2026-02-02T00:00Z", periods=8 * 7 * 24, freq="h")
    reason = _level_reason(Weeks.of(pd.DataFrame({"forecast": 0.0, "residual": 5.0}, index)), date(2026, 2, 2))
    assert reason == "the load is above zero, which was the forecast, since the week of 2 February 2026"


def test_a_candidate_that_reads_timestamps_otherwise_is_a_note(office: Training, tmp_path: Path) -> None:
    """Its forecasts are an hour off, or the model's are: the file decides."""
    timestamps = json.dumps({**office.forecaster.card.timestamps, "marks": "start"})
    (tmp_path / "other.onnx").write_bytes(changed_model(office.file, timestamps=timestamps))
    note, *_ = evaluate(weeks_later(), office.forecaster, load_model(tmp_path / "other.onnx")).notes
    assert note.startswith("The candidate was trained on timestamps of another meaning ")
    assert evaluate(weeks_later(), office.forecaster, office.forecaster).notes == []


def test_a_small_change_of_level_is_a_sentence_too() -> None:
    """Less than one per cent has a decimal, and the day has no zero before it."""
    index = pd.date_range("2026-02-02T00:00Z", periods=8 * 7 * 24, freq="h")
    weeks = Weeks.of(pd.DataFrame({"forecast": 100.0, "residual": 0.4}, index))
    assert (
        _level_reason(weeks, date(2026, 2, 2))
        == "the load is 0.4% above the forecast since the week of 2 February 2026"
    )


@pytest.mark.parametrize(
    ("error", "status", "last_line"),
    [
        (KeyboardInterrupt(), 130, "evaluate.py: interrupted"),
        (ZeroDivisionError(), 3, "evaluate.py: that is an error of the program; please report it"),
    ],
)
def test_what_is_no_verdict_has_another_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    error: BaseException, status: int, last_line: str,
) -> None:  # fmt: skip
    """A script must not take an interruption, or an error of the program, for an outdated model."""

    def interrupt(_: object = None) -> Evaluation:
        raise error

    monkeypatch.setattr(command, "run", interrupt)
    assert command.main() == status
    assert capsys.readouterr().err.splitlines()[-1] == last_line


def hours_and_settings(profile: LoadProfile) -> tuple[pd.DataFrame, Settings]:
    settings = Settings("none", replace(profile.calendar, rest_weekday=5))
    return make_features(profile.power, settings.calendar), settings


def replaces(profile: LoadProfile, service: Forecaster) -> tuple[bool, str]:
    return compare_with_service(profile, *hours_and_settings(profile), service, seed=0)


def test_a_model_that_is_better_on_the_last_weeks_may_replace_the_old_one(office: Training) -> None:
    """The new one was trained without these four weeks."""
    may_replace, why = replaces(weeks_later(20, factor=1.2), office.forecaster)
    assert may_replace
    assert re.fullmatch(
        r"on the last 4 weeks, which neither knew, the new model's error is [\d.]+, that of the model in service "
        r"[\d.]+; it is smaller in [34] of 4 weeks",
        why,
    )


def test_a_model_that_is_worse_on_the_last_weeks_may_not(office: Training) -> None:
    """The building was busier for a while, and is as before now."""
    loads = [office_load(LATER, 16, factor=1.4, seed=1), office_load("2024-04-28", 4, seed=2)]
    may_replace, why = replaces(profile_of(pd.concat(loads)), office.forecaster)
    assert not may_replace
    assert why.startswith("on the last 4 weeks, which neither knew, the new model's error is ")


def test_a_change_within_the_last_weeks_is_said(office: Training) -> None:
    """Neither model could know it, so that the new one is no better is no reason to refuse it."""
    loads = [office_load(LATER, 16, seed=1, factor=0.99), office_load("2024-04-28", 4, factor=1.4, seed=2)]
    may_replace, why = replaces(profile_of(pd.concat(loads)), office.forecaster)
    assert may_replace
    assert why.endswith("but the load changed within these weeks, so neither could know, and the new model now does")


def test_a_model_in_service_that_knows_the_last_weeks_is_an_error(office: Training) -> None:
    """Its errors there would be too small; so is one in another unit, before the work."""
    profile = profile_of(office_load("2023-01-22", 20))
    with pytest.raises(DataError, match=r"^--replaces: that model has seen the data up to 2023-05-21 00:00:00"):
        check_comparable(profile, "kW", office.forecaster)
    with pytest.raises(DataError, match=r"^--replaces: that model is in kW and the data in MW; give both one unit"):
        check_comparable(profile, "MW", office.forecaster)
    outage = pd.concat([office_load("2023-01-22", 16), office_load("2023-06-25", 1)])
    with pytest.raises(DataError, match=r"^--replaces: the last 4 weeks have 168 hours; 336 are needed$"):
        check_comparable(profile_of(outage), "kW", office.forecaster)
    four_weeks_later = profile_of(office_load("2023-01-22", 21))
    check_comparable(four_weeks_later, "kW", office.forecaster)
    with pytest.raises(DataError, match=r"^--replaces: that model cannot forecast the last weeks: start must "):
        replaces(profile_of(office_load("2060-01-04", 20)), office.forecaster)


@pytest.mark.slow("whole trainings")
def test_training_compares_with_the_model_in_service(office: Training, tmp_path: Path) -> None:
    """A better model is returned, a worse one is refused unless it is forced, and the log has both errors."""
    worse = [office_load(LATER, 16, factor=1.4, seed=1), office_load("2024-04-28", 4, seed=2)]
    data = tmp_path / "load.csv"
    options = replace(OFFICE, data=str(data), replaces=office.file)
    data.write_bytes(hour_ending_csv(office_load(LATER, 20, factor=1.2)))
    assert train(options).card.first_event_start == "2024-01-07T00:00:00+02:00"
    data.write_bytes(hour_ending_csv(pd.concat(worse)))
    with pytest.raises(Refused, match=r"^the model in service is better: on the last 4 weeks, which neither knew, "):
        train(options)
    assert train(replace(options, force=True)).content


def test_a_model_to_be_replaced_that_cannot_be_opened_is_found_before_the_work(tmp_path: Path) -> None:
    """The data is not even read."""
    (tmp_path / "old.onnx").write_text("old")
    options = TrainingOptions(data=str(tmp_path / "none.csv"), replaces=tmp_path / "old.onnx")
    with pytest.raises(DataError, match=r"^--replaces: cannot use the model .*/old.onnx: it is damaged"):
        train(options)


def test_a_week_without_most_of_its_hours_is_none() -> None:
    """A verdict needs six weeks of measurements, and a few hours after an outage are no week."""
    index = office_load(LATER, 9).index
    few = index[[*range(5 * 168), 9 * 168 - 2, 9 * 168 - 1]]
    weeks = Weeks.of(pd.DataFrame({"residual": 1.0}, few))
    assert (weeks.count, weeks.number.iloc[0], weeks.number.iloc[-1]) == (5, 0, -1)
    half = index[[*range(168), *range(168, 168 + 84), *range(3 * 168, 4 * 168)]]
    assert Weeks.of(pd.DataFrame({"residual": 1.0}, half)).number.value_counts().to_dict() == {0: 168, 1: 84, 2: 168}


def test_weeks_are_counted_from_the_last_hour() -> None:
    """The newest week is whole; hours before the first whole one have no week."""
    hours = pd.DataFrame({"residual": 1.0}, index=office_load(LATER, 3).index[30:])
    weeks = Weeks.of(hours)
    assert (weeks.count, int((weeks.number == -1).sum())) == (2, 7 * 24 - 30)
    assert [f"{start:%Y-%m-%d %H}" for start in weeks.starts()] == ["2024-01-14 00", "2024-01-21 00"]
    first_hour_missing = pd.DataFrame({"residual": 1.0}, index=office_load(LATER, 3).index[1:])
    assert Weeks.of(first_hour_missing).count == 3
