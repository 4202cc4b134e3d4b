"""The hourly load of a site, read from a CSV and checked."""

import hashlib
from dataclasses import dataclass, replace

import pandas as pd

from forecast_core.calendar import SiteCalendar
from forecast_core.errors import DataError
from forecast_core.time import EVENT_RESOLUTION

from .csv_file import TIME, VALUE, fault, read_columns
from .event_starts import AS_PUBLISHED, Layout, find_event_starts
from .source import PUBLISHED_REMARKS, PUBLISHED_SHA256, PUBLISHED_YEAR
from .timestamps import parse_times

FEWEST_WEEKS = 10  # of which the first 80 % hold the eight around a day that tell whether it is atypical
FIRST_YEAR, LAST_YEAR = 1970, 2069  # of data whose known years hold every weekday of every day of the year
KNOWN_YEARS_BEFORE, KNOWN_YEARS_AFTER = 10, 30  # how far from the data the calendar is known
RESOLUTIONS = (5, 10, 15, 30, 60)  # minutes between rows of which hours can be made


@dataclass(frozen=True)
class LoadProfile:
    """A checked series of hourly mean power, in time order.

    :param power: indexed by ``event_start`` in the site's standard time, without missing values.
    :param calendar: of the site and of the file's labels, without holidays.
    :param minutes: between the rows of the file.
    :param missing_hours: how many hours between the first and the last event lack their value, or one of their rows.
    :param sha256: checksum of the file that it was read from.
    :param remarks: what the reader must know about the file's dates.
    """

    power: pd.Series
    calendar: SiteCalendar
    minutes: int
    missing_hours: int
    sha256: str
    remarks: tuple[str, ...] = ()


def read_load_profile(name: str, content: bytes, time_zone: str, layout: Layout = AS_PUBLISHED) -> LoadProfile:
    """Read and check a CSV of mean power; messages call it by its name.

    :param time_zone: IANA name of the site's time zone, whose clock its occupants follow.
    :raises DataError: the first fault found, with the line and value at fault.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    is_published = sha256 == PUBLISHED_SHA256 and layout.year is None
    if is_published:
        layout = replace(layout, year=PUBLISHED_YEAR)
    rows = read_columns(name, content, layout.time_column, layout.value_column)
    times, offsets = parse_times(name, rows[TIME], layout.time_column)
    _check_span(name, times, layout)
    calendar, starts = find_event_starts(name, times, offsets, time_zone, layout)
    minutes = _check_steps(name, starts, rows[TIME], layout)
    if layout.label_side == "end":
        starts += EVENT_RESOLUTION - pd.Timedelta(minutes=minutes)

    by_hour = rows[VALUE].groupby(starts.dt.floor("h").rename("event_start"))
    power = by_hour.mean().where(by_hour.count() == 60 // minutes).dropna().rename("power")
    _check_amount(name, power)
    first, last = power.index[0].to_pydatetime(), power.index[-1].to_pydatetime()
    known_years = range(first.year - KNOWN_YEARS_BEFORE, last.year + KNOWN_YEARS_AFTER + 1)
    return LoadProfile(
        power=power,
        calendar=replace(calendar, first_event_start=first, last_event_start=last, known_years=known_years),
        minutes=minutes,
        missing_hours=round((last - first) / EVENT_RESOLUTION) + 1 - len(power),
        sha256=sha256,
        remarks=PUBLISHED_REMARKS if is_published else (),
    )


def _check_span(name: str, times: pd.Series, layout: Layout) -> None:
    strays = times[~times.dt.year.between(FIRST_YEAR, LAST_YEAR)]
    if not strays.empty:
        wrong = f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}"
        raise fault(name, strays.index[0], layout.time_column, strays.iloc[0], wrong)
    in_order = times.sort_values()
    gaps = (in_order.diff() > pd.Timedelta(days=366)).to_numpy().nonzero()[0]
    if len(gaps):
        after = int(gaps[0])
        stray = after - 1 if after < len(in_order) / 2 else after  # the end of the shorter part
        wrong = f"is more than a year {'before' if stray < after else 'after'} the rest"
        raise fault(name, in_order.index[stray], layout.time_column, in_order.iloc[stray], wrong)


def _check_steps(name: str, starts: pd.Series, texts: pd.Series, layout: Layout) -> int:
    """Find the minutes between rows, and check that every row lies on that grid, once."""

    def at(line: int, wrong: str) -> DataError:
        return fault(name, line, layout.time_column, texts[line], wrong)

    in_order = starts.sort_values(kind="stable")
    steps = in_order.diff()
    again = in_order.index[steps == pd.Timedelta(0)]
    if len(again):
        raise at(again[0], "is there twice")
    usual = steps.mode()
    minutes = usual[0] / pd.Timedelta(minutes=1) if len(usual) else 60
    if minutes not in RESOLUTIONS:
        accepted = ", ".join(map(str, RESOLUTIONS))
        raise at(in_order.index[1], f"is {minutes:g} minutes after the row before; accepted are {accepted}")
    off_grid = starts.index[starts != starts.dt.floor(f"{minutes:g}min")]
    if len(off_grid):
        grid = "a whole hour" if minutes == 60 else f"a multiple of {minutes:g} minutes"
        raise at(off_grid[0], f"is not on {grid} of the site's standard time")
    return int(minutes)


def _check_amount(name: str, power: pd.Series) -> None:
    if len(power) < FEWEST_WEEKS * 7 * 24:
        enough = f"at least {FEWEST_WEEKS} weeks are needed"
        raise DataError(f"{name}: {len(power)} hours with a value are too few to learn from; {enough}")
    rarest = power.groupby([power.index.day_of_week, power.index.hour]).size()
    if len(rarest) < 7 * 24 or rarest.min() < FEWEST_WEEKS // 2:
        raise DataError(f"{name}: each hour of each weekday needs a value in at least {FEWEST_WEEKS // 2} weeks")
