"""From the timestamps of a file, as text, to instants: how they are written, and what they mean."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from importlib.resources import files
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forecast_core.errors import DataError, quoted
from forecast_core.timestamps import EVENT_RESOLUTION, TimestampConvention, time_since_start

_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?)?"
_OTHER = r"\d{1,2}([./-])\d{1,2}\1\d{4} \d{1,2}:\d{2}(:\d{2})?"
_SHORT_YEAR = r"\d{1,2}[./-]\d{1,2}[./-]\d{2}( .*)?"
_OFFSET = r" ?(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)"

_TIME_ZONES = {*(files("tzdata") / "zones").read_text("utf-8").split()} - {"Factory"}  # which browsers know, too
_FEWEST_DAYS_OF_OFFSET = 90  # of fewer days, it is an exception and not standard time, as during Ramadan in Morocco

HOURS_OF_SHORTEST_DAY = 23  # a day with a clock change in spring; with fewer, the mean of a day is not comparable

POWER_UNITS = ("W", "kW", "MW", "GW", "TW")
ENERGY_UNITS = ("Wh", "kWh", "MWh")  # which meters count in


@dataclass(frozen=True, kw_only=True)
class ReadingOptions:
    """What the user says about a file.

    :param time_column: the name of the column of timestamps.
    :param value_column: the name of the column of mean power.
    :param timestamps: ``start`` or ``end``: which end of its interval a timestamp marks.
    :param local_time: whether timestamps are on the site's local clock, and not in standard time all year.
    :param timezone: IANA name of the site's time zone.
    :param unit: of the values: of power, or of energy per interval, such as kWh.
    :param zeros_are_missing: whether a zero stands for a missing value.
    :param year: move the first event to this year; the hours keep their order, and timestamps their meaning.
        The published file is moved to the year that it simulates, unless a year is given.
    :param since: leave out events that start before this day, on the local clock.
    :param until: leave out events that start after this day, on the local clock.
    """

    time_column: str = "ds"
    value_column: str = "y"
    timestamps: str = "end"
    local_time: bool = False
    timezone: str = "America/Los_Angeles"
    unit: str = "kW"
    zeros_are_missing: bool = False
    year: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_energy(self) -> bool:
        """Whether the values are energy per interval."""
        return self.unit in ENERGY_UNITS

    @property
    def power_unit(self) -> str:
        """The unit of the model's power."""
        return self.unit.removesuffix("h")


def site_time_zone(name: str) -> ZoneInfo:
    """Look up a time zone.

    :raises DataError: the database has none of that name.
    """
    if name not in _TIME_ZONES:
        hint = "use a name like America/Los_Angeles"
        raise DataError(f"--timezone {quoted(name)} is not a name of the time zone database; {hint}")
    return ZoneInfo(name)


def standard_time(time_zone: ZoneInfo, first: datetime) -> timezone:
    """Find the standard time of a zone in the year that begins with a time.

    It is the smallest offset that holds for a season, whichever one the database calls daylight saving time:
    in Dublin it is that of winter, which the database calls the exception.
    If the zone changes it for good in that year, the smaller of the two counts; a later change does not.

    :param first: naive.

    >>> print(standard_time(ZoneInfo("Europe/Dublin"), datetime(2023, 7, 1)))
    UTC
    """
    noons = (first.replace(hour=12, tzinfo=time_zone) + timedelta(days=day) for day in range(365))
    n_days = Counter(noon.utcoffset() for noon in noons)
    return timezone(min(offset for offset in n_days if offset is not None and n_days[offset] >= _FEWEST_DAYS_OF_OFFSET))


def parse_times(name: str, texts: pd.Series, column: str) -> tuple[pd.Series, pd.Series | None]:
    """Parse times like 2015-01-31 01:00, 31.01.2015 01:00, 31-01-2015 01:00 or 1/31/2015 01:00, also with an offset.

    :param name: of the file, for messages.
    :param texts: indexed by line number.
    :returns: the times as written, naive; and the offsets from UTC, or None if there are none.
    :raises DataError: the first that is no such time, or that has an offset where others have none.
    """
    parts = texts.str.extract(rf"^(.*?)(?:{_OFFSET})?$")
    times = _parse_naive(name, texts, parts[0], column)
    has_offset = parts[1].notna()
    if not has_offset.any():
        return times, None
    if not has_offset.all():
        line = texts.index[has_offset != has_offset.iloc[0]][0]
        wrong = "has an offset, or lacks one, unlike the rows before"
        raise DataError(wrong, file=name, line=line, column=column, value=texts[line])
    offsets = {text: pd.Timestamp(f"2000-01-01T00:00{text}").utcoffset() for text in parts[1].unique()}
    return times, parts[1].map(offsets)


