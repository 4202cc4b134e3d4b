"""Files as meter portals, databases and FlexMeasures export them, each read for what it is."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from forecast_core.calendar import Label
from forecast_core.encoding import encode
from forecast_core.errors import DataError
from tests.conftest import ROOT
from training.encoded_hours import encode_hours
from training.event_starts import Layout
from training.forest import Treatment, fit_forest, predict_forest
from training.load_profile import LoadProfile, read_load_profile

HOUR = timedelta(hours=1)
AMSTERDAM, OPEN = "Europe/Amsterdam", (8, 18)


@dataclass(frozen=True)
class Site:
    """A building that draws much from its opening to its closing hour on the local clock, every day.

    :param first: the first event start, in standard time.
    """

    time_zone: str = AMSTERDAM
    first: str = "2022-01-01T00:00+01:00"
    minutes: int = 60
    size: float = 100.0
    open: tuple[int, int] = OPEN

    def load(self, days: int = 400) -> pd.Series:
        """Generate the load, indexed by event start."""
        step = pd.Timedelta(minutes=self.minutes)
        index = pd.date_range(self.first, periods=round(pd.Timedelta(days=days) / step), freq=step)
        hour = index.tz_convert(self.time_zone).hour
        noise = np.random.default_rng(0).normal(0, 0.02, len(index))
        is_open = (hour >= self.open[0]) & (hour < self.open[1])
        return pd.Series((self.size * (0.5 + is_open + noise)).round(6), index=index)


def naive(index: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return index.tz_localize(None)


@dataclass(frozen=True)
class Export:
    """A file, and what its user says of it.

    :param clock: whose time labels show: ``standard``, ``local``, or ``offset`` for local time with its offset.
    """

    site: Site = field(default_factory=Site)
    clock: str = "standard"
    side: str = "end"
    time_format: str = "%Y-%m-%d %H:%M:%S"
    separator: str = ","
    decimal: str = "."
    columns: tuple[str, str] = ("ds", "y")
    label_clock: str | None = None

    def content(self, load: pd.Series) -> bytes:
        """Write the load as this export does."""
        labels = load.index + pd.Timedelta(minutes=self.site.minutes if self.side == "end" else 0)
        if self.clock != "standard":
            labels = labels.tz_convert(self.site.time_zone if self.clock in ("local", "offset") else self.clock)
        texts = labels.strftime(self.time_format)
        table = pd.DataFrame({self.columns[0]: texts, self.columns[1]: load.to_numpy()})
        written: str = table.to_csv(index=False, sep=self.separator, decimal=self.decimal)
        return written.encode()

    def read(self, load: pd.Series, **changes: Any) -> LoadProfile:
        """Read what was written, with the options that the export needs."""
        options: dict[str, Any] = {
            "time_column": self.columns[0],
            "value_column": self.columns[1],
            "label_side": self.side,
            "local_time": self.clock == "local",
        }
        return read_load_profile("x.csv", self.content(load), self.site.time_zone, Layout(**options | changes))


EXPORTS = {
    "half-hourly national load": Export(
        Site("Europe/London", "2022-01-01T00:00+00:00", minutes=30, size=30_000), columns=("settlement", "demand")
    ),
    "hourly, hour-beginning": Export(side="start"),
    "photovoltaics in the south": Export(
        Site("Australia/Sydney", "2022-01-01T00:00+10:00", size=-5.0, open=(7, 17)), side="start"
    ),
    "quarter-hourly office in local time": Export(Site(minutes=15), clock="local", side="start"),
    "quarter-hourly in local time, by the end": Export(Site(minutes=15), clock="local"),
    "hourly in local time, by the end": Export(clock="local"),
    "five minutes in local time, hour at :30": Export(
        Site("Australia/Adelaide", "2022-01-01T00:00+09:30", minutes=5), clock="local", side="start"
    ),
    "offsets of the local clock": Export(
        clock="offset", side="start", time_format="%Y-%m-%dT%H:%M:%S%z", label_clock="local"
    ),
    "UTC": Export(clock="UTC", side="start", time_format="%Y-%m-%dT%H:%M:%SZ", label_clock="standard"),
    "semicolons and decimal commas": Export(
        time_format="%d.%m.%Y %H:%M", separator=";", decimal=",", columns=("Zeit", "Leistung [kW]")
    ),
    "a zone without clock changes, at :30": Export(Site("Asia/Kolkata", "2022-01-01T00:00+05:30"), side="start"),
    "winter time is daylight saving time": Export(Site("Europe/Dublin", "2022-01-01T00:00+00:00"), clock="local"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_every_row_is_read_as_the_event_that_it_is(name: str) -> None:
    """Power of each hour, and the card's side and clock of labels."""
    export = EXPORTS[name]
    load = export.site.load()
    profile = export.read(load)
    expected = load.groupby(load.index.floor("h")).mean()
    assert profile.power.index.equals(expected.index.rename("event_start"))
    # A mean of a few doubles differs in its last digits with the order of addition.
    assert profile.power.to_list() == pytest.approx(expected.to_list(), rel=1e-12)
    assert (profile.minutes, profile.missing_hours) == (export.site.minutes, 0)
    assert profile.calendar.label_side == export.side
    assert profile.calendar.label_clock == (export.label_clock or export.clock)


