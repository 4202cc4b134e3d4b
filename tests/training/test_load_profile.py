from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from forecast_core.calendar import Label
from forecast_core.encoding import FEATURES
from forecast_core.errors import DataError
from forecast_core.time import EVENT_RESOLUTION
from training.encoded_hours import encode_hours
from training.event_starts import Layout
from training.load_profile import LoadProfile, read_load_profile

FAULTS = {
    "a label twice, past an empty line": (
        b"ds,y\n2015-01-01 01:00,1\n\n2015-01-01 01:00,2\n",
        "load.csv: line 4: ds '2015-01-01 01:00' is there twice",
    ),
    "every hour and a half": (
        b"ds,y\n2015-01-01 01:00,1\n2015-01-01 02:30,2\n2015-01-01 04:00,2\n",
        "load.csv: line 3: ds '2015-01-01 02:30' is 90 minutes after the row before; accepted are 5, 10, 15, 30, 60",
    ),
    "days": (
        b"ds,y\n2015-01-01,1\n2015-01-02,2\n2015-01-03,2\n",
        "load.csv: line 3: ds '2015-01-02' is 1440 minutes after the row before; accepted are 5, 10, 15, 30, 60",
    ),
    "half past": (
        b"ds,y\n2015-01-01 01:30,1\n2015-01-01 02:30,2\n",
        "load.csv: line 2: ds '2015-01-01 01:30' is not on a whole hour of the site's standard time",
    ),
    "between the quarters": (
        b"ds,y\n2015-01-01 01:05,1\n2015-01-01 01:20,2\n2015-01-01 01:35,2\n",
        "load.csv: line 2: ds '2015-01-01 01:05' is not on a multiple of 15 minutes of the site's standard time",
    ),
    "two hours": (
        b"ds,y\n2015-01-01 01:00,1\n2015-01-01 02:00,2\n",
        "load.csv: 2 hours with a value are too few to learn from; at least 10 weeks are needed",
    ),
    "long ago": (
        b"ds,y\n2015-01-01 01:00,1\n1500-01-01 02:00,2\n",
        "load.csv: line 3: ds '1500-01-01 02:00:00' lies outside the years 1970 to 2069",
    ),
    "far ahead": (
        b"ds,y\n2015-01-01 01:00,1\n9998-01-01 02:00,2\n",
        "load.csv: line 3: ds '9998-01-01 02:00:00' lies outside the years 1970 to 2069",
    ),
    "an early stray": (
        b"ds,y\n1970-01-01 00:00,1\n2015-01-01 01:00,1\n2015-01-01 02:00,1\n2015-01-01 03:00,1\n",
        "load.csv: line 2: ds '1970-01-01 00:00:00' is more than a year before the rest",
    ),
    "a late stray": (
        b"ds,y\n2015-01-01 01:00,1\n2015-01-01 02:00,1\n2051-01-01 03:00,1\n",
        "load.csv: line 4: ds '2051-01-01 03:00:00' is more than a year after the rest",
    ),
}


def read(content: bytes, year: int | None = None, time_zone: str = "America/Los_Angeles", **layout: Any) -> LoadProfile:
    return read_load_profile("load.csv", content, time_zone, Layout(year=year, **layout))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_data_fault_is_named_with_line_and_value(fault: str) -> None:
    """Each message says in one line what is wrong and where."""
    content, message = FAULTS[fault]
    with pytest.raises(DataError) as refusal:
        read(content)
    assert str(refusal.value) == message


@pytest.mark.parametrize("kept", [range(8, 18), range(12, 24)])
def test_hours_that_are_never_measured_are_not_made_up(write_csv: Callable[..., Path], kept: range) -> None:
    """Office hours alone do not make a model of the day."""
    header, *rows = write_csv(days=300).read_text().splitlines()
    content = "\n".join([header, *(row for row in rows if int(row[11:13]) in kept)])
    with pytest.raises(DataError, match="each hour of each weekday needs a value in at least 5 weeks"):
        read(content.encode())


def test_labels_are_hour_ending_in_standard_time(write_csv: Callable[..., Path]) -> None:
    """The event that the label 01:00 names starts at midnight, in summer as in winter."""
    power = read(write_csv(days=240).read_bytes()).power
    assert power.index[0].isoformat() == "2023-01-01T00:00:00-08:00"
    assert power.index[-1].isoformat() == "2023-08-28T23:00:00-08:00"


def test_gaps_are_counted_and_left_out(write_csv: Callable[..., Path]) -> None:
    """A missing row and an empty value both count as a missing hour; the order of rows does not matter."""
    header, first, _, third, *rest = write_csv().read_text().splitlines()
    lines = [header, *reversed(rest), third.split(",")[0] + ",", first]
    profile = read("\n".join(lines).encode())
    assert profile.missing_hours == 2
    assert len(profile.power) == 120 * 24 - 2
    assert profile.power.index.is_monotonic_increasing


