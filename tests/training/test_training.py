"""What ``train`` makes of a data set, from its options to the model as the server opens it."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from forecast_core.timestamps import CalendarFields
from tests.builders import MODEL_FILE
from train import Refused, train
from training.options import TrainingOptions

from .conftest import Training

whole_training = pytest.mark.slow("whole trainings")  # one training, the household's, is always run


@whole_training
def test_the_committed_model_is_made_of_the_published_data(published: Training) -> None:
    """The same data, code and pinned libraries give the same bytes."""
    assert published.model.content == MODEL_FILE.read_bytes(), "run python train.py and commit model.onnx"
    assert "61,488 inputs" in published.log


@whole_training
def test_site_unit_seed_and_gaps_are_in_the_card(feeding_in: Training) -> None:
    """The card says where the load is measured, in which unit, and how many hours it lacks."""
    card = feeding_in.model.card
    assert (card.unit, card.timezone, card.seed) == ("MW", "Asia/Tokyo", 7)
    assert (card.first_event_start, card.label_weekday_shift) == ("2015-01-01T00:00:00+09:00", 4)
    n_missing = 400 * 24 // 97
    assert (card.training_data["rows"], card.training_data["missing_hours"]) == (400 * 24 - n_missing, n_missing)
    assert "public holidays of JP, the country of Asia/Tokyo: " in feeding_in.log


@whole_training
def test_negative_loads_have_no_mape(feeding_in: Training) -> None:
    """The output says why, and the card leaves it out."""
    assert "No MAPE: the load is zero or negative in places" in feeding_in.log
    assert set(feeding_in.model.card.validation["scores"]["forest"]) == {"mae", "rmse"}


@whole_training
def test_a_warning_is_logged_and_kept_in_the_card(feeding_in: Training) -> None:
    """The data is moved to another year here, so its rest days are no longer the weekend."""
    (warning,) = feeding_in.model.card.training_data["remarks"]
    assert "the quietest days are Wednesday and Thursday, not Saturday and Sunday" in warning
    assert warning in feeding_in.log


@whole_training
def test_holidays_that_help_are_in_the_card_and_the_forecast(closed_on_holidays: Training) -> None:
    """Noon of Thanksgiving 2026 is quieter than noon of the day before."""
    assert "public holidays of US, the country of America/Los_Angeles: 7 lie in the data" in closed_on_holidays.log
    holidays = closed_on_holidays.model.card.holidays or {}
    assert (holidays["country"], holidays["counted"]) == ("US", "as they fall")
    assert holidays["rest_weekday"] in (5, 6)
    assert [day for day in holidays["dates"] if day.startswith("2026-11")] == ["2026-11-11", "2026-11-26"]
    noons = [datetime.fromisoformat(f"2026-11-{day}T12:00:00-08:00") for day in (25, 26)]
    before, thanksgiving = (closed_on_holidays.forecaster.forecast(noon, 1)[0] for noon in noons)
    assert before - thanksgiving > 150


@whole_training
def test_a_model_whose_holidays_are_listed_for_few_years_can_be_served(with_few_listed_years: Training) -> None:
    """The list ends in 2035; the calendar fields that no day until then has are predicted, too."""
    card, forecaster = with_few_listed_years.model.card, with_few_listed_years.forecaster
    assert (card.holidays or {})["country"] == "IN"
    assert card.known_years == {"first": 2015, "last": 2035}
    assert "holidays are listed until 2035; forecasts of later hours will be refused" in with_few_listed_years.log
    assert None in [forecaster.calendar.event_start(CalendarFields(12, weekday, 366)) for weekday in range(7)]
    work, rest = (forecaster.predict(CalendarFields(12, weekday, 366)) for weekday in (2, 6))
    assert work - rest > 150


def test_every_option_about_a_file_is_used(household: Training) -> None:
    """The export has other columns, marks the start of a quarter of an hour, and is in local time."""
    card, log = household.model.card, household.log
    assert "an hour is the mean of 4 rows, and missing if it lacks one" in log
    assert "public holidays of DE-BY, as --holidays says: 7 lie in the data" in log
    months = "July, August, September, October, November, December"
    assert f"The data has less than a week of {months}: forecasts of these months are guesses." in log
    assert (card.label_side, card.label_clock, card.unit) == ("start", "local", "MW")
    summer = [household.forecaster.predict(CalendarFields(hour, 2, 122)) for hour in (7, 8, 17, 18)]
    assert [round(power / 0.0003) for power in summer] == [0, 2, 2, 0]  # half by night, one and a half by day


def test_a_small_load_is_shown_and_predicted_in_its_digits(household: Training) -> None:
    """An error of watts in MW is not shown as 0.0, and a prediction has four significant digits."""
    assert re.search(r"^ +forest +\d\.\d\de-06 +\d\.\d\de-06 +\d\.\d\d$", household.log, re.MULTILINE)
    power = household.forecaster.predict(CalendarFields(12, 2, 122))
    assert power == float(f"{power:.4g}") == pytest.approx(0.00045, rel=0.05)


@whole_training
def test_a_model_that_does_not_beat_the_baselines_needs_force(tmp_path: Path) -> None:
    """For a series that repeats exactly, the last week is the best forecast."""
    timestamps = pd.date_range("2015-01-01 01:00", periods=71 * 24, freq="h")
    power = (timestamps.hour * 7 + timestamps.day_of_week * 31) % 50 + 1
    pd.DataFrame({"ds": timestamps, "y": power}).to_csv(tmp_path / "load.csv", index=False)
    options = TrainingOptions(data=str(tmp_path / "load.csv"), holidays="none")
    with pytest.raises(Refused) as refusal:
        train(options)
    assert str(refusal.value) == (
        "the model does not beat both baselines; try a longer or another period, or --local-time and --timestamps "
        "if the clock is in doubt; --force saves it anyway"
    )
    forced = train(replace(options, force=True))
    assert not forced.validation.beats_baselines
    assert forced.card.holidays is None
