"""Does the load say that a file's timestamps follow the other clock than the one they were read by?"""

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forecast_core.timestamps import TimestampConvention

_AROUND_CHANGE = pd.Timedelta(weeks=3)
_FEWEST_DAYS = 5  # on each side of a clock change
_CLEAR = (0.75, 1.3)  # 1 is a profile that did exactly that; above, it changed in other ways, too
_MOST = 0.75  # of the changes, and of the days, have to agree


def warn_of_clock(power: pd.Series, convention: TimestampConvention) -> list[str]:
    """Warn if the load says that the timestamps, which have no offsets, follow the other clock.

    People follow the local clock. So in a file in standard time, the profile of a weekday moves by an hour
    at each clock change, and in a file on the local clock it stays.

    :param power: indexed by event start.
    """
    read_as_local = convention.clock == "local"
    moved = _shares_moved(power, convention)
    wrong = moved if read_as_local else [1 - share for share in moved]
    clear = [_CLEAR[0] < share.median() < _CLEAR[1] for share in wrong]
    if not wrong or np.mean(clear) < _MOST or np.mean([(share > 1 / 2).mean() for share in wrong]) < _MOST:
        return []
    what = "moves by an hour" if read_as_local else "stays as it is"
    found = f"At {sum(clear)} of {len(clear)} clock changes, the load's profile {what} in the file's timestamps"
    if read_as_local:
        return [f"{found}, as if they were in standard time. If they are, leave out --local-time."]
    return [f"{found}, as if they were on the local clock. If they are, add --local-time."]


def _shares_moved(power: pd.Series, convention: TimestampConvention) -> list[pd.Series]:
    """Measure how far the weekday profile moves at each clock change, in the file's timestamps.

    People who come at 8:00 on the local clock are in a file

    - in standard time: at 8:00 before the clock goes forward, and at 7:00 after it; the profile moved.
    - on the local clock: at 8:00 before and after it; the profile stayed.

    :returns: for each change, a number for each day around it: 1 if the profile moved, 0 if it stayed.
    """
    clock = convention.time_zone if convention.clock == "local" else convention.standard_time
    timestamps = power.index.tz_convert(clock).tz_localize(None)
    days = _daily_profiles(power, timestamps)
    shares = []
    for change, step in _clock_changes(power.index, timestamps, convention.time_zone).items():
        around = days.loc[change - _AROUND_CHANGE : change + _AROUND_CHANGE].drop(change, errors="ignore")
        before, after = around[around.index < change], around[around.index > change]
        # A load that is the same all day has no profile that could move.
        if min(len(before), len(after)) >= _FEWEST_DAYS and around.any(axis=None):
            of_after = _share_moved(after, before.median().to_numpy(), -step)
            of_before = _share_moved(before, after.median().to_numpy(), step)
            shares.append(pd.concat([of_after, of_before]))
    return shares


def _daily_profiles(power: pd.Series, timestamps: pd.DatetimeIndex) -> pd.DataFrame:
    """List the days with 24 hours: a row for each, a column for each hour, without the day's mean.

    Only Monday to Friday, since the site's weekend is not known yet; a rest day among them does not move a median.
    """
    days = power.groupby([timestamps.normalize(), timestamps.hour]).mean().unstack()
    days = days[days.index.day_of_week < 5].dropna()
    return days.sub(days.mean(axis="columns"), axis="index")


def _clock_changes(instants: pd.DatetimeIndex, timestamps: pd.DatetimeIndex, time_zone: ZoneInfo) -> dict[Any, int]:
    """List the days on which the local clock goes an hour forward (1) or back (-1)."""
    by_clock, by_utc = (instants.tz_convert(clock).tz_localize(None) for clock in (time_zone, "UTC"))
    offsets = pd.Series(by_clock - by_utc, timestamps.normalize()).groupby(level=0).last()
    steps = offsets.diff() / pd.Timedelta(hours=1)
    return {day: int(step) for day, step in steps.items() if abs(step) == 1}


def _share_moved(days: pd.DataFrame, profile: np.ndarray, hours: int) -> pd.Series:
    """Compare days with a profile: 1 where they are like the profile moved by some hours, 0 where it has not moved.

    Days are projected on the line between the two, which are equally long.
    """
    moved = np.roll(profile, hours)
    distance = profile @ profile - profile @ moved
    return (days @ (moved - profile) / distance + 1) / 2 if distance > 0 else days.iloc[:, 0] * 0 + 1 / 2
