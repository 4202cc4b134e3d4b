from collections.abc import Callable
from pathlib import Path

import pytest

from forecast_core.errors import DataError
from training.load_profile import LoadProfile, feature_matrix, read_load_profile
from training.site import site_clock

FAULTS = {
    "empty file": (b"", "load.csv: the file is empty; expected a CSV with columns ds and y"),
    "header alone": (b"ds,y\n", "load.csv: the file has a header and no rows"),
    "no such columns": (
        b"time,power\n2015-01-01 01:00,1\n",
        "load.csv: line 1: no column ds and no column y; found 'time', 'power'",
    ),
    "no column y": (b"ds,power\n2015-01-01 01:00,1\n", "load.csv: line 1: no column y; found 'ds', 'power'"),
    "a comma too many": (
        b"ds,y\n2015-01-01 01:00,1,\n2015-01-01 02:00,1,\n",
        "load.csv: line 2: more values than the header has columns",
    ),
    "not a CSV": (
        b"ds,y\n2015-01-01 01:00,1\n1,2,3,4\n",
        "load.csv: not a CSV (Error tokenizing data. C error: Expected 2 fields in line 3, saw 4)",
    ),
    "a word for a time": (
        b"ds,y\n2015-01-01 01:00,1\nnow,1\n",
        "load.csv: line 3: ds 'now' is not a timestamp without offset, like 2015-01-01 01:00:00",
    ),
    "an offset": (
        b"ds,y\n2015-01-01T01:00:00Z,1\n",
        "load.csv: line 2: ds '2015-01-01T01:00:00Z' is not a timestamp without offset, like 2015-01-01 01:00:00",
    ),
    "a day that is not": (
        b"ds,y\n2015-02-29 01:00,1\n",
        "load.csv: line 2: ds '2015-02-29 01:00' is not a timestamp without offset, like 2015-01-01 01:00:00",
    ),
    "a decimal comma": (
        b'ds,y\n2015-01-01 01:00,1\n2015-01-01 02:00,"1,5"\n',
        "load.csv: line 3: y '1,5' is not a number",
    ),
    "infinity": (b"ds,y\n2015-01-01 01:00,1e400\n", "load.csv: line 2: y '1e400' is not a number"),
    "a label twice, past an empty line": (
        b"ds,y\n2015-01-01 01:00,1\n\n2015-01-01 01:00,2\n",
        "load.csv: line 4: ds '2015-01-01 01:00:00' is there twice",
    ),
    "quarter hours": (
        b"ds,y\n2015-01-01 01:00,1\n2015-01-01 01:15,2\n2015-01-01 01:30,2\n",
        "load.csv: line 3: ds '2015-01-01 01:15:00' is 15 minutes after the row before; resample to 60",
    ),
    "days": (
        b"ds,y\n2015-01-01,1\n2015-01-02,2\n2015-01-03,2\n",
        "load.csv: line 3: ds '2015-01-02 00:00:00' is 1440 minutes after the row before; resample to 60",
    ),
    "half past": (
        b"ds,y\n2015-01-01 01:30,1\n2015-01-01 02:30,2\n",
        "load.csv: line 2: ds '2015-01-01 01:30:00' is not on a whole hour",
    ),
    "two hours": (
        b"ds,y\n2015-01-01 01:00,1\n2015-01-01 02:00,2\n",
        "load.csv: 2 hours with a value are too few to learn from; at least 10 weeks are needed",
    ),
}


def read(content: bytes, year: int | None = None, time_zone: str = "America/Los_Angeles") -> LoadProfile:
    return read_load_profile("load.csv", content, time_zone, year)


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


def test_a_year_moves_the_first_event_and_keeps_the_hours_in_order(write_csv: Callable[..., Path]) -> None:
    """Re-dating changes labels alone."""
    content = write_csv().read_bytes()
    given, redated = read(content), read(content, year=2017)
    assert redated.power.index[0].isoformat() == "2017-01-01T00:00:00-08:00"
    assert redated.power.to_list() == given.power.to_list()


def test_clock_changes_are_those_of_the_year_that_the_weekdays_fit(write_csv: Callable[..., Path]) -> None:
    """With the dates of 2015, a load whose year starts on a Sunday still changes its clock as 2017 does."""
    content = write_csv().read_bytes()
    assert site_clock("America/Los_Angeles", 2015).daylight_saving == (67, 304)
    assert read(content, year=2015).clock.daylight_saving == (71, 308)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"year": 0}, "--year 0: 01 January cannot be dated there"),
        ({"time_zone": "Mars/Phobos"}, "--timezone Mars/Phobos is not in the time zone database"),
        ({"time_zone": "../etc/passwd"}, "--timezone ../etc/passwd is not in the time zone database"),
        ({"time_zone": "Australia/Lord_Howe"}, "does not advance its clock once and by one hour in 2023"),
    ],
)
def test_an_impossible_option_is_named(
    write_csv: Callable[..., Path], options: dict[str, object], message: str
) -> None:
    """Options that fit no calendar are refused before anything is fitted."""
    with pytest.raises(DataError) as refusal:
        read(write_csv().read_bytes(), **options)  # type: ignore[arg-type]
    assert message in str(refusal.value)


def test_features_are_float32_rows(write_csv: Callable[..., Path]) -> None:
    """Training sees exactly what the server gives to onnxruntime."""
    profile = read(write_csv().read_bytes())
    features = feature_matrix(profile.power.index, profile.clock)
    assert features.shape == (120 * 24, 6)
    assert str(features.dtype) == "float32"
    assert features[0].tolist() == pytest.approx(
        [0.2588190, 0.9659258, -0.7818315, 0.6234898, 0.0171663, 0.9998526], abs=1e-6
    )
