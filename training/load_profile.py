"""From the rows of a CSV to the hourly load of a site, and to the table that the model is fitted on."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from warnings import catch_warnings

import numpy as np
import pandas as pd

from forecast_core.errors import DataError, quoted
from forecast_core.features import FEATURES, cyclical_features
from forecast_core.site_calendar import CalendarFeatures, SiteCalendar
from forecast_core.timestamps import EVENT_RESOLUTION, TimestampConvention, time_since_start

from .clock_warning import warn_of_clock
from .csv_file import PUBLISHED_SHA256, TIME, VALUE, read_columns
from .instants import ReadingOptions, find_doubled, find_instants, parse_times
from .load_warnings import (
    LONG_GAP,
    warn_of_energy,
    warn_of_gaps,
    warn_of_incomplete_hours,
    warn_of_months,
    warn_of_zeros,
)

FEWEST_WEEKS = 10  # the first 80 % of these are the weeks that recent trees are fitted on
FIRST_YEAR, LAST_YEAR = 1970, 2069
"""Of data: all its known years, 1959 to 2099, then have a leap year every fourth,
so that forty of them have every weekday on every day of the year."""
KNOWN_YEARS_BEFORE, KNOWN_YEARS_AFTER = 10, 30  # how far from the data the calendar is known
RESOLUTIONS = (5, 10, 15, 30, 60)  # minutes between rows, as meters have them; a logger's file has to be averaged

LONGEST_NAME = 80

PUBLISHED_NAME = "Hospital in San Francisco (simulated)"
PUBLISHED_YEAR = 2017  # which the published file simulates, as its weekdays, holidays and clock changes show
PUBLISHED_WARNING = (
    f"The data set's timestamps are of 2015, its weekdays and holidays of {PUBLISHED_YEAR}. "
    "/v1/forecast uses real dates. "
    "/v1/prediction uses the file's weekdays: there, day_of_week 3 returns a Sunday's load."
)

POWER, DAY = "power", "day"  # columns beside those of CalendarFeatures and FEATURES
_SHORTEST_PART = pd.Timedelta(weeks=1)  # of a series, after a gap of a year; a shorter one is taken for a mistake


@dataclass(frozen=True)
class LoadProfile:
    """A checked series of hourly mean power, in time order.

    :param site_name: of the published file its own, of another the file's.
    :param power: indexed by ``event_start`` in the site's standard time, without missing values.
    :param calendar: of the site and of the file's timestamps, without holidays.
    :param minutes: between the rows of the file.
    :param missing_hours: hours between the first and the last event that lack their value, or one of their rows.
    :param sha256: checksum of the file.
    :param warnings: what the user should know about the file.
    """

    site_name: str
    power: pd.Series
    calendar: SiteCalendar
    minutes: int
    missing_hours: int
    sha256: str
    warnings: tuple[str, ...] = ()


def read_load_profile(name: str, content: bytes, options: ReadingOptions) -> LoadProfile:
    """Read and check a CSV of mean power.

    :param name: of the file, for messages.
    :raises DataError: the first error, with its line and value.
    """
    with catch_warnings(action="error"):
        try:
            return _read(name, content, options)
        except Warning as warning:  # of pandas or numpy, which would go on with a guess
            raise DataError(f"cannot be read without a doubt ({warning})", file=name) from warning


def _read(name: str, content: bytes, options: ReadingOptions) -> LoadProfile:
    sha256 = hashlib.sha256(content).hexdigest()
    is_published = sha256 == PUBLISHED_SHA256 and options.year is None
    if is_published:
        options = replace(options, year=PUBLISHED_YEAR)
    rows = read_columns(name, content, options.time_column, options.value_column)
    if options.zeros_are_missing:
        rows[VALUE] = rows[VALUE].where(rows[VALUE] != 0)
    times, offsets = parse_times(name, rows[TIME], options.time_column)
    doubled = find_doubled(times, offsets, rows[VALUE], options.timezone)
    rows, times, offsets = rows[~doubled], times[~doubled], None if offsets is None else offsets[~doubled]
    has_value = rows[VALUE].notna()
    if not has_value.any():
        raise DataError(f"no row has a value in the column {quoted(options.value_column)}", file=name)

    def error_at(line: int, wrong: str) -> DataError:
        return DataError(wrong, file=name, line=line, column=options.time_column, value=rows[TIME][line])

    # Of the whole file: what cannot be read for sure is refused, also outside the chosen period.
    _check_span(times[has_value], error_at)
    convention, instants = find_instants(name, times, offsets, has_value, options)
    n_skipped = int(has_value.sum()) - len(instants)
    instants = _in_period(instants, convention, options)
    if instants.empty:
        raise DataError("no hour has a value in the chosen period", file=name)
    minutes = _check_steps(instants, convention, error_at)
    starts = instants - time_since_start(convention.marks, timedelta(minutes=minutes))

    # find_instants may have left rows out.
    values = rows[VALUE][instants.index] * (60 / minutes if options.is_energy else 1)
    by_hour = values.groupby(starts.dt.floor("h").rename("event_start"))
    power = by_hour.mean().where(by_hour.count() == 60 // minutes).dropna().rename(POWER)
    n_incomplete = len(values) - len(power) * (60 // minutes)
    if power.empty:
        raise DataError("no hour has a value in the chosen period", file=name)
    first, last = power.index[0].to_pydatetime(), power.index[-1].to_pydatetime()
    if last.year > LAST_YEAR:
        moved = "" if options.year is None else f", moved by --year {options.year}"
        raise DataError(f"the data ends in {last.year}{moved}; {LAST_YEAR} is the last year it may end in", file=name)
    warnings = [
        *([PUBLISHED_WARNING] if is_published else []),
        *warn_of_gaps(power),
        *warn_of_energy(options),
        *_counted("Identical rows that occur again, counted once", int(doubled.sum())),
        *_counted("Rows of an hour that the clock skips in spring, left out", n_skipped),
        *warn_of_incomplete_hours(n_incomplete, len(values), minutes),
        *([] if offsets is not None else warn_of_clock(power, convention)),
        *warn_of_zeros(power),
        *warn_of_months(power, options.timezone),
    ]
    return LoadProfile(
        site_name=PUBLISHED_NAME if sha256 == PUBLISHED_SHA256 else _site_name(name),
        power=power,
        calendar=SiteCalendar(
            convention=convention,
            first_event_start=first,
            last_event_start=last,
            known_years=range(first.year - KNOWN_YEARS_BEFORE, last.year + KNOWN_YEARS_AFTER + 1),
        ),
        minutes=minutes,
        missing_hours=round((last - first) / EVENT_RESOLUTION) + 1 - len(power),
        sha256=sha256,
        warnings=tuple(warnings),
    )


def _in_period(instants: pd.Series, convention: TimestampConvention, options: ReadingOptions) -> pd.Series:
    """Keep the rows whose interval lies between two days on the local clock, as the options say."""
    # No interval is shorter than a minute, so one that ends at midnight belongs to the day before.
    within = instants - time_since_start(convention.marks, timedelta(minutes=1))
    local = within.dt.tz_convert(convention.time_zone).dt.tz_localize(None)
    is_chosen = pd.Series(True, instants.index)
    if options.since:
        is_chosen &= local >= pd.Timestamp(options.since)
    if options.until:
        is_chosen &= local < pd.Timestamp(options.until) + pd.Timedelta(days=1)
    return instants[is_chosen]


def _site_name(file_name: str) -> str:
    """Make a name of a file's; file names may hold what text cannot."""
    stem = Path(file_name).stem.encode("utf-8", "replace").decode()
    return "".join(char if char.isprintable() else " " for char in stem)[:LONGEST_NAME].strip() or "load"


