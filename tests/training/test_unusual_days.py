from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from forecast_core.calendar import SiteCalendar
from tests.conftest import hourly_load
from training.atypical_days import atypical_days
from training.encoded_hours import DAY, encode_hours
from training.load_profile import read_load_profile
from training.public_holidays import PublicHolidays, public_holidays
from training.unusual_days import choose_treatment, quietest_weekday

YEAR = 300
US = public_holidays("US", "America/Los_Angeles", range(2022, 2025))
# Fixed dates, most of them on weekdays, so that a short series has enough of them.
CLOSED = [date(2023, 2, 8), date(2023, 3, 14), date(2023, 5, 4), date(2023, 6, 8), date(2023, 8, 17), date(2023, 9, 13)]


def calendar_of(power: pd.Series) -> SiteCalendar:
    return SiteCalendar(
        time_zone=ZoneInfo("America/Los_Angeles"),
        first_event_start=power.index[0].to_pydatetime(),
        last_event_start=power.index[-1].to_pydatetime(),
        known_years=range(2010, 2050),
    )


def noise(days: int, seed: int = 0) -> pd.Series:
    index = pd.date_range("2023-01-01T00:00-08:00", periods=days * 24, freq="h")
    return pd.Series(np.random.default_rng(seed).normal(100, 10, len(index)), index=index)


def photovoltaics(days: int, seed: int = 0) -> pd.Series:
    """Sun by day, and its own cloud cover each day."""
    power = noise(days)
    clear_sky = np.clip(np.sin((power.index.hour - 6) * np.pi / 12), 0, None)
    clouds = np.random.default_rng(seed).beta(2, 2, days).repeat(24)
    return pd.Series(-100 * clear_sky * clouds, index=power.index)


@pytest.mark.parametrize(
    ("power", "holidays", "atypical_days"),
    [
        pytest.param(hourly_load(YEAR, holidays=US.as_they_fall), "as they fall", "fitted", id="as they fall"),
        pytest.param(hourly_load(YEAR, holidays=US.as_observed), "as observed", "fitted", id="as observed"),
        pytest.param(hourly_load(YEAR), "none", "fitted", id="open on holidays"),
        pytest.param(
            hourly_load(YEAR, rest_days=(0, 1)), "none", "fitted", id="restaurant, closed on Monday and Tuesday"
        ),
        pytest.param(hourly_load(YEAR, closed=CLOSED), "none", "left out", id="closed on days of its own"),
        pytest.param(noise(YEAR), "none", "fitted", id="noise"),
        *(pytest.param(photovoltaics(YEAR, seed), "none", "fitted", id=f"photovoltaics {seed}") for seed in range(3)),
    ],
)
def test_the_model_is_told_what_helps(power: pd.Series, holidays: str, atypical_days: str) -> None:
    """Holidays count as the building keeps them; where they tell nothing, they are not used."""
    treatment = choose_treatment(power, calendar_of(power), US).treatment
    assert (treatment.holidays, treatment.atypical_days) == (holidays, atypical_days)
    used = {"none": frozenset(), "as they fall": US.as_they_fall, "as observed": US.as_observed}[holidays]
    assert treatment.calendar.holidays == used


def test_without_holidays_two_treatments_are_compared() -> None:
    """Nothing is made up for a country that has none."""
    power = hourly_load()
    choice = choose_treatment(power, calendar_of(power), PublicHolidays(None, "as --holidays says"))
    assert [(treatment.holidays, treatment.atypical_days) for treatment, _ in choice.errors] == [
        ("none", "fitted"),
        ("none", "left out"),
    ]