def test_the_calendar_is_that_of_the_site_and_the_files_labels(write_csv: Callable[..., Path]) -> None:
    """Known from ten years before the data to thirty after; a file with its own dates has no shift."""
    calendar = read(write_csv().read_bytes()).calendar
    assert (calendar.time_zone.key, str(calendar.standard_time)) == ("America/Los_Angeles", "UTC-08:00")
    assert (calendar.label_side, calendar.label_clock, calendar.label_weekday_shift) == ("end", "standard", 0)
    assert calendar.known_years == range(2013, 2054)
    assert (calendar.first_event_start.isoformat(), calendar.last_event_start.isoformat()) == (
        "2023-01-01T00:00:00-08:00", "2023-04-30T23:00:00-08:00",
    )  # fmt: skip


def test_a_year_dates_the_events_and_keeps_what_labels_mean(write_csv: Callable[..., Path]) -> None:
    """The hours stay in order; every row is its own label's event, whose weekday has shifted."""
    content = write_csv().read_bytes()
    given, redated = read(content), read(content, year=2026)
    assert redated.power.index[0].isoformat() == "2026-01-01T00:00:00-08:00"
    assert redated.power.to_list() == given.power.to_list()
    assert redated.calendar.label_weekday_shift == 4  # from a Sunday to a Thursday
    labels = given.power.index.tz_localize(None) + EVENT_RESOLUTION
    for label, event_start in zip(labels, redated.power.index, strict=True):
        named = Label(label.hour, label.weekday(), label.day_of_year)
        assert redated.calendar.event_start(named) == event_start


def test_the_published_file_is_dated_in_the_year_that_it_simulates(published_csv: Path) -> None:
    """It is recognised by its checksum, and says so; whoever names a year gets that one."""
    content = published_csv.read_bytes()
    recognised, named = read(content), read(content, year=2015)
    assert recognised.power.index[0].isoformat() == "2017-01-01T00:00:00-08:00"
    assert recognised.calendar.label_weekday_shift == 3
    assert len(recognised.remarks) == 1
    assert named.power.index[0].isoformat() == "2015-01-01T00:00:00-08:00"
    assert (named.calendar.label_weekday_shift, named.remarks) == (0, ())


@pytest.mark.parametrize(
    ("site", "year"),
    [
        ({"days": 200}, 2024),
        ({"days": 200, "first": "2024-01-01T00:00-08:00"}, 2023),
        ({"first": "2024-02-29T00:00-08:00"}, 2023),
        ({"days": 500, "first": "2023-01-01T00:00-08:00"}, 2024),
        ({"days": 500, "first": "2023-01-01T00:00-08:00"}, 2021),
    ],
)
def test_a_year_in_which_days_would_slip_is_refused(
    write_csv: Callable[..., Path], site: dict[str, Any], year: int
) -> None:
    """Between a leap year and a common one, 1 March would no longer be 1 March."""
    with pytest.raises(DataError, match=f"^load.csv: --year {year} would move days to other dates"):
        read(write_csv(**site).read_bytes(), year=year)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time_zone": "Mars/Phobos"}, "--timezone Mars/Phobos is not in the time zone database"),
        ({"time_zone": "../etc/passwd"}, "--timezone ../etc/passwd is not in the time zone database"),
        ({"time_zone": ""}, "--timezone  is not in the time zone database"),
    ],
)
def test_an_impossible_option_is_named(write_csv: Callable[..., Path], options: dict[str, Any], message: str) -> None:
    """Options that fit no calendar are refused before anything is fitted."""
    with pytest.raises(DataError) as refusal:
        read(write_csv().read_bytes(), **options)
    assert message in str(refusal.value)


def test_hours_are_encoded_as_the_server_does(write_csv: Callable[..., Path]) -> None:
    """Training sees exactly what the server gives to onnxruntime: float32, on the occupants' clock."""
    profile = read(write_csv().read_bytes())
    hours = encode_hours(profile.power, replace(profile.calendar, holidays=frozenset({date(2023, 2, 20)})))
    features = hours[list(FEATURES)].to_numpy()
    assert (features.shape, str(features.dtype)) == ((120 * 24, 6), "float32")
    assert features[0].tolist() == pytest.approx([0, 1, -0.7818315, 0.6234898, 0.0171663, 0.9998526], abs=1e-6)
    assert hours.loc["2023-02-20T12:00-08:00", ["hour_of_day", "day_of_week", "day_of_year"]].to_list() == [12, 6, 51]
    assert hours.loc["2023-04-01T12:00-08:00", ["hour_of_day", "day_of_week", "day_of_year"]].to_list() == [13, 5, 91]
    assert hours.loc["2023-04-01T23:00-08:00", "day"] == pd.Timestamp("2023-04-02")
