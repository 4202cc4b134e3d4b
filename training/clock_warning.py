"""Does the load say that a file's timestamps follow the other clock than the one they were read by?"""

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forecast_core.timestamps import TimestampConvention

_AROUND_CHANGE = pd.Timedelta(weeks=3)
_FEWEST_DAYS = 5  # on each side of a clock change
_CLEAR_MOVE = (0.5, 1.6)  # 1 is a profile that moved by exactly an hour; above, it changed in other ways, too
_MOST = 0.75  # of the changes, and of the days, have to agree


def warn_of_clock(power: pd.Series, convention: TimestampConvention) -> list[str]:
    """Warn if the load says that the timestamps, which have no offsets, follow the other clock.

    People follow the local clock. So in a file in standard time, the profile of a weekday moves by an hour
    at each clock change, and in a file on the local clock it stays.

    :param power: indexed by event start.
    """
    read_as_local = convention.clock == "local"
    changes = [move if read_as_local else -move for move in _moves_at_clock_changes(power, convention)]
    clear = [_CLEAR_MOVE[0] < move.median() < _CLEAR_MOVE[1] for move in changes]
    if not changes or np.mean(clear) < _MOST or np.mean([(move > 0).mean() for move in changes]) < _MOST:
        return []
    what = "moves by an hour" if read_as_local else "stays as it is"
    found = f"At {sum(clear)} of {len(clear)} clock changes, the load's profile {what} in the file's timestamps"
    if read_as_local:
        return [f"{found}, as if they were in standard time. If they are, leave out --local-time."]
    return [f"{found}, as if they were on the local clock. If they are, add --local-time."]


def _moves_at_clock_changes(power: pd.Series, convention: TimestampConvention) -> list[pd.Series]:
    """Measure how far the weekday profile moves at each clock change, in the file's timestamps.

    An example: people come at 8:00, and the clock goes forward in spring, so ``step`` is 1.
    By standard time they come at 7:00 afterwards: the profile moved by -1, which is with the clock.
    On the local clock they still come at 8:00: it stayed.

    :returns: for each change, a number for each day around it: 1 if the profile moves with the clock, -1 if it stays.
    """
    clock = convention.time_zone if convention.clock == "local" else convention.standard_time
    timestamps = power.index.tz_convert(clock).tz_localize(None)
    days = _daily_profiles(power, timestamps)
    moves = []
    for change, step in _clock_changes(power.index, timestamps, convention.time_zone).items():
        around = days.loc[change - _AROUND_CHANGE : change + _AROUND_CHANGE].drop(change, errors="ignore")
        before, after = around[around.index < change], around[around.index > change]
        # A load that is the same all day has no profile that could move.
        if min(len(before), len(after)) >= _FEWEST_DAYS and around.any(axis=None):
            from_before = _move_towards(after, before.median().to_numpy(), -step)
            from_after = _move_towards(before, after.median().to_numpy(), step)
            moves.append(pd.concat([from_before, from_after]))
    return moves


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


def _move_towards(days: pd.DataFrame, profile: np.ndarray, hours: int) -> pd.Series:
    """Compare days with a profile: 1 where they are like the profile moved by some hours, -1 where it has not moved.

    Days are projected on the line between the two, which are equally long.
    """
    moved = np.roll(profile, hours)
    distance = profile @ profile - profile @ moved
    return days @ (moved - profile) / distance if distance > 0 else days.iloc[:, 0] * 0
