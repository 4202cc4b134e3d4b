from datetime import date
from functools import cache

import pytest

from tests.builders import LOS_ANGELES, calendar_of, hourly_load, noise, photovoltaics
from training.model_selection import Selection, quietest_weekday, select_settings
from training.public_holidays import PublicHolidays, public_holidays

DAYS = 300
US = public_holidays("US", LOS_ANGELES, range(2022, 2030), last_of_data=2023)
# Fixed dates, most of them on weekdays, so that a short series has enough of them.
CLOSED = [date(2023, 2, 8), date(2023, 3, 14), date(2023, 5, 4), date(2023, 6, 8), date(2023, 8, 17), date(2023, 9, 13)]
SELECTED = {
    "holidays as they fall": (hourly_load(DAYS, holidays=US.as_they_fall), "as they fall", "fitted"),
    "holidays as observed": (hourly_load(DAYS, holidays=US.as_observed), "as observed", "fitted"),
    "open on holidays": (hourly_load(DAYS), "none", "fitted"),
    "restaurant, closed on Monday and Tuesday": (hourly_load(DAYS, rest_days=(0, 1)), "none", "fitted"),
    "closed on days of its own": (hourly_load(DAYS, closed=CLOSED), "none", "left out"),
    "noise": (noise(DAYS), "none", "fitted"),
    "photovoltaics 0": (photovoltaics(DAYS, 0), "none", "fitted"),
    "photovoltaics 1": (photovoltaics(DAYS, 1), "none", "fitted"),
    "photovoltaics 2": (photovoltaics(DAYS, 2), "none", "fitted"),
}
"""Of each load, the holidays and the outlier days that should be selected."""
QUICK = ("holidays as they fall", "noise")


@cache
def selection_of(load: str) -> Selection:
    power = SELECTED[load][0]
    return select_settings(power, calendar_of(power), US)


@pytest.mark.parametrize(
    "load",
    [pytest.param(load, marks=[] if load in QUICK else pytest.mark.slow("model selections")) for load in SELECTED],
)
def test_the_settings_that_help_are_selected(load: str) -> None:
    """Holidays count as the building keeps them, and they are left out where they do not help."""
    _, holidays, outlier_days = SELECTED[load]
    settings = selection_of(load).settings
    assert (settings.holidays, settings.outlier_days) == (holidays, outlier_days)
    used = {"none": frozenset(), "as they fall": US.as_they_fall, "as observed": US.as_observed}[holidays]
    assert settings.calendar.holidays == used


def test_the_table_and_the_figures_have_every_comparison() -> None:
    """The table marks the selected settings, and the card records the same figures."""
    selection = selection_of("holidays as they fall")
    head, *rows = selection.table("kW").splitlines()
    assert head == "holidays      outlier days        MAE kW  held-out weeks of the first 80 %"
    assert [row.split()[-1] == "selected" for row in rows] == [False, True, False, False, False, False]
    figures = selection.figures()
    found = (figures["holidays"], figures["atypical_days"], figures["weekly_pattern"])
    assert found == ("as they fall", "fitted", True)
    assert [row["mae"] for row in figures["compared"]] == [round(mae, 2) for _, mae in selection.errors]


def test_without_a_weekly_pattern_holidays_are_not_tried() -> None:
    """The table says so."""
    selection = selection_of("noise")
    assert [settings.holidays for settings, _ in selection.errors] == ["none", "none"]
    assert selection.table("kW").endswith("The load has no weekly pattern, so holidays were not tried.")


def test_without_holidays_only_outlier_days_are_compared() -> None:
    """A country may have no listed holidays, and a user may want none."""
    power = hourly_load()
    selection = select_settings(power, calendar_of(power), PublicHolidays(None, "as --holidays says"))
    compared = [(settings.holidays, settings.outlier_days) for settings, _ in selection.errors]
    assert compared == [("none", "fitted"), ("none", "left out")]


def test_the_rest_weekday_is_the_quietest_of_the_weekend() -> None:
    """A quieter weekday outside the weekend is not it."""
    power = hourly_load(56)
    weekday = power.index.tz_convert(LOS_ANGELES).day_of_week
    power[weekday == 1] -= 500
    power[weekday == 5] -= 50
    assert quietest_weekday(power, calendar_of(power), {5, 6}) == 5
    power[weekday == 6] -= 100
    assert quietest_weekday(power, calendar_of(power), {5, 6}) == 6