@pytest.mark.parametrize("name", EXPORTS)
def test_every_hour_round_trips_from_label_to_event(name: str) -> None:
    """Its label on the clock and side of the card means it, unless a later row repeats the label."""
    calendar = EXPORTS[name].read(EXPORTS[name].site.load(days=730)).calendar
    events: dict[Label, list[datetime]] = {}
    event_start = calendar.first_event_start
    while event_start <= calendar.last_event_start:
        clock = calendar.time_zone if calendar.label_clock == "local" else calendar.standard_time
        named = (event_start + (HOUR if calendar.label_side == "end" else 0 * HOUR)).astimezone(clock)
        events.setdefault(Label(named.hour, named.weekday(), named.timetuple().tm_yday), []).append(event_start)
        event_start += HOUR
    for label, carried_by in events.items():
        repeated_in_autumn = len(carried_by) > 1 and carried_by[-1] - carried_by[-2] == HOUR
        assert calendar.event_start(label) == carried_by[-2 if repeated_in_autumn else -1], label


@pytest.mark.parametrize("name", EXPORTS)
def test_a_forecast_opens_and_closes_on_the_local_clock(name: str) -> None:
    """In the days before and after both clock changes of two other years."""
    export = EXPORTS[name]
    profile = export.read(export.site.load())
    calendar, zone = profile.calendar, ZoneInfo(export.site.time_zone)
    treatment = Treatment("none", calendar, leave_out_atypical_days=False)
    forest = fit_forest(encode_hours(profile.power, calendar), treatment, seed=0)
    for year in (2025, 2029):
        midnights = [datetime(year, month, day, tzinfo=zone) for month in (3, 4, 10, 11) for day in range(1, 31)]
        changes = [day for day in midnights if day.utcoffset() != (day + timedelta(days=1)).utcoffset()]
        for change in changes or [datetime(year, 3, 30, tzinfo=zone)]:
            first = (change - timedelta(days=3)).astimezone(UTC)
            starts = calendar.event_starts(first - (first - calendar.first_event_start) % HOUR, 7 * 24)
            hours = [calendar.occupants_hour(start) for start in starts]
            power = forest.predict(np.array([encode(hour) for hour in hours], dtype=np.float32)) / export.site.size
            opening, closing = export.site.open
            for start, value in zip(starts, power, strict=True):
                local = start.astimezone(zone)
                if local.minute == 0:  # an hour that is half open draws half
                    assert bool(value > 1) is (opening <= local.hour < closing), (str(local), value)


