"""What several tests build: loads, files, calendars, model files, servers, and the cases of the contract."""

import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from http import HTTPStatus
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import onnx
import pandas as pd
import pytest

from forecast_core.features import FEATURES
from forecast_core.model_card import ModelCard
from forecast_core.site_calendar import SiteCalendar
from forecast_core.timestamps import CalendarFields, TimestampConvention
from training.instants import ReadingOptions
from training.load_profile import LoadProfile, read_load_profile

ROOT = Path(__file__).resolve().parent.parent
MODEL_FILE = ROOT / "model.onnx"
HOUR = timedelta(hours=1)
LOS_ANGELES, AMSTERDAM, JERUSALEM = "America/Los_Angeles", "Europe/Amsterdam", "Asia/Jerusalem"

FIELDS = {"hour_of_day": 8, "day_of_week": 3, "day_of_year": 122}
"""The prediction request of the README, whose response many tests know."""
BODY = json.dumps(FIELDS).encode()
QUERY_STRING = "hour_of_day=8&day_of_week=3&day_of_year=122"
JSON = {"Content-Type": "application/json"}
EVERY_INPUT = [CalendarFields(*fields) for fields in product(range(24), range(7), range(1, 367))]
"""The 61,488 calendar fields that the schema accepts."""


def problem(status: int, detail: str, **members: Any) -> dict[str, Any]:
    """Make the problem document of a status; its title depends on the Python version, as the status line does."""
    return {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}


def contract_cases(*resources: str) -> list[Any]:
    """List the cases of requests as parameters of a test, named after their reasons."""
    return [
        pytest.param(resource, case, id=f"{resource}: {case['reason']}")
        for resource in resources
        for case in json.loads((ROOT / "tests" / "cases" / f"{resource}.json").read_text("utf-8"))
    ]


def hourly_load(
    days: int = 120,
    first: str = "2023-01-01T00:00-08:00",
    time_zone: str = LOS_ANGELES,
    *,
    offset: float = 1000,
    on_rest_days: float = -200,
    trend: float = 60,
    rest_days: Collection[int] = (5, 6),
    holidays: Collection[date] = (),
    closed: Collection[date] = (),
) -> pd.Series:
    """Generate the load of a building that follows the local clock; by default, it is like the published hospital's.

    :param first: the first event start, in standard time.
    :param on_rest_days: what is added on rest days: some weekdays, holidays,
        and days on which the building is closed for a reason that no calendar knows.
    :param trend: how much more it is in spring than on average, and less in autumn.
    :returns: indexed by event start, in the offset of ``first``.
    """
    event_starts = pd.date_range(first, periods=days * 24, freq="h")
    local = event_starts.tz_convert(time_zone)
    rests = local.day_of_week.isin(rest_days) | pd.Index(local.date).isin([*holidays, *closed])
    hour = np.arange(len(event_starts))
    wiggle = 20 * np.sin(hour * 0.7)  # not in the calendar, so that no model is perfect
    of_season = trend * np.sin(math.tau * hour / (366 * 24))
    daily = -150 * np.cos(math.tau * local.hour / 24)
    return pd.Series((offset + daily + on_rest_days * rests + wiggle + of_season).round(3), index=event_starts)


