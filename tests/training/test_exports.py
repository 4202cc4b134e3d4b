"""Files as meter portals, databases and FlexMeasures export them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from forecast_core.errors import DataError
from forecast_core.features import cyclical_features
from tests.builders import AMSTERDAM, HOUR, Export, Site, full_local_grid_csv
from training.forest import Settings, fit_forest
from training.instants import ReadingOptions
from training.load_profile import make_features, read_load_profile

EXPORTS = {
    "half-hourly national load": Export(
        Site("Europe/London", "2022-01-01T00:00+00:00", minutes=30, size=30_000), columns=("settlement", "demand")
    ),
    "hourly, marking the start": Export(marks="start"),
    "photovoltaics in the south": Export(
        Site("Australia/Sydney", "2022-01-01T00:00+10:00", size=-5.0, open=(7, 17)), marks="start"
    ),
    "quarter-hourly in local time, marking the start": Export(Site(minutes=15), clock="local", marks="start"),
    "quarter-hourly in local time, marking the end": Export(Site(minutes=15), clock="local"),
    "hourly in local time, marking the end": Export(clock="local"),
    "five minutes in local time, hour at :30": Export(
        Site("Australia/Adelaide", "2022-01-01T00:00+09:30", minutes=5), clock="local", marks="start"
    ),
    "offsets of the local clock": Export(
        clock="offset", marks="start", time_format="%Y-%m-%dT%H:%M:%S%z", clock_of_card="local"
    ),
    "UTC": Export(clock="UTC", marks="start", time_format="%Y-%m-%dT%H:%M:%SZ", clock_of_card="standard"),
    "semicolons and decimal commas": Export(
        time_format="%d.%m.%Y %H:%M", separator=";", decimal=",", columns=("Zeit", "Leistung [kW]")
    ),
    "a zone without clock changes, at :30": Export(Site("Asia/Kolkata", "2022-01-01T00:00+05:30"), marks="start"),
    "winter time is daylight saving time": Export(Site("Europe/Dublin", "2022-01-01T00:00+00:00"), clock="local"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_the_power_of_each_hour_is_read(name: str) -> None:
    """Rows of minutes become means of hours, and the timestamp convention is that of the export."""
    export = EXPORTS[name]
    load = export.site.load()
    profile = export.read(load)
    expected = load.groupby(load.index.floor("h")).mean()
    assert profile.power.index.equals(expected.index.rename("event_start"))
    # A mean of a few doubles differs in its last digits with the order of addition.
    assert profile.power.to_list() == pytest.approx(expected.to_list(), rel=1e-12)
    assert (profile.minutes, profile.missing_hours) == (export.site.minutes, 0)
    convention = profile.calendar.convention
    assert (convention.marks, convention.clock) == (export.marks, export.clock_of_card or export.clock)


@pytest.mark.parametrize("name", EXPORTS)
def test_a_forecast_opens_and_closes_on_the_local_clock(name: str) -> None:
    """It does so in the days before and after both clock changes of two other years."""
    export = EXPORTS[name]
    profile = export.read(export.site.load())
    calendar, zone = profile.calendar, ZoneInfo(export.site.time_zone)
    settings = Settings("none", calendar, leave_out_outlier_days=False)
    forest = fit_forest(make_features(profile.power, calendar), settings, seed=0)
    for year in (2025, 2029):
        midnights = [datetime(year, month, day, tzinfo=zone) for month in (3, 4, 10, 11) for day in range(1, 31)]
        changes = [day for day in midnights if day.utcoffset() != (day + timedelta(days=1)).utcoffset()]
        for change in changes or [datetime(year, 3, 30, tzinfo=zone)]:
            first = (change - timedelta(days=3)).astimezone(UTC)
            starts = calendar.event_starts(first - (first - calendar.first_event_start) % HOUR, 7 * 24)
            features = [cyclical_features(calendar.calendar_features(start)) for start in starts]
            power = forest.predict(np.array(features, dtype=np.float32)) / export.site.size
            opening, closing = export.site.open
            for start, value in zip(starts, power, strict=True):
                local = start.astimezone(zone)
                if local.minute == 0:  # an hour that is half open draws half
                    assert bool(value > 1) is (opening <= local.hour < closing), (str(local), value)


@pytest.mark.parametrize(
    "export", [Export(clock="local", marks="start"), Export(clock="local"), Export(Site(minutes=15), clock="local")]
)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("repeated_hour", [True, False])
def test_local_time_without_the_option_is_noticed(export: Export, backwards: bool, repeated_hour: bool) -> None:
    """An hour is left out in spring or repeated in autumn; forecasts would be an hour late in summer."""
    load = export.site.load()
    if not repeated_hour:
        marked = load.index + pd.Timedelta(minutes=60 * (export.marks == "end"))
        load = load[~marked.tz_convert(AMSTERDAM).tz_localize(None).duplicated()]
    with pytest.raises(DataError, match=r"is where the clock of Europe/Amsterdam changes, .*; add --local-time$"):
        export.read(load[::-1] if backwards else load, local_time=False)


@pytest.mark.parametrize(("minutes", "noticed"), [(60, "04:00:00"), (15, "03:15:00")])
def test_local_starts_with_the_interval_added_are_noticed(minutes: int, noticed: str) -> None:
    """A program that adds the interval leaves out the row after the clock's, and repeats the one after in autumn."""
    export = Export(Site(minutes=minutes))
    load = export.site.load()
    starts = load.index.tz_convert(AMSTERDAM).tz_localize(None)
    shifted = pd.Series(load.to_numpy(), index=starts.tz_localize("UTC"))
    with pytest.raises(DataError, match=f"'2022-03-27 {noticed}' is where the clock of Europe/Amsterdam changes"):
        export.read(shifted[~starts.duplicated()])
    with pytest.raises(DataError, match=r"is there twice, .*; if its program added the interval to local starts, take"):
        export.read(shifted, local_time=True)


