from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from training.site import country_of, standard_time


@pytest.mark.parametrize(
    ("time_zone", "first", "offset"),
    [
        ("America/Los_Angeles", "2015-01-01", "UTC-08:00"),
        ("America/Los_Angeles", "2015-07-01", "UTC-08:00"),
        ("Europe/Amsterdam", "2017-01-01", "UTC+01:00"),
        ("Europe/Dublin", "2017-01-01", "UTC"),
        ("Europe/Dublin", "2017-07-01", "UTC"),
        ("Australia/Sydney", "2015-01-01", "UTC+10:00"),
        ("Australia/Lord_Howe", "2023-01-01", "UTC+10:30"),
        ("Asia/Kolkata", "2023-01-01", "UTC+05:30"),
        ("Asia/Tokyo", "2015-01-01", "UTC+09:00"),
        ("Africa/Casablanca", "2023-01-01", "UTC+01:00"),
        ("Africa/Casablanca", "2016-01-01", "UTC"),
        ("Europe/Istanbul", "2015-01-01", "UTC+02:00"),
        ("Europe/Istanbul", "2017-01-01", "UTC+03:00"),
    ],
)
def test_standard_time_is_the_smallest_offset_that_holds_for_a_season(time_zone: str, first: str, offset: str) -> None:
    """North, south, without clock changes, with half hours, and where the exception is on Ramadan or in winter."""
    assert str(standard_time(ZoneInfo(time_zone), datetime.fromisoformat(first))) == offset


@pytest.mark.parametrize(
    ("time_zone", "country"),
    [("Europe/Amsterdam", "NL"), ("Asia/Kolkata", "IN"), ("America/Indiana/Knox", "US"), ("Etc/GMT+8", None)],
)
def test_a_time_zone_belongs_to_a_country(time_zone: str, country: str | None) -> None:
    """As the time zone database says; not every name does."""
    assert country_of(time_zone) == country
