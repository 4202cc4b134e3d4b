from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from forecast_core.errors import DataError
from training.instants import site_time_zone, standard_time


@pytest.mark.parametrize(
    ("time_zone", "first", "offset"),
    [
        ("America/Los_Angeles", "2015-01-01", "UTC-08:00"),
        ("Europe/Amsterdam", "2017-01-01", "UTC+01:00"),
        ("Europe/Dublin", "2017-01-01", "UTC"),
        ("Europe/Dublin", "2017-07-01", "UTC"),
        ("Australia/Sydney", "2015-01-01", "UTC+10:00"),
        ("Australia/Lord_Howe", "2023-01-01", "UTC+10:30"),
        ("Asia/Kolkata", "2023-01-01", "UTC+05:30"),
        ("Africa/Casablanca", "2023-01-01", "UTC+01:00"),
        ("Africa/Casablanca", "2016-01-01", "UTC"),
        ("Europe/Istanbul", "2015-01-01", "UTC+02:00"),
        ("Europe/Istanbul", "2017-01-01", "UTC+03:00"),
    ],
)
def test_standard_time_is_the_smallest_offset_that_holds_for_a_season(time_zone: str, first: str, offset: str) -> None:
    """That holds in the north and south, with half hours, and where the exception is Ramadan or winter."""
    assert str(standard_time(ZoneInfo(time_zone), datetime.fromisoformat(first))) == offset


@pytest.mark.parametrize(
    "name",
    [
        *("Mars/Phobos", "../etc/passwd", "", "utc", "Europe/Amsterdam\n"),
        *("localtime", "posixrules", "Factory", "posix/Europe/Berlin", "right/UTC"),
    ],
)
def test_a_time_zone_that_browsers_do_not_know_is_an_error(name: str) -> None:
    """The model card would mean another clock on each computer; some of these names are files of the database."""
    with pytest.raises(DataError) as refusal:
        site_time_zone(name)
    assert str(refusal.value) == (
        f"--timezone {name!r} is not a name of the time zone database; use a name like America/Los_Angeles"
    )


@pytest.mark.parametrize("name", ["Europe/Amsterdam", "UTC", "Etc/GMT+8", "Asia/Calcutta", "EST5EDT"])
def test_a_time_zone_has_any_other_name_of_the_database(name: str) -> None:
    """Old names are known to browsers, too."""
    assert site_time_zone(name).key == name