def _parse_naive(name: str, texts: pd.Series, naive: pd.Series, column: str) -> pd.Series:
    first = str(naive.iloc[0])
    if other := re.fullmatch(_OTHER, first):
        sign, seconds = other[1], ":%S" if other[2] else ""
        dates = [f"%d{sign}%m{sign}%Y", *(["%m/%d/%Y"] if sign == "/" else [])]
        layouts = [f"{date} %H:%M{seconds}" for date in dates]
    else:
        layouts, naive = ["ISO8601"], naive.where(naive.str.fullmatch(_ISO).eq(True))
    parsed = [pd.to_datetime(naive, format=layout, errors="coerce") for layout in layouts]
    best = max(parsed, key=lambda times: times.notna().sum())
    if best.isna().any():
        line = best.index[best.isna()][0]
        wrong = "is not a timestamp, like 2015-01-31 01:00:00"
        if not texts[line]:
            wrong = "is empty, and the row has a value; each row needs its timestamp"
        elif re.fullmatch(_SHORT_YEAR, texts[line]):
            wrong = "has a year of two digits; write it with four, like 2015-01-31 01:00"
        raise DataError(wrong, file=name, line=line, column=column, value=texts[line])
    if sum(times.notna().all() for times in parsed) > 1:
        wrong = "may begin with its day or its month; write it as 2015-01-31"
        raise DataError(wrong, file=name, line=texts.index[0], column=column, value=first)
    return best


def find_instants(
    name: str, times: pd.Series, offsets: pd.Series | None, has_value: pd.Series, options: ReadingOptions
) -> tuple[TimestampConvention, pd.Series]:
    """Find what the timestamps of rows with a value mean, and the time that each shows.

    Offsets decide by themselves: if they are those of the local clock, and not of standard time, the clock is local.
    Without offsets, a local timestamp that the clock skips is left out if the hour after it is there, too:
    then the file has 24 hours on that day, of which one is filled in.

    :param times: naive, as ``parse_times`` returns them, with their offsets if they have some.
        Rows without a value tell which of two equal local times is the second.
    :returns: the convention; and the times in standard time, of rows with a value, without those left out.
    :raises DataError: the timestamps follow the local clock and the options do not say so,
        or they cannot be moved to the year that the options name.
    """
    zone = site_time_zone(options.timezone)
    step = _step_to_year(name, times[has_value], options)
    if step and (options.local_time or offsets is not None):
        raise DataError("--year cannot move local times: the clock changes on other days in that year", file=name)
    if offsets is None and not options.local_time:
        _refuse_local_times(name, times[has_value], step, zone, options)
    dated = times + step
    standard = standard_time(zone, dated[has_value].min().to_pydatetime())
    if offsets is None:
        is_local = options.local_time
    else:
        is_local = _shows_local_time(dated[has_value], offsets[has_value], zone, standard)
    convention = TimestampConvention(
        time_zone=zone,
        standard_time=standard,
        marks=options.timestamps,
        clock="local" if is_local else "standard",
        weekday_shift=step.days % 7,
    )
    if offsets is None:
        return convention, _instants_on_clock(convention, dated, has_value)
    return convention, (dated - offsets)[has_value].dt.tz_localize("UTC").dt.tz_convert(standard)


def _shows_local_time(times: pd.Series, offsets: pd.Series, time_zone: ZoneInfo, standard: timezone) -> bool:
    """Tell whether all times are those of the local clock, and not all of them those of standard time."""
    instants = (times - offsets).dt.tz_localize("UTC")
    local, all_year = (instants.dt.tz_convert(clock).dt.tz_localize(None) for clock in (time_zone, standard))
    return local.equals(times) and not all_year.equals(times)


def _instants_on_clock(convention: TimestampConvention, times: pd.Series, has_value: pd.Series) -> pd.Series:
    """Find the instants of times without offsets; of rows with a value, but for those of a skipped hour."""
    in_file = zip(times.dt.to_pydatetime(), _repeated(times), strict=True)
    in_standard_time = [convention.instant(time.replace(fold=int(again))) for time, again in in_file]
    instants = pd.Series(pd.DatetimeIndex(in_standard_time), index=times.index)
    if convention.clock == "standard":
        return instants[has_value]
    is_skipped = _is_skipped(pd.DatetimeIndex(times), convention.time_zone)
    hour_after_is_there = instants.isin(instants[~is_skipped])
    return instants[has_value & ~(is_skipped & hour_after_is_there)]


def _is_skipped(times: pd.DatetimeIndex, time_zone: ZoneInfo) -> np.ndarray:
    """Mark the times that the local clock skips in spring."""
    # Which of the two hours in autumn is meant makes no difference here.
    return np.asarray(times.tz_localize(time_zone, ambiguous=np.full(len(times), True), nonexistent="NaT").isna())


