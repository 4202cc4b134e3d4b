"""From the labels of a file to event starts, and the calendar that says what the labels are."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd

from forecast_core.calendar import SiteCalendar
from forecast_core.errors import DataError
from forecast_core.time import EVENT_RESOLUTION

from .csv_file import fault
from .layout import Layout
from .local_labels import line_of_clock_change, repeated
from .site import site_time_zone, standard_time


def find_event_starts(
    name: str, times: pd.Series, offsets: pd.Series | None, time_zone: str, layout: Layout
) -> tuple[SiteCalendar, pd.Series]:
    """Find when the hour that each label names starts.

    :param times: the labels as the file has them, naive, indexed by line number.
    :param offsets: of the labels from UTC; None if the file has none.
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
        before = EVENT_RESOLUTION if layout.label_side == "end" else timedelta(0)
        return calendar, instants.dt.tz_convert(standard) - before
    if not layout.local_time and (line := line_of_clock_change(dated, zone)) is not None:
        wrong = f"is where the clock of {time_zone} changes, and so do the labels; add --local-time"
        raise fault(name, line, layout.time_column, times[line], wrong)
    labels = [
        label.replace(tzinfo=calendar.label_time_zone, fold=int(second))
        for label, second in zip(dated.dt.to_pydatetime(), repeated(dated), strict=True)
    ]
    starts = [calendar.labelled_event_start(label) for label in labels]
    return calendar, pd.Series(pd.DatetimeIndex(starts), index=times.index)


def _step_to_year(name: str, times: pd.Series, layout: Layout) -> pd.Timedelta:
    """Find how far to move times so that the first event lies in a year, and each keeps its month and day."""
    if layout.year is None:
        return pd.Timedelta(0)
    first = times.min() - (EVENT_RESOLUTION if layout.label_side == "end" else timedelta(0))
    step = pd.Timestamp(layout.year, 1, 1) - pd.Timestamp(first.year, 1, 1)
    moved = times + step
    if not ((times.dt.month == moved.dt.month) & (times.dt.day == moved.dt.day)).all():
        raise DataError(
            f"{name}: --year {layout.year} would move days to other dates: "
            f"leap years of the data, which begins in {first.year}, have to stay leap years, and common years common"
        )
    return step