def test_the_table_shows_all_and_marks_the_chosen_one() -> None:
    """What train.py prints and the card records are the same figures."""
    power = hourly_load(YEAR, holidays=US.as_they_fall)
    choice = choose_treatment(power, calendar_of(power), US)
    head, *rows = choice.table("kW").splitlines()
    assert head == "holidays      atypical days       MAE kW  held-out weeks of the first 80 %"
    assert [row.split()[-1] == "chosen" for row in rows] == [False, True, False, False, False, False]
    figures = choice.figures()
    assert (figures["holidays"], figures["atypical_days"], figures["weekly_pattern"]) == (
        "as they fall",
        "fitted",
        True,
    )
    assert [row["mae"] for row in figures["compared"]] == [round(mae, 2) for _, mae in choice.errors]


def test_a_load_without_weekly_pattern_is_said() -> None:
    """So that nobody wonders why holidays are not in the table."""
    power = noise(120)
    choice = choose_treatment(power, calendar_of(power), US)
    assert [treatment.holidays for treatment, _ in choice.errors] == ["none", "none"]
    assert choice.table("kW").endswith("The load has no weekly pattern, so a holiday is a day like any other.")


def test_the_day_of_rest_is_the_quietest_of_the_weekend() -> None:
    """A quieter weekday outside it is no day of rest."""
    power = hourly_load(56)
    weekday = power.index.tz_convert("America/Los_Angeles").day_of_week
    power[weekday == 1] -= 500
    power[weekday == 5] -= 50
    assert quietest_weekday(power, calendar_of(power), {5, 6}) == 5
    power[weekday == 6] -= 100
    assert quietest_weekday(power, calendar_of(power), {5, 6}) == 6


def encoded(power: pd.Series, holidays: frozenset[date] = frozenset()) -> pd.DataFrame:
    return encode_hours(power, replace(calendar_of(power), holidays=holidays))


def test_a_day_unlike_its_neighbours_is_found() -> None:
    """One Tuesday as quiet as a Sunday stands out; the Sundays themselves do not."""
    hours = encoded(hourly_load(closed=[date(2023, 2, 14)]))
    assert [f"{day:%Y-%m-%d}" for day in atypical_days(hours)] == ["2023-02-14"]
    assert set(hours[DAY]) & set(atypical_days(hours)) == {pd.Timestamp("2023-02-14")}


def test_a_holiday_that_the_model_is_told_of_is_not_atypical() -> None:
    """It is compared with the days of rest around it."""
    holiday = frozenset({date(2023, 2, 14)})
    assert list(atypical_days(encoded(hourly_load(closed=holiday), holidays=holiday))) == []
    busy_on_a_holiday = encoded(hourly_load(), holidays=holiday)
    assert [f"{day:%Y-%m-%d}" for day in atypical_days(busy_on_a_holiday)] == ["2023-02-14"]


def test_a_series_without_unusual_days_keeps_every_day() -> None:
    """Ordinary variation is not atypical."""
    assert list(atypical_days(encoded(hourly_load()))) == []


def test_a_series_that_repeats_to_the_digit_keeps_every_day() -> None:
    """One day's small difference is no reason where there is no scale to measure it by."""
    power = hourly_load() * 0 + 100
    power.iloc[: 2 * 24] = 101
    assert list(atypical_days(encoded(power))) == []


def test_a_gap_of_weeks_is_no_obstacle() -> None:
    """Days without neighbours are not compared."""
    power = hourly_load(closed=[date(2023, 2, 14)])
    hours = encoded(power.drop(power.index[60 * 24 : 95 * 24]))
    assert [f"{day:%Y-%m-%d}" for day in atypical_days(hours)] == ["2023-02-14"]


def test_the_holidays_of_the_published_load_stand_out(published_csv: Path) -> None:
    """A model that is told of none finds those of 2017 atypical, New Year's Day apart, which is a Sunday."""
    profile = read_load_profile("load.csv", published_csv.read_bytes(), "America/Los_Angeles")
    hours = encode_hours(profile.power, profile.calendar)
    assert {f"{day:%d %b}" for day in atypical_days(hours)} >= {
        "16 Jan", "20 Feb", "29 May", "04 Jul", "04 Sep", "09 Oct", "11 Nov", "23 Nov", "25 Dec",
    }  # fmt: skip