def _step_to_year(name: str, times: pd.Series, options: ReadingOptions) -> pd.Timedelta:
    """Find how far to move times so that the first event lies in a year, and each keeps its month and day."""
    if options.year is None:
        return pd.Timedelta(0)
    first = times.min() - time_since_start(options.timestamps, _usual_step(times) or EVENT_RESOLUTION)
    step = pd.Timestamp(options.year, 1, 1) - pd.Timestamp(first.year, 1, 1)
    moved = times + step
    if not ((times.dt.month == moved.dt.month) & (times.dt.day == moved.dt.day)).all():
        why = f"the data begins in {first.year}, and leap years have to stay leap years, common years common"
        raise DataError(f"--year {options.year} would move days to other dates: {why}", file=name)
    return step


def _repeated(times: pd.Series) -> np.ndarray:
    """Mark each time that occurs for the second time, in a file whose rows run forwards or backwards."""
    backwards = times.diff().median() < pd.Timedelta(0)  # not by its ends: forward months may follow newest first
    return np.asarray(times.duplicated(keep="last" if backwards else "first"))


def _refuse_local_times(
    name: str, times: pd.Series, step: pd.Timedelta, time_zone: ZoneInfo, options: ReadingOptions
) -> None:
    """Refuse times that repeat, or leave out, exactly what the local clock does, if the options do not say so.

    :param step: to the year that the data is moved to; a simulation may have the clock changes of that year.
    """
    for each in {pd.Timedelta(0), step}:
        dated = times + each
        again = dated[_repeated(dated)]
        ambiguous = pd.DatetimeIndex(again).tz_localize(time_zone, ambiguous="NaT", nonexistent="shift_forward").isna()
        line = int(again.index[ambiguous][0]) if ambiguous.any() else _line_after_skipped_hour(dated, time_zone)
        if line is not None:
            wrong = f"is where the clock of {time_zone.key} changes, and the timestamps with it; add --local-time"
            raise DataError(wrong, file=name, line=line, column=options.time_column, value=times[line])


def _usual_step(times: pd.Series) -> pd.Timedelta | None:
    """Find how far rows are apart in most cases; None if that is less than a minute, which no meter's are."""
    steps = times.sort_values().diff().mode()
    return None if steps.empty or steps[0] < pd.Timedelta(minutes=1) else steps[0]


def _line_after_skipped_hour(times: pd.Series, time_zone: ZoneInfo) -> int | None:
    """Find the line after a gap that is just the hour that the clock skips in spring; None if there is none."""
    step = _usual_step(times)
    if step is None:
        return None
    every = pd.date_range(times.min(), times.max(), freq=step)
    skipped = every[_is_skipped(every, time_zone)]
    begins, ends = skipped[~(skipped - step).isin(skipped)], skipped[~(skipped + step).isin(skipped)]
    for begin, end in zip(begins, ends, strict=True):
        # The clock skips 2:00 to 3:00. A file of local starts goes from 1:00 to 3:00; of local ends, too.
        # A program that adds the interval to local starts, to mark the end, goes from 2:00 to 4:00: a row later.
        for gap in (pd.date_range(begin, end, freq=step), pd.date_range(begin + step, end + step, freq=step)):
            before, after = gap[0] - step, gap[-1] + step
            if times.isin([before]).any() and times.isin([after]).any() and not times.isin(gap).any():
                return int(times.index[times == after][0])
    return None


def find_doubled(times: pd.Series, offsets: pd.Series | None, values: pd.Series, time_zone: str) -> pd.Series:
    """Mark rows that repeat an earlier row's time and value.

    The local clock shows an hour twice in autumn, so two rows of that hour are no repetition,
    unless the rows an hour before or after it are repeated, too.
    """
    rows = pd.DataFrame({"time": times, "offset": offsets, "value": values})
    doubled = rows.duplicated()
    if offsets is None and doubled.any():
        localized = times.dt.tz_localize(site_time_zone(time_zone), ambiguous="NaT", nonexistent="shift_forward")
        # The clock shows 1:00 to 2:00 twice, so two equal rows of 1:30 are two quarter hours; but if the rows
        # of 0:30 or 2:30 are there twice as well, or 1:30 three times, rows were repeated.
        occurs_once = localized.notna()
        doubled_elsewhere, an_hour = times[doubled & occurs_once], pd.Timedelta(hours=1)
        is_beside = times.isin(pd.concat([doubled_elsewhere - an_hour, doubled_elsewhere + an_hour]))
        is_there_three_times = times.groupby(times).transform("size") > 2
        doubled &= occurs_once | is_there_three_times | is_beside
    return doubled
