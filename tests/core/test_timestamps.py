from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from forecast_core.timestamps import TimestampConvention, time_since_start
from tests.builders import AMSTERDAM, HOUR

QUARTER = timedelta(minutes=15)


def amsterdam(**convention: str) -> TimestampConvention:
    standard_time = timezone(timedelta(hours=1))
    return TimestampConvention(time_zone=ZoneInfo(AMSTERDAM), standard_time=standard_time, **convention)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("marks", "clock", "event_start"),
    [
        ("start", "standard", "2023-07-01T12:00:00+01:00"),
        ("end", "standard", "2023-07-01T11:00:00+01:00"),
        ("start", "local", "2023-07-01T11:00:00+01:00"),
        ("end", "local", "2023-07-01T10:00:00+01:00"),
    ],
)
def test_a_timestamp_marks_one_end_of_its_hour(marks: str, clock: str, event_start: str) -> None:
    """The convention says which end, and on which clock; the event start is in standard time."""
    found = amsterdam(marks=marks, clock=clock).event_start(datetime(2023, 7, 1, 12))
    assert found.isoformat() == event_start


@pytest.mark.parametrize(("marks", "since_start"), [("start", timedelta(0)), ("end", QUARTER)])
def test_a_shorter_interval_is_marked_alike(marks: str, since_start: timedelta) -> None:
    """A file of quarter hours marks their starts or their ends."""
    assert time_since_start(marks, QUARTER) == since_start


@pytest.mark.parametrize(
    ("timestamp", "instant"),
    [
        (datetime(2023, 3, 26, 2, 30), "2023-03-26T02:30:00+01:00"),
        (datetime(2023, 10, 29, 2, 30), "2023-10-29T01:30:00+01:00"),
        (datetime(2023, 10, 29, 2, 30, fold=1), "2023-10-29T02:30:00+01:00"),
    ],
)
def test_a_time_that_the_clock_skips_or_repeats_has_one_meaning(timestamp: datetime, instant: str) -> None:
    """A skipped time means the hour after, and a repeated one the first of the two unless ``fold`` is 1."""
    assert amsterdam(clock="local").instant(timestamp).isoformat() == instant


@pytest.mark.parametrize("marks", ["start", "end"])
@pytest.mark.parametrize("clock", ["standard", "local"])
def test_an_event_start_becomes_a_timestamp_and_back(marks: str, clock: str) -> None:
    """No hour of a year is lost or doubled, not even at a clock change."""
    convention = amsterdam(marks=marks, clock=clock)
    first = datetime(2023, 1, 1, tzinfo=convention.standard_time)
    for event_start in (first + hour * HOUR for hour in range(8760)):
        assert convention.event_start(convention.timestamp(event_start)) == event_start