@pytest.mark.parametrize(
    ("first", "offsets_of", "clock"),
    [
        ("2023-04-03T00:00+01:00", AMSTERDAM, "local"),
        ("2022-11-07T00:00+01:00", AMSTERDAM, "standard"),
        ("2023-04-03T00:00+01:00", "Etc/GMT-1", "standard"),
        ("2023-04-03T00:00+01:00", "UTC", "standard"),
    ],
)
def test_the_offsets_of_a_season_show_the_clock(first: str, offsets_of: str, clock: str) -> None:
    """A summer at +02:00 in Amsterdam is on the local clock; the events are the same, whatever the offsets."""
    export = Export(Site(first=first), clock=offsets_of, time_format="%Y-%m-%dT%H:%M:%S%z")
    load = export.site.load(days=80)
    profile = export.read(load)
    assert profile.calendar.convention.clock == clock
    assert profile.power.index.equals(load.index.rename("event_start"))
    assert profile.power.to_list() == load.to_list()


@pytest.mark.parametrize("minutes", [15, 60])
def test_a_row_of_the_hour_that_the_clock_skips_is_left_out(minutes: int) -> None:
    """A full grid on the local clock has 24 hours on every day; one of them does not exist, and it is counted."""
    load = Site(first="2023-01-01T00:00+01:00", minutes=minutes).load(days=120)
    options = ReadingOptions(local_time=True, timestamps="start", timezone=AMSTERDAM)
    profile = read_load_profile("load.csv", full_local_grid_csv(load, AMSTERDAM), options)
    expected = load.groupby(load.index.floor("h")).mean()
    assert profile.power.index.equals(expected.index.rename("event_start"))
    assert profile.power.to_list() == pytest.approx(expected.to_list(), rel=1e-12)
    assert f"Rows of an hour that the clock skips in spring, left out: {60 // minutes}." in profile.warnings


def read_local(shown: pd.DatetimeIndex, values: list[str]) -> pd.Series:
    """Read values with the times that the clock in Amsterdam shows at the start of each hour."""
    rows = zip(shown.strftime("%Y-%m-%d %H:%M"), values, strict=True)
    content = "\n".join(["ds,y", *(f"{time},{value}" for time, value in rows)]).encode()
    options = ReadingOptions(local_time=True, timestamps="start", timezone=AMSTERDAM)
    return read_load_profile("load.csv", content, options).power


