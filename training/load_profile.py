"""The hourly load of a site, read from a ``ds,y`` CSV and checked."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pandas as pd

from forecast_core.calendar import EVENT_RESOLUTION, CalendarHour
from forecast_core.encoding import encode
from forecast_core.errors import DataError

from .calendar_check import fitting_year
from .site import SiteClock, site_clock

FEWEST_WEEKS = 10
"""Below this the first 80 % hold fewer than the eight weeks around a day that tell whether it is atypical."""

_LINE_OF_FIRST_ROW = 2
_TIMESTAMP = r"\d{4}-\d{2}-\d{2}([T ]\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?)?"


@dataclass(frozen=True)
class LoadProfile:
    """A checked series of hourly mean power, in time order.

    :param power: indexed by ``event_start`` in the site's standard time, without missing values.
    :param clock: the site's clock in the year that the load's weekdays fit; if none does, of the first event.
    :param missing_hours: how many hours between the first and the last event have no value.
    :param sha256: checksum of the file that it was read from.
    """

    power: pd.Series
    clock: SiteClock
    missing_hours: int
    sha256: str


def read_load_profile(name: str, content: bytes, time_zone: str, year: int | None = None) -> LoadProfile:
    """Read and check a CSV with columns ``ds`` (hour-ending label, standard time) and ``y`` (mean power).

    :param name: what to call the file in messages.
    :param content: the file's bytes.
    :param time_zone: IANA name of the site's time zone.
    :param year: date the first event in this year instead; the hours stay in order.
    :raises DataError: the first fault found, with the line and value at fault.
    """
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
    event_start = power.index - EVENT_RESOLUTION
    if year is not None:
        event_start += _step_to_year(event_start[0], year)
    power.index = event_start.rename("event_start")
    clock = site_clock(time_zone, fitting_year(power) or event_start[0].year)
    power.index = power.index.tz_localize(clock.standard_time)
    return LoadProfile(power, clock, hours_spanned - len(power), hashlib.sha256(content).hexdigest())


def feature_matrix(event_starts: pd.DatetimeIndex, clock: SiteClock) -> np.ndarray:
    """Encode hours for the model.

    :param event_starts: in the site's standard time.
    :returns: shape (n_hours, 6), float32, the columns of ``forecast_core.encoding.FEATURES``.
    """
    labels = (event_starts + EVENT_RESOLUTION).to_pydatetime()
    return np.array([encode(CalendarHour.of_label(label), clock.daylight_saving) for label in labels], dtype=np.float32)


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


def _step_to_year(first_event_start: pd.Timestamp, year: int) -> pd.Timedelta:
    try:
        return pd.Timestamp(first_event_start.to_pydatetime().replace(year=year)) - first_event_start
    except ValueError as error:  # 29 February, or a year that no calendar has
        raise DataError(f"--year {year}: {first_event_start:%d %B} cannot be dated there ({error})") from error
