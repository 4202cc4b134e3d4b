"""From the labels of a file to event starts, and the calendar that says what the labels are."""

from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forecast_core.calendar import SiteCalendar
from forecast_core.errors import DataError
from forecast_core.time import EVENT_RESOLUTION

from .csv_file import fault
from .site import site_time_zone, standard_time


@dataclass(frozen=True)
class Layout:
    """What the user says of a file.

    :param time_column: the name of the column of labels.
    :param value_column: the name of the column of mean power.
    :param label_side: whether a label names the ``start`` or the ``end`` of its interval.
    :param local_time: whether labels are on the site's local clock, instead of in its standard time.
    :param year: date the first event in this year; the hours stay in order, and labels mean the same hours.
        The published file is dated in the year that it simulates, unless another is named.
    """

    time_column: str = "ds"
    value_column: str = "y"
    label_side: str = "end"
    local_time: bool = False
    year: int | None = None


AS_PUBLISHED = Layout()


def find_event_starts(
    name: str, times: pd.Series, offsets: pd.Series | None, time_zone: str, layout: Layout
) -> tuple[SiteCalendar, pd.Series]:
    """Find when the hour that each label names starts.

    :param times: the labels as the file has them, naive, indexed by line number; their offsets, if it has some.
    :returns: the calendar, whose first and last event are still to be found; and the starts in standard time.
    :raises DataError: labels look local and are not said to be, or cannot be moved to the year that was named.
    """
    zone = site_time_zone(time_zone)
    step = _step_to_year(name, times, layout)
    if step and (layout.local_time or offsets is not None):
        raise DataError(f"{name}: --year cannot move times of a clock that changes, for it changes on other days then")
    dated = times + step
    standard = standard_time(zone, dated.min().to_pydatetime())
    somewhen = dated.min().tz_localize(standard).to_pydatetime()
    calendar = SiteCalendar(
        time_zone=zone,
        first_event_start=somewhen,
        last_event_start=somewhen,
        label_side=layout.label_side,
        label_clock="local" if layout.local_time else "standard",
        label_weekday_shift=step.days % 7,
        known_years=range(0),
    )
    if offsets is not None:
        instants = (dated - offsets).dt.tz_localize("UTC")
        if offsets.nunique() > 1 and instants.dt.tz_convert(zone).dt.tz_localize(None).equals(dated):
            calendar = replace(calendar, label_clock="local")
        return calendar, instants.dt.tz_convert(standard) - _label_after_start(layout)
    if not layout.local_time and (line := _line_of_clock_change(dated, zone)) is not None:
        wrong = f"is where the clock of {time_zone} changes, and so do the labels; add --local-time"
        raise fault(name, line, layout.time_column, times[line], wrong)
    labels = zip(dated.dt.to_pydatetime(), _repeated(dated), strict=True)
    clock = calendar.label_time_zone
    starts = [calendar.labelled_event_start(time.replace(tzinfo=clock, fold=int(again))) for time, again in labels]
    return calendar, pd.Series(pd.DatetimeIndex(starts), index=times.index)


def _label_after_start(layout: Layout) -> timedelta:
    return EVENT_RESOLUTION if layout.label_side == "end" else timedelta(0)


def _step_to_year(name: str, times: pd.Series, layout: Layout) -> pd.Timedelta:
    """Find how far to move times so that the first event lies in a year, and each keeps its month and day."""
    if layout.year is None:
        return pd.Timedelta(0)
    first = times.min() - _label_after_start(layout)
    step = pd.Timestamp(layout.year, 1, 1) - pd.Timestamp(first.year, 1, 1)
    moved = times + step
    if not ((times.dt.month == moved.dt.month) & (times.dt.day == moved.dt.day)).all():
        why = f"leap years of the data, which begins in {first.year}, have to stay leap years, and common years common"
        raise DataError(f"{name}: --year {layout.year} would move days to other dates: {why}")
    return step


def _repeated(times: pd.Series) -> np.ndarray:
    """Tell of each time whether it is there for the second time, whether the file runs forwards or backwards."""
    backwards = times.iloc[0] > times.iloc[-1]
    return np.asarray(times.duplicated(keep="last" if backwards else "first"))


def _line_of_clock_change(times: pd.Series, time_zone: ZoneInfo) -> int | None:
    """Find the line where naive times leave out, or repeat, exactly what the local clock does; None if nowhere."""
    again = times[_repeated(times)]
    ambiguous = pd.DatetimeIndex(again).tz_localize(time_zone, ambiguous="NaT", nonexistent="shift_forward").isna()
    if ambiguous.any():
        return int(again.index[ambiguous][0])

    step = times.sort_values().diff().mode()
    if step.empty or not step[0]:
        return None
    every = pd.date_range(times.min(), times.max(), freq=step[0])
    there = every.isin(times)
    localized = every.tz_localize(time_zone, ambiguous=np.full(len(every), True), nonexistent="NaT")
    left_out = np.flatnonzero(localized.isna())
    an_hour = round(pd.Timedelta(hours=1) / step[0])
    for gap in np.split(left_out, np.flatnonzero(np.diff(left_out) > 1) + 1):
        # Who labels the end of an hour by adding one to its local start leaves out the hour after the clock's.
        for absent in (gap, gap + an_hour):
            if len(gap) and absent[0] > 0 and absent[-1] + 1 < len(every):
                before, after = absent[0] - 1, absent[-1] + 1
                if not there[absent].any() and there[before] and there[after]:
                    return int(times.index[times == every[after]][0])
    return None
