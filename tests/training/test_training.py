"""What ``train`` makes of a data set, from its options to the model as the server opens it."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from forecast_core.timestamps import CalendarFields
from tests.builders import MODEL_FILE, hour_ending_csv, hourly_load
from train import Refused, train
from training.options import TrainingOptions

from .conftest import Training, run_training

whole_training = pytest.mark.slow("whole trainings")  # one training, the household's, is always run


@whole_training
def test_the_committed_model_is_made_of_the_published_data(published: Training) -> None:
    """The same data, code and pinned libraries give the same bytes."""
    assert published.model.content == MODEL_FILE.read_bytes(), "run python train.py and commit model.onnx"
    assert "compare   scikit-learn and onnxruntime differ by at most " in published.log
    assert published.model.card.name == "Hospital in San Francisco (simulated)"


@whole_training
def test_site_unit_seed_and_gaps_are_in_the_card(feeding_in: Training) -> None:
    """The card says where the load is measured, in which unit, and how many hours it lacks."""
    card = feeding_in.model.card
    assert (card.unit, card.timezone, card.settings["seed"]) == ("MW", "Asia/Tokyo", 7)
    assert (card.first_event_start, card.timestamps["weekday_shift"]) == ("2015-01-01T00:00:00+09:00", 4)
    n_missing = 400 * 24 // 97
    assert (card.training_data["hours"], card.training_data["missing_hours"]) == (400 * 24 - n_missing, n_missing)
    assert "public holidays of JP, the country of Asia/Tokyo: " in feeding_in.log


@whole_training
def test_negative_loads_have_no_mape(feeding_in: Training) -> None:
    """The output says why, and the card leaves it out."""
    assert "No MAPE: the load is zero or negative in places" in feeding_in.log
    forest, *_ = feeding_in.model.card.validation["scores"]
    assert set(forest) == {"name", "mae", "rmse", "peak_mae"}


@whole_training
def test_a_warning_is_logged_and_kept_in_the_card(feeding_in: Training) -> None:
    """The data is moved to another year here, so its rest days are no longer the weekend."""
    warning, *_ = feeding_in.model.card.training_data["warnings"]
    assert "the quietest days are Wednesday and Thursday, not Saturday and Sunday" in warning
    assert warning in feeding_in.log


@whole_training
def test_weeks_that_are_missing_have_no_trees_of_their_own(tmp_path: Path) -> None:
    """The meter was out of order for ten weeks, and is back for three hours; the card and the log say so."""
    load = hourly_load(days=220)
    content = hour_ending_csv(pd.concat([load[: 150 * 24], load[-3:]]))
    training = run_training(tmp_path, content, TrainingOptions(force=True))
    assert training.model.card.settings["recent_trees"] == 0
    assert "most of the last 8 weeks is missing, so no trees are fitted on them alone" in training.log
    assert "20 hours a leaf, 0 of 30 trees on the last weeks" in training.log


@whole_training
def test_holidays_that_help_are_in_the_card_and_the_forecast(closed_on_holidays: Training) -> None:
    """Noon of Thanksgiving 2026 is quieter than noon of the day before."""
    assert "public holidays of US, the country of America/Los_Angeles: 7 lie in the data" in closed_on_holidays.log
    holidays = closed_on_holidays.model.card.holidays or {}
    assert (holidays["country"], holidays["counted"]) == ("US", "as they fall")
    assert {day: name for day, name in holidays["dates"].items() if day.startswith("2026-11")} == {
        "2026-11-11": "Veterans Day",
        "2026-11-26": "Thanksgiving Day",
    }
    noons = [datetime.fromisoformat(f"2026-11-{day}T12:00:00-08:00") for day in (25, 26)]
    before, thanksgiving = (closed_on_holidays.forecaster.forecast(noon, 1).means[0] for noon in noons)
    assert before - thanksgiving > 150


@whole_training
def test_a_model_whose_holidays_are_listed_for_few_years_can_be_served(with_few_listed_years: Training) -> None:
    """The list ends in 2035; the calendar fields that no day until then has are predicted, too."""
    card, forecaster = with_few_listed_years.model.card, with_few_listed_years.forecaster
    assert (card.holidays or {})["country"] == "IN"
    assert card.known_years == {"first": 2015, "last": 2035}
    assert "holidays are listed until 2035; forecasts of later hours will be refused" in with_few_listed_years.log
    assert None in [forecaster.calendar.find_event_start(CalendarFields(12, weekday, 366)) for weekday in range(7)]
    work, rest = (forecaster.predict(CalendarFields(12, weekday, 366)) for weekday in (2, 6))
    assert work - rest > 150


def test_every_option_about_a_file_is_used(household: Training) -> None:
    """The export has other columns, marks the start of a quarter of an hour, and is in local time."""
    card, log = household.model.card, household.log
    assert "an hour is the mean of 4 rows, and missing if it lacks one" in log
    assert "public holidays of DE-BY, as --holidays says: 7 lie in the data" in log
    months = "July, August, September, October, November, December"
    assert f"The data has less than a week of {months}: forecasts of these months are guesses." in log
    assert ({**card.timestamps}, card.unit) == ({"marks": "start", "clock": "local", "weekday_shift": 0}, "MW")
    summer = [household.forecaster.predict(CalendarFields(hour, 2, 122)) for hour in (7, 8, 17, 18)]
    assert [round(power / 0.0003) for power in summer] == [0, 2, 2, 0]  # half by night, one and a half by day


def test_a_small_load_is_shown_and_predicted_in_its_digits(household: Training) -> None:
    """An error of watts in MW is not shown as 0.0, and a prediction has four significant digits."""
    assert re.search(r"^ +forest +(\d\.\d\de-06 +){2}\d\.\d\d +\d\.\d\de-06$", household.log, re.MULTILINE)
    power = household.forecaster.predict(CalendarFields(12, 2, 122))
    assert power == float(f"{power:.4g}") == pytest.approx(0.00045, rel=0.05)


@whole_training
def test_a_model_that_a_mean_clearly_beats_needs_force(tmp_path: Path) -> None:
    """For a series that repeats exactly, a mean of hour x weekday is best; the message says what to try."""
    timestamps = pd.date_range("2015-01-01 01:00", periods=240 * 24, freq="h")
    power = (timestamps.hour * 7 + timestamps.day_of_week * 31) % 50 + 1
    pd.DataFrame({"ds": timestamps, "y": power}).to_csv(tmp_path / "load.csv", index=False)
    options = TrainingOptions(data=str(tmp_path / "load.csv"), holidays="none")
    with pytest.raises(Refused) as refusal:
        train(options)
    assert str(refusal.value) == (
        "the mean of the last 8 weeks, with the same calendar, is more than 3% better than the forest, in validation "
        "and on the last 20 %; try a longer period, a later start if the building changed, --closures, or another "
        "clock (--timestamps, --local-time); --force saves the model anyway"
    )
    forced = train(replace(options, force=True))
    forest, *means = (score.mae for score in forced.validation.scores.values())
    assert forest > 1.03 * min(means)
    assert forced.card.holidays is None


def test_the_card_has_the_name_and_the_weekend_of_the_site(office: Training) -> None:
    """In Jerusalem it is Friday and Saturday, also where no holidays are used."""
    card = office.model.card
    assert (card.name, card.weekend, card.rest_weekday in card.weekend) == ("Office", [4, 5], True)
    assert (card.holidays, card.closures, len(card.training_data["warnings"])) == (None, {}, 1)
    assert {name: value for name, value in card.settings.items() if name != "compared"} == {
        "holidays": "none", "outlier_days": "fitted", "hours_a_leaf": 20, "recent_trees": 15, "trees": 30,
        "most_leaves": 500, "features_a_split": 6, "seed": 0,
    }  # fmt: skip
    assert "less than 26 weeks to select on" in office.log


def test_the_card_has_the_errors_to_expect(office: Training) -> None:
    """``evaluate.py`` reads them; weeks and days of this office differ by 3 %, and its hours by 3 kW."""
    expected = office.model.card.expected_errors
    assert 2.5 < expected["mae_by_week"]["mean"] < 8
    assert 0 < expected["mean_error_by_week"]["standard_deviation"] < 5
    for name in ("interval_on_held_out_weeks", "interval_on_last_20_percent"):
        assert 0.85 <= expected[name]["share"] <= 1
        assert expected[name]["mean_width"] > expected["mae_by_week"]["mean"] > expected[name]["mean_pinball_loss"]


@whole_training
def test_closures_and_a_period_are_used(tmp_path: Path) -> None:
    """Days outside the period are left out, and closures are in the card with their names, past and future."""
    shut = [date(2023, 3, 6) + timedelta(days=day) for day in range(5)]
    (tmp_path / "closures.txt").write_text(
        "2023-03-06 2023-03-10 inventory\n2024-03-04 2024-03-08 inventory\n1990-01-01 x\n"
    )
    content = hour_ending_csv(hourly_load(days=140, on_rest_days=-600, closed=shut))
    options = TrainingOptions(
        since=date(2023, 1, 9), until=date(2023, 5, 7), closures=tmp_path / "closures.txt", holidays="none", force=True
    )
    trained = run_training(tmp_path, content, options)
    card = trained.model.card
    assert (card.name, card.first_event_start) == ("load", "2023-01-09T00:00:00-08:00")
    assert card.last_event_start == "2023-05-07T22:00:00-08:00"  # which is 23:00 on the local clock
    assert card.closures == {
        f"{year}-03-{day:02}": "inventory" for year, first in ((2023, 6), (2024, 4)) for day in range(first, first + 5)
    }
    assert "closures, which count as rest days like holidays" in trained.log
    assert "look closed" not in trained.log
    noons = [datetime.fromisoformat(f"2024-{day}T12:00:00-08:00") for day in ("02-28", "03-06")]
    working, closed = (trained.forecaster.forecast(noon, 1).means[0] for noon in noons)
    assert working - closed == pytest.approx(600, abs=100)