def office_load(
    first: str, weeks: int, *, factor: float = 1, opens: int = 8, closed: Collection[int] = (4, 5), seed: int = 0
) -> pd.Series:
    """Generate the load of an office in Jerusalem, whose weeks and days differ by 3 %, and whose hours scatter.

    :param factor: by which all of it is higher.
    :param opens: the hour of the local clock at which ten hours of work begin.
    :param closed: weekdays without work.
    """
    index = pd.date_range(f"{first}T00:00+02:00", periods=weeks * 7 * 24, freq="h")
    local, random = index.tz_convert(JERUSALEM), np.random.default_rng(seed)
    works = (local.hour >= opens) & (local.hour < opens + 10) & ~local.day_of_week.isin(closed)
    of_weeks, of_days = (random.normal(1, 0.03, n).repeat(len(index) // n) for n in (weeks, weeks * 7))
    power = factor * (40 + 60 * works) * of_weeks * of_days + random.normal(0, 3, len(index))
    return pd.Series(power.round(3), index=index)


def noise(days: int) -> pd.Series:
    """Generate a load without any pattern."""
    index = pd.date_range("2023-01-01T00:00-08:00", periods=days * 24, freq="h")
    return pd.Series(np.random.default_rng(0).normal(100, 10, len(index)), index=index)


def photovoltaics(days: int, seed: int = 0) -> pd.Series:
    """Generate the feed-in of a solar plant, with other clouds each day."""
    power = noise(days)
    clear_sky = np.clip(np.sin((power.index.hour - 6) * np.pi / 12), 0, None)
    clouds = np.random.default_rng(seed).beta(2, 2, days).repeat(24)
    return pd.Series(-100 * clear_sky * clouds, index=power.index)


def csv_of(timestamps: Any, load: pd.Series) -> bytes:
    """Write a load as a CSV with these timestamps."""
    written: str = pd.DataFrame({"ds": timestamps, "y": load.to_numpy()}).to_csv(index=False)
    return written.encode()


def hour_ending_csv(load: pd.Series) -> bytes:
    """Write a load as a CSV whose timestamps are in standard time and mark the end of each interval."""
    return csv_of((load.index + pd.Timedelta(hours=1)).tz_localize(None), load)


def full_local_grid_csv(load: pd.Series, time_zone: str) -> bytes:
    """Write a load as a CSV on the local clock with 24 rows on each day, which mark the start of each interval.

    The hour that the clock skips in spring is filled in, and the hour that it repeats in autumn has one row.
    """
    local = pd.Series(load.to_numpy(), index=load.index.tz_convert(time_zone).tz_localize(None))
    full = local[~local.index.duplicated()].asfreq(load.index.freq).ffill()
    return csv_of(full.index, full)


def calendar_of(power: pd.Series, **changes: Any) -> SiteCalendar:
    """Make the calendar of a load in Los Angeles, without holidays unless they are among the changes."""
    calendar = {
        "convention": TimestampConvention(time_zone=ZoneInfo(LOS_ANGELES), standard_time=timezone(timedelta(hours=-8))),
        "first_event_start": power.index[0].to_pydatetime(),
        "last_event_start": power.index[-1].to_pydatetime(),
        "known_years": range(2010, 2050),
    }
    return SiteCalendar(**calendar | changes)


def rows_of(calendar: SiteCalendar) -> Iterator[tuple[datetime, CalendarFields]]:
    """List every event of the training data, and the calendar fields that its timestamp shows."""
    convention, event_start = calendar.convention, calendar.first_event_start
    while event_start <= calendar.last_event_start:
        shown = event_start + HOUR if convention.marks == "end" else event_start
        if convention.clock == "local":
            shown = shown.astimezone(calendar.time_zone)
        weekday = (shown.weekday() - convention.weekday_shift) % 7
        yield event_start, CalendarFields(shown.hour, weekday, shown.timetuple().tm_yday)
        event_start += HOUR


@dataclass(frozen=True)
class Site:
    """A building that draws a lot from its opening to its closing hour on the local clock, every day.

    :param first: the first event start, in standard time.
    """

    time_zone: str = AMSTERDAM
    first: str = "2022-01-01T00:00+01:00"
    minutes: int = 60
    size: float = 100.0
    open: tuple[int, int] = (8, 18)

    def load(self, days: int = 400) -> pd.Series:
        """Generate the load, indexed by event start."""
        step = pd.Timedelta(minutes=self.minutes)
        index = pd.date_range(self.first, periods=round(pd.Timedelta(days=days) / step), freq=step)
        hour = index.tz_convert(self.time_zone).hour
        noise = np.random.default_rng(0).normal(0, 0.02, len(index))
        is_open = (hour >= self.open[0]) & (hour < self.open[1])
        return pd.Series((self.size * (0.5 + is_open + noise)).round(6), index=index)


@dataclass(frozen=True)
class Export:
    """A file as a program exports it, and what its user says about it.

    :param clock: of the timestamps: ``standard``, ``local``, ``offset`` (local with its offset), or a time zone.
    :param marks: which end of its interval a timestamp marks.
    :param clock_of_card: what the model card says about the clock, where that is not ``clock``.
    """

    site: Site = field(default_factory=Site)
    clock: str = "standard"
    marks: str = "end"
    time_format: str = "%Y-%m-%d %H:%M:%S"
    separator: str = ","
    decimal: str = "."
    columns: tuple[str, str] = ("ds", "y")
    clock_of_card: str | None = None

    def content(self, load: pd.Series) -> bytes:
        """Write the load as this program does."""
        timestamps = load.index + pd.Timedelta(minutes=self.site.minutes if self.marks == "end" else 0)
        if self.clock != "standard":
            timestamps = timestamps.tz_convert(self.site.time_zone if self.clock in ("local", "offset") else self.clock)
        texts = timestamps.strftime(self.time_format)
        table = pd.DataFrame({self.columns[0]: texts, self.columns[1]: load.to_numpy()})
        written: str = table.to_csv(index=False, sep=self.separator, decimal=self.decimal)
        return written.encode()

    def options(self, **changes: Any) -> ReadingOptions:
        """Return the reading options that this export needs, but for some changes."""
        options: dict[str, Any] = {
            "time_column": self.columns[0],
            "value_column": self.columns[1],
            "timestamps": self.marks,
            "local_time": self.clock == "local",
            "timezone": self.site.time_zone,
        }
        return ReadingOptions(**options | changes)

    def read(self, load: pd.Series, **changes: Any) -> LoadProfile:
        """Write the load, and read it with these options."""
        return read_load_profile("x.csv", self.content(load), self.options(**changes))


CARD = ModelCard(
    contract_version="v1",
    name="a site",
    features=list(FEATURES),
    unit="kW",
    timezone=LOS_ANGELES,
    event_resolution="PT1H",
    timestamps={"marks": "end", "clock": "standard", "weekday_shift": 3},
    first_event_start="2017-01-01T00:00:00-08:00",
    last_event_start="2017-12-31T23:00:00-08:00",
    known_years={"first": 2007, "last": 2047},
    weekend=[5, 6],
    rest_weekday=6,
    holidays={"country": "US", "counted": "as they fall", "dates": {"2017-07-04": "Independence Day"}},
    closures={"2017-12-27": "company holidays"},
    training_data={},
    settings={},
    versions={},
    validation={},
    expected_errors={},
    residual_quantiles={},
)


def changed_model(file: Path = MODEL_FILE, /, **metadata: str | None) -> bytes:
    """Write a model with other metadata and a checksum that fits; None leaves an entry out."""
    from training.forest import serialize  # here, since it loads scikit-learn, which few tests need

    model = onnx.load(file)
    entries = {entry.key: entry.value for entry in model.metadata_props} | metadata
    return serialize(model, {name: text for name, text in entries.items() if text is not None})


@contextmanager
def described(case: str) -> Iterator[None]:
    """Put the case before the message of whatever is raised."""
    try:
        yield
    except Exception as error:
        raise AssertionError(f"{case}: {type(error).__name__}: {error}") from error


def serve_arguments() -> list[str]:
    """Return the arguments to uvicorn in the README's first command."""
    found = re.search(r"uvicorn (serve:app .*)", (ROOT / "README.md").read_text("utf-8"))
    assert found is not None
    return found[1].split()


@contextmanager
def running_server(
    arguments: Sequence[str] = ("serve:app",), **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run uvicorn in a process of its own, on a free port; it is killed at the end.

    :returns: the process, with its log as ``stderr``, and its address: ``localhost:PORT``.
    """
    command = [sys.executable, "-m", "uvicorn", *arguments, "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stderr is not None
        try:
            started = (re.search(r"running on http://127\.0\.0\.1:(\d+)", line) for line in process.stderr)
            found = next(filter(None, started), None)
            assert found is not None, "the server did not start"
            yield process, f"localhost:{found[1]}"
        finally:
            process.kill()