@pytest.mark.parametrize("lost", ["first", "second"])
def test_of_two_equal_local_times_each_is_itself_without_a_value_too(lost: str) -> None:
    """In autumn 2:00 is there twice; if one of the two is empty, the other keeps its hour."""
    starts = pd.date_range("2023-09-01T00:00+02:00", periods=90 * 24, freq="h").tz_convert("UTC")
    shown = starts.tz_convert(AMSTERDAM).tz_localize(None)
    empty = np.flatnonzero(shown == pd.Timestamp("2023-10-29 02:00"))[("first", "second").index(lost)]
    values = ["" if place == empty else str(100 + place) for place in range(len(starts))]
    power = read_local(shown, values)
    assert power.index.tz_convert("UTC").to_list() == starts.delete(empty).to_list()
    assert power.to_list() == [float(value) for value in values if value]


@pytest.mark.parametrize("order", ["months, newest first", "hours, newest first"])
def test_the_hour_that_occurs_twice_is_read_in_the_order_of_the_rows(order: str) -> None:
    """Files of a month each may have been joined newest first, and run forwards all the same."""
    starts = pd.date_range("2023-09-01T00:00+02:00", periods=90 * 24, freq="h").tz_convert("UTC")
    values = pd.Series(range(len(starts)), index=starts.tz_convert(AMSTERDAM), dtype=float)
    months = [values[values.index.month == month] for month in (11, 10, 9)]
    in_file = pd.concat(months) if order.startswith("months") else values[::-1]
    power = read_local(in_file.index.tz_localize(None), in_file.astype(str).to_list())
    assert power.to_list() == values.to_list()


def test_an_empty_row_of_a_full_grid_does_not_take_the_value_of_the_hour_that_the_clock_skips() -> None:
    """The filler of 2:00 on the spring day is left out, whether or not 3:00 has a value."""
    shown = pd.date_range("2023-01-01 00:00", periods=120 * 24, freq="h")
    odd = {pd.Timestamp("2023-03-26 02:00"): "777", pd.Timestamp("2023-03-26 03:00"): ""}
    assert read_local(shown, [odd.get(time, "5") for time in shown]).unique().tolist() == [5.0]


def test_a_gap_in_standard_time_is_not_taken_for_local_time() -> None:
    """The gap is elsewhere, or longer than the clock's."""
    export, load = Export(), Export().site.load()
    for gap in (slice(100, 101), slice(2041, 2043), slice(2040, 2042)):
        profile = export.read(load.drop(load.index[gap]))
        assert profile.missing_hours == gap.stop - gap.start
        assert profile.calendar.convention.clock == "standard"


def test_local_time_may_run_backwards_or_lack_its_repeated_hour() -> None:
    """Many portals list the newest row first, and some remove the second of two equal timestamps."""
    export = Export(clock="local", marks="start")
    load = export.site.load()
    assert export.read(load[::-1]).power.to_list() == export.read(load).power.to_list()
    timestamps = load.index.tz_convert(AMSTERDAM).tz_localize(None)
    assert export.read(load[~timestamps.duplicated()]).missing_hours == 1


def test_an_hour_that_lacks_a_row_or_a_value_is_missing() -> None:
    """The mean of three quarters is not the mean of the hour."""
    export = Export(Site(minutes=15))
    load = export.site.load()
    load.iloc[100] = np.nan
    profile = export.read(load.drop(load.index[50]))
    assert profile.missing_hours == 2
    assert len(profile.power) == 400 * 24 - 2


@pytest.mark.parametrize("name", ["hourly in local time, marking the end", "offsets of the local clock"])
def test_local_times_cannot_be_moved_to_another_year(name: str) -> None:
    """The clock changes on other days in that year."""
    with pytest.raises(DataError, match="--year cannot move local times: the clock changes on other days"):
        EXPORTS[name].read(EXPORTS[name].site.load(), year=2021)


def test_the_export_of_a_flexmeasures_sensor_is_read() -> None:
    """The example writes quarter hours of energy at their starts, with one offset; a gap is a missing hour."""
    load = Site().load(days=120)
    quarters = pd.date_range("2022-01-01T00:00:00+01:00", periods=4 * len(load), freq="15min")
    rows = [f"{start.isoformat()},{load.iloc[row // 4] / 4}" for row, start in enumerate(quarters) if row != 401]
    options = ReadingOptions(timestamps="start", timezone=AMSTERDAM, unit="kWh")
    profile = read_load_profile("history.csv", "\n".join(["ds,y", *rows]).encode(), options)
    assert profile.missing_hours == 1
    assert profile.power.to_list() == load.drop(load.index[100]).to_list()
