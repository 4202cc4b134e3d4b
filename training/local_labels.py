"""Labels on a local clock, which leaves out an hour in spring and repeats one in autumn."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd


def repeated(times: pd.Series) -> np.ndarray:
    """Tell of each time whether it is there for the second time, whether the file runs forwards or backwards."""
    backwards = times.iloc[0] > times.iloc[-1]
    return np.asarray(times.duplicated(keep="last" if backwards else "first"))


def line_of_clock_change(times: pd.Series, time_zone: ZoneInfo) -> int | None:
    """Find out whether times leave out, or repeat, exactly what the local clock does.

    :param times: naive, indexed by line number.
    :returns: the line of the first repeated time, or of the first time after such a gap; None where nothing shows.
    """
    again = times[repeated(times)]
    ambiguous = pd.DatetimeIndex(again).tz_localize(time_zone, ambiguous="NaT", nonexistent="shift_forward").isna()
    if ambiguous.any():
        return int(again.index[ambiguous][0])

    step = times.sort_values().diff().mode()
    if step.empty or not step[0]:
        return None
    every = pd.date_range(times.min(), times.max(), freq=step[0])
    there = every.isin(times)
    left_out = np.flatnonzero(
        every.tz_localize(time_zone, ambiguous=np.full(len(every), True), nonexistent="NaT").isna()
    )
    an_hour = round(pd.Timedelta(hours=1) / step[0])
    for gap in np.split(left_out, np.flatnonzero(np.diff(left_out) > 1) + 1):
        # Who labels the end of an hour by adding one to its local start leaves out the hour after the clock's.
        for absent in (gap, gap + an_hour):
            if len(gap) and absent[0] > 0 and absent[-1] + 1 < len(every):
                before, after = absent[0] - 1, absent[-1] + 1
                if not there[absent].any() and there[before] and there[after]:
                    return int(times.index[times == every[after]][0])
    return None
