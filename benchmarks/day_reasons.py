"""Why a day may be hard to forecast from hour, weekday and day of the year."""

from datetime import date, timedelta

import pandas as pd

from training.load_profile import LoadProfile
from training.source import PUBLISHED_SHA256

_SIMULATED_YEAR = 2017
"""The published load was simulated for a year that starts on a Sunday, and carries the dates of another one."""

# Those of the United States' federal holidays that fall on these dates in a year that starts on a Sunday.
_HOLIDAYS = {
    (1, 1): "New Year's Day",
    (1, 16): "Martin Luther King Day",
    (2, 20): "Presidents' Day",
    (5, 29): "Memorial Day",
    (7, 4): "Independence Day",
    (9, 4): "Labor Day",
    (10, 9): "Columbus Day",
    (11, 11): "Veterans Day",
    (11, 23): "Thanksgiving",
    (12, 25): "Christmas Day",
}
_NEARBY_WEEKS = (-4, -3, -2, -1, 1, 2, 3, 4)


def find_reasons(profile: LoadProfile) -> pd.DataFrame:
    """Look for what the model cannot know of each day.

    :returns: indexed by midnight of the day: ``holiday``, its name or nothing;
        ``against_nearby``, the day's mean less that of the same weekday in the weeks around, in the load's unit.
    """
    daily = profile.power.groupby(profile.power.index.normalize()).mean()
    nearby = [daily.reindex(daily.index + pd.Timedelta(weeks=weeks)).to_numpy() for weeks in _NEARBY_WEEKS]
    days = pd.DataFrame({"holiday": "", "against_nearby": daily - pd.DataFrame(nearby).median().to_numpy()})
    # Of another series it is not known whose holidays it keeps.
    if profile.sha256 == PUBLISHED_SHA256:
        days["holiday"] = [_holiday(day.day_of_year) for day in days.index]
    return days


def _holiday(day_of_year: int) -> str:
    day = date(_SIMULATED_YEAR, 1, 1) + timedelta(days=day_of_year - 1)
    return _HOLIDAYS.get((day.month, day.day), "")
