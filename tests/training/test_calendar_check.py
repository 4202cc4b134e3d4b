from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from training.calendar_check import calendar_note, fitting_year
from training.load_profile import read_load_profile
from training.splits import split_in_time


def test_a_series_with_its_own_dates_raises_no_doubt(write_csv: Callable[..., Path]) -> None:
    """Saturday and Sunday are quietest, so the dates are believed."""
    power = read_load_profile("load.csv", write_csv().read_bytes(), "America/Los_Angeles").power
    assert calendar_note(power) == "The quietest weekdays are Saturday and Sunday, as the dates say."


@pytest.mark.parametrize(("year", "weekend"), [(2015, "Wednesday and Thursday"), (2018, "Monday and Sunday")])
def test_a_series_with_the_dates_of_another_year_is_told_which_year_fits(
    write_csv: Callable[..., Path], year: int, weekend: str
) -> None:
    """The named year makes the quietest days Saturday and Sunday again."""
    content = write_csv(first_label=datetime(2023, 1, 1, 1)).read_bytes()
    misdated = read_load_profile("load.csv", content, "America/Los_Angeles", year).power
    note = calendar_note(misdated)
    assert f"The quietest weekdays are {weekend}, not Saturday and Sunday" in note
    fitting = int(note.partition("--year ")[2][:4])
    redated = read_load_profile("load.csv", content, "America/Los_Angeles", fitting).power
    assert "as the dates say" in calendar_note(redated)


def test_quiet_days_that_are_no_weekend_are_told_without_a_year(write_csv: Callable[..., Path]) -> None:
    """No re-dating makes two days that are not neighbours a weekend."""
    power = read_load_profile("load.csv", write_csv(sunday=0).read_bytes(), "America/Los_Angeles").power
    power = power.where(~power.index.day_of_week.isin([1, 4]), power - 300)
    assert calendar_note(power) == (
        "The quietest weekdays are Tuesday and Friday, not Saturday and Sunday: the dates are probably not those "
        "that the load belongs to, and day_of_week means the file's weekday."
    )


def test_the_first_80_percent_of_the_published_load_tell_its_year(published_csv: Path) -> None:
    """So the test hours of the validation have no part in the clock changes."""
    power = read_load_profile("load.csv", published_csv.read_bytes(), "America/Los_Angeles").power
    assert fitting_year(split_in_time(power)[0]) == fitting_year(power) == 2017