def make_features(power: pd.Series, calendar: SiteCalendar) -> pd.DataFrame:
    """Put the calendar features and the model's features of each hour beside its power.

    :returns: indexed like ``power``: ``power``; ``day`` (the local date, as midnight); the calendar features
        ``hour_of_day``, ``day_of_week``, ``day_of_year``; and float32 columns named as ``FEATURES``.
    """
    of_hours = [calendar.calendar_features(start) for start in power.index.to_pydatetime()]
    hours = pd.DataFrame(of_hours, index=power.index, columns=CalendarFeatures._fields)
    hours[list(FEATURES)] = np.array([cyclical_features(hour) for hour in of_hours], dtype=np.float32)
    hours[POWER] = power
    # In this order, since some clocks skip midnight in spring.
    hours[DAY] = power.index.tz_convert(calendar.time_zone).tz_localize(None).normalize()
    return hours


def _check_span(times: pd.Series, error_at: Callable[[int, str], DataError]) -> None:
    """Check that no row lies far from the others by mistake; a long gap may lie between two long parts."""
    strays = times[~times.dt.year.between(FIRST_YEAR, LAST_YEAR)]
    if not strays.empty:
        raise error_at(strays.index[0], f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    in_order = times.sort_values()
    after_gap = in_order.diff() > LONG_GAP
    parts = [part for _, part in in_order.groupby(after_gap.cumsum())]
    shortest = min(parts, key=lambda part: part.iloc[-1] - part.iloc[0])
    if len(parts) > 1 and shortest.iloc[-1] - shortest.iloc[0] < _SHORTEST_PART:
        raise error_at(shortest.index[0], "is more than a year from the other rows")


def _check_steps(
    instants: pd.Series, convention: TimestampConvention, error_at: Callable[[int, str], DataError]
) -> int:
    """Find the minutes between rows, and check that every row lies on that grid, once."""
    in_order = instants.sort_values(kind="stable")
    steps = in_order.diff()
    again = in_order.index[steps == pd.Timedelta(0)]
    if len(again):
        more = "if the file has several meters or registers, keep the rows of one"
        if convention.clock == "local":
            more += "; if its program added the interval to local starts, take it off and add --timestamps start"
        else:
            more += "; if date and time are apart, join them"
        raise error_at(again[0], f"is there twice, with different values; {more}")
    usual = steps.mode()
    minutes = usual[0] / pd.Timedelta(minutes=1) if len(usual) else 60
    if minutes not in RESOLUTIONS:
        accepted = ", ".join(map(str, RESOLUTIONS))
        line = in_order.index[steps == usual[0]][0]
        raise error_at(line, f"is {minutes:g} minutes after the row before; accepted are {accepted}")
    off_grid = instants.index[instants != instants.dt.floor(f"{minutes:g}min")]
    if len(off_grid):
        grid = "a whole hour" if minutes == 60 else f"a multiple of {minutes:g} minutes"
        raise error_at(off_grid[0], f"is not on {grid} of the site's standard time")
    return int(minutes)


def check_amount(name: str, power: pd.Series) -> None:
    """Check that there is enough to learn from.

    :raises DataError: there is not.
    """
    if len(power) < FEWEST_WEEKS * 7 * 24:
        enough = f"at least {FEWEST_WEEKS} weeks are needed"
        raise DataError(f"{len(power)} hours with a value are too few to learn from; {enough}", file=name)
    # Of an hour of the week that was never measured, a forest would take another's power without a word.
    # In standard time, since the time zone makes no difference to how many there are.
    rarest = power.groupby([power.index.day_of_week, power.index.hour]).size()
    if len(rarest) < 7 * 24 or rarest.min() < FEWEST_WEEKS // 2:
        raise DataError(f"each hour of each weekday needs a value in at least {FEWEST_WEEKS // 2} weeks", file=name)


def _counted(what: str, number: int) -> list[str]:
    return [f"{what}: {number:,}."] if number else []
