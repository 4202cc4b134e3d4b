"""Whether the data's weekdays are those of its dates."""

from calendar import day_name
from datetime import date

import pandas as pd

_WEEKEND = {5, 6}
_YEARS_UNTIL_CALENDAR_REPEATS = 28


def calendar_note(power: pd.Series) -> str:
    """Say whether the quietest weekdays are Saturday and Sunday, and what to do if not.

    A simulated year is often published with the dates of another one.

    :param power: indexed by ``event_start`` in the site's standard time.
    :returns: one or two sentences, for people.
    """
    quietest = power.groupby(power.index.day_of_week).mean().nsmallest(2).index
    if set(quietest) == _WEEKEND:
        return "The quietest weekdays are Saturday and Sunday, as the dates say."
    first, second = sorted(quietest)
    note = (
        f"The quietest weekdays are {day_name[first]} and {day_name[second]}, not Saturday and Sunday: "
        "the dates are probably not those that the load belongs to, and day_of_week means the file's weekday."
    )
    year = _fitting_year(power.index[0].date(), {first, second})
    return note if year is None else f"{note} train.py --year {year} dates the hours so that they are."


def _fitting_year(first_day: date, quietest: set[int]) -> int | None:
    for year in range(first_day.year + 1, first_day.year + _YEARS_UNTIL_CALENDAR_REPEATS):
        try:
            step = first_day.replace(year=year).weekday() - first_day.weekday()
        except ValueError:  # 29 February
            continue
        if {(weekday + step) % 7 for weekday in quietest} == _WEEKEND:
            return year
    return None
