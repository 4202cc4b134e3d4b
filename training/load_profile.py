"""The hourly load of a site, read from a ``ds,y`` CSV, checked, and dated."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pandas as pd

from forecast_core.calendar import SiteCalendar
from forecast_core.errors import DataError
from forecast_core.time import EVENT_RESOLUTION

from .site import site_time_zone, standard_time
from .source import PUBLISHED_REMARKS, PUBLISHED_SHA256, PUBLISHED_YEAR

FEWEST_WEEKS = 10
"""Below this the first 80 % hold fewer than the eight weeks around a day that tell whether it is atypical."""

FIRST_YEAR, LAST_YEAR = 1970, 2069
"""Of the data: within them, every day of the year has every weekday within the years whose holidays are listed."""

KNOWN_YEARS_BEFORE, KNOWN_YEARS_AFTER = 10, 30
"""How far from the data the calendar is known."""

_LINE_OF_FIRST_ROW = 2
_TIMESTAMP = r"\d{4}-\d{2}-\d{2}([T ]\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?)?"


@dataclass(frozen=True)
class LoadProfile:
    """A checked series of hourly mean power, in time order.

    :param power: indexed by ``event_start`` in the site's standard time, without missing values.
    :param calendar: of the site and of the file's labels, without holidays.
    :param missing_hours: how many hours between the first and the last event have no value.
    :param sha256: checksum of the file that it was read from.
    :param remarks: what the reader must know about the file's dates.
    """

    power: pd.Series
    calendar: SiteCalendar
    missing_hours: int
    sha256: str
    remarks: tuple[str, ...] = ()


def read_load_profile(name: str, content: bytes, time_zone: str, year: int | None = None) -> LoadProfile:
    """Read and check a CSV with columns ``ds`` (hour-ending label, standard time) and ``y`` (mean power).

    :param name: what to call the file in messages.
    :param content: the file's bytes.
    :param time_zone: IANA name of the site's time zone.
    :param year: date the first event in this year instead; the hours stay in order, and labels mean the same hours.
        The published file is dated in the year that it simulates, unless another is named.
    :raises DataError: the first fault found, with the line and value at fault.
    """
    zone = site_time_zone(time_zone)
    rows = _read_rows(name, content)
    labels = _parse_labels(name, rows["ds"])
    values = _parse_power(name, rows["y"])
    _check_steps(name, labels)
    power = pd.Series(values.to_numpy(), index=pd.DatetimeIndex(labels), name="power").sort_index()
    hours_spanned = int((power.index[-1] - power.index[0]) / EVENT_RESOLUTION) + 1
    power = power.dropna()
    if len(power) < FEWEST_WEEKS * 7 * 24:
        raise DataError(
            f"{name}: {len(power)} hours with a value are too few to learn from; "
            f"at least {FEWEST_WEEKS} weeks are needed"
        )
    rarest = power.groupby([power.index.day_of_week, power.index.hour]).size()
    if len(rarest) < 7 * 24 or rarest.min() < FEWEST_WEEKS // 2:
        raise DataError(f"{name}: each hour of each weekday needs a value in at least {FEWEST_WEEKS // 2} weeks")

    sha256 = hashlib.sha256(content).hexdigest()
    remarks: tuple[str, ...] = ()
    if sha256 == PUBLISHED_SHA256 and year is None:
        year, remarks = PUBLISHED_YEAR, PUBLISHED_REMARKS
    step = pd.Timedelta(0) if year is None else _step_to_year(name, power.index, year)
    dated = power.index + step
    if not FIRST_YEAR <= dated[0].year <= dated[-1].year <= LAST_YEAR:
        raise DataError(f"{name}: the data must lie within the years {FIRST_YEAR} to {LAST_YEAR}")
    standard = standard_time(zone, dated[0].to_pydatetime())
    event_start = (dated - EVENT_RESOLUTION).tz_localize(standard)
    first, last = event_start[0].to_pydatetime(), event_start[-1].to_pydatetime()
    calendar = SiteCalendar(
        time_zone=zone,
        first_event_start=first,
        last_event_start=last,
        label_weekday_shift=step.days % 7,
        known_years=range(first.year - KNOWN_YEARS_BEFORE, last.year + KNOWN_YEARS_AFTER + 1),
    )
    power.index = event_start.rename("event_start")
    return LoadProfile(power, calendar, hours_spanned - len(power), sha256, remarks)


def _read_rows(name: str, content: bytes) -> pd.DataFrame:
    try:
        rows = pd.read_csv(BytesIO(content), dtype=str, skip_blank_lines=False)
    except pd.errors.EmptyDataError as error:
        raise DataError(f"{name}: the file is empty; expected a CSV with columns ds and y") from error
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise DataError(f"{name}: not a CSV ({str(error).strip()})") from error
    if not isinstance(rows.index, pd.RangeIndex):
        raise DataError(f"{name}: line {_LINE_OF_FIRST_ROW}: more values than the header has columns")
    missing = [column for column in ("ds", "y") if column not in rows.columns]
    if missing:
        raise DataError(
            f"{name}: line 1: no column {' and no column '.join(missing)}; "
            f"found {', '.join(map(repr, rows.columns[:5]))}"
        )
    rows = rows[["ds", "y"]].dropna(how="all")
    if rows.empty:
        raise DataError(f"{name}: the file has a header and no rows")
    return rows


def _fault(name: str, row: int, column: str, value: object, wrong: str) -> DataError:
    return DataError(f"{name}: line {row + _LINE_OF_FIRST_ROW}: {column} {str(value)[:40]!r} {wrong}")


def _parse_labels(name: str, ds: pd.Series) -> pd.Series:
    labels = pd.to_datetime(ds.where(ds.str.fullmatch(_TIMESTAMP, na=False)), format="ISO8601", errors="coerce")
    for row, value in ds[labels.isna()].items():
        raise _fault(name, row, "ds", value, "is not a timestamp without offset, like 2015-01-01 01:00:00")
    return labels


def _parse_power(name: str, y: pd.Series) -> pd.Series:
    power = pd.to_numeric(y, errors="coerce").astype(float)
    for row, value in y[y.notna() & ~np.isfinite(power)].items():
        raise _fault(name, row, "y", value, "is not a number")
    return power


def _check_steps(name: str, labels: pd.Series) -> None:
    in_order = labels.sort_values()
    steps = in_order.diff()
    for row in in_order.index[steps == pd.Timedelta(0)]:
        raise _fault(name, row, "ds", labels[row], "is there twice")
    resolution = steps.mode()
    if len(resolution) and resolution[0] != EVENT_RESOLUTION:
        row, minutes = in_order.index[1], resolution[0] / pd.Timedelta(minutes=1)
        raise _fault(name, row, "ds", labels[row], f"is {minutes:g} minutes after the row before; resample to 60")
    for row in in_order.index[in_order != in_order.dt.floor("h")]:
        raise _fault(name, row, "ds", labels[row], "is not on a whole hour")


def _step_to_year(name: str, labels: pd.DatetimeIndex, year: int) -> pd.Timedelta:
    """Find how far to move labels so that the first event lies in a year, and each keeps its month and day."""
    first = labels[0] - EVENT_RESOLUTION
    step = pd.Timestamp(year, 1, 1) - pd.Timestamp(first.year, 1, 1)
    moved = labels + step
    if not ((labels.month == moved.month) & (labels.day == moved.day)).all():
        raise DataError(
            f"{name}: --year {year} would move days to other dates: "
            f"leap years of the data, which begins in {first.year}, have to stay leap years, and common years common"
        )
    return step