@pytest.mark.parametrize(
    "export", [Export(clock="local", side="start"), Export(clock="local"), Export(Site(minutes=15), clock="local")]
)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("without_doublets", [False, True])
def test_local_time_that_is_not_said_is_noticed(export: Export, backwards: bool, without_doublets: bool) -> None:
    """By the hour that is left out in spring, or doubled in autumn; forecasts would be an hour late in summer."""
    load = export.site.load()
    if without_doublets:
        labels = naive((load.index + pd.Timedelta(minutes=60 * (export.side == "end"))).tz_convert(AMSTERDAM))
        load = load[~labels.duplicated()]
    with pytest.raises(DataError, match=r"is where the clock of Europe/Amsterdam changes, .*; add --local-time$"):
        export.read(load[::-1] if backwards else load, local_time=False)


def test_the_end_of_an_hour_by_local_start_plus_one_is_noticed_too() -> None:
    """Its gap lies an hour later."""
    load = Export().site.load()
    starts = naive(load.index.tz_convert(AMSTERDAM))
    content = Export().content(pd.Series(load.to_numpy(), index=starts.tz_localize("UTC"))[~starts.duplicated()])
    with pytest.raises(DataError, match="'2022-03-27 04:00:00' is where the clock of Europe/Amsterdam changes"):
        read_load_profile("x.csv", content, AMSTERDAM)


def test_standard_time_with_a_gap_elsewhere_is_no_local_time() -> None:
    """Nor is a gap that is longer than the clock's."""
    export, load = Export(), Export().site.load()
    for gap in (slice(100, 101), slice(2041, 2043), slice(2040, 2042)):
        profile = export.read(load.drop(load.index[gap]))
        assert profile.missing_hours == gap.stop - gap.start
        assert profile.calendar.label_clock == "standard"


def test_local_time_may_run_backwards_and_lack_its_second_hour() -> None:
    """Newest first, as many portals have it; a doubled hour that was removed is a missing one."""
    export = Export(clock="local", side="start")
    load = export.site.load()
    assert export.read(load[::-1]).power.to_list() == export.read(load).power.to_list()
    labels = naive(load.index.tz_convert(AMSTERDAM))
    assert export.read(load[~labels.duplicated()]).missing_hours == 1


def test_an_hour_that_lacks_a_row_or_a_value_is_missing() -> None:
    """A mean of three quarters is not the hour's."""
    export = Export(Site(minutes=15))
    load = export.site.load()
    load.iloc[100] = np.nan
    profile = export.read(load.drop(load.index[50]))
    assert profile.missing_hours == 2
    assert len(profile.power) == 400 * 24 - 2


@pytest.mark.parametrize("export", [EXPORTS["hourly in local time, by the end"], EXPORTS["offsets of the local clock"]])
def test_a_clock_that_changes_cannot_be_moved_to_another_year(export: Export) -> None:
    """Its changes would fall on other days."""
    with pytest.raises(DataError, match="--year cannot move times of a clock that changes"):
        export.read(export.site.load(), year=2021)


def test_a_small_load_keeps_its_digits() -> None:
    """A household in MW is not rounded to nothing."""
    load = Export(Site(size=0.0003)).site.load()
    profile = Export(Site(size=0.0003)).read(load)
    treatment = Treatment("none", profile.calendar, leave_out_atypical_days=False)
    hours = encode_hours(profile.power, profile.calendar)
    assert predict_forest(fit_forest(hours, treatment, seed=0), hours).mean() == pytest.approx(load.mean(), rel=1e-3)


def test_a_flexmeasures_sensor_is_exported_as_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of the example make a CSV that reads back as the sensor's values, gaps included."""
    readme = (ROOT / "examples/flexmeasures/README.md").read_text("utf-8")
    ((code),) = re.findall(r"^python -c '\n(.*?)'$", readme, re.DOTALL | re.MULTILINE)
    load = Site().load(days=120)
    values = [None if hour == 100 else value for hour, value in enumerate(load.to_list())]
    monkeypatch.chdir(tmp_path)
    Path("history.json").write_text(json.dumps({"start": "2022-01-01T00:00:00+01:00", "values": values}))
    exec(code, {})
    content = Path("history.csv").read_bytes()
    profile = read_load_profile("history.csv", content, AMSTERDAM, Layout(label_side="start"))
    assert profile.missing_hours == 1
    assert profile.power.to_list() == load.drop(load.index[100]).to_list()
