"""Whether the data's weekdays are those of its dates, and otherwise which year's they are.

A simulated year is often published with the dates of another one.
"""

from calendar import day_name

import pandas as pd

_WEEKEND = {5, 6}
_YEARS_UNTIL_CALENDAR_REPEATS = 28


def fitting_year(power: pd.Series) -> int | None:
    """Find the year in which the quietest weekdays are Saturday and Sunday.

    :param power: indexed by ``event_start`` in the site's standard time.
    :returns: the year of the first event if its own dates fit, else the next year whose dates do;
        None if the quietest days are no weekend in any year.
    """
    first_day = power.index[0].date()
    quietest = _quietest_weekdays(power)
    for year in range(first_day.year, first_day.year + _YEARS_UNTIL_CALENDAR_REPEATS):
        try:
            step = first_day.replace(year=year).weekday() - first_day.weekday()
        except ValueError:  # 29 February
            continue
        if {(weekday + step) % 7 for weekday in quietest} == _WEEKEND:
            return year
    return None


def calendar_note(power: pd.Series) -> str:
    """Say in one or two sentences whether the dates fit the load, and what to do if not."""
    year = fitting_year(power)
    if year == power.index[0].year:
        return "The quietest weekdays are Saturday and Sunday, as the dates say."
    first, second = (day_name[weekday] for weekday in _quietest_weekdays(power))
    note = (
        f"The quietest weekdays are {first} and {second}, not Saturday and Sunday: "
        "the dates are probably not those that the load belongs to, and day_of_week means the file's weekday."
    )
    if year is None:
        return note
    return f"{note} Clock changes are taken from {year}, which fits; train.py --year {year} takes its dates as well."


def _quietest_weekdays(power: pd.Series) -> list[int]:
    return sorted(power.groupby(power.index.day_of_week).mean().nsmallest(2).index)
