import pytest

from training.site import site_clock


@pytest.mark.parametrize(
    ("time_zone", "year", "offset", "daylight_saving"),
    [
        ("America/Los_Angeles", 2015, "UTC-08:00", (67, 304)),
        ("America/Los_Angeles", 2016, "UTC-08:00", (73, 310)),
        ("Europe/Amsterdam", 2017, "UTC+01:00", (85, 301)),
        ("Europe/Dublin", 2017, "UTC", (85, 301)),
        ("Australia/Sydney", 2015, "UTC+10:00", (277, 94)),
        ("Asia/Tokyo", 2015, "UTC+09:00", None),
    ],
)
def test_a_site_has_a_standard_offset_and_a_range_of_advanced_days(
    time_zone: str, year: int, offset: str, daylight_saving: tuple[int, int] | None
) -> None:
    """North, south and without clock changes; the day of a change has the clock of its noon."""
    clock = site_clock(time_zone, year)
    assert (str(clock.standard_time), clock.daylight_saving) == (offset, daylight_saving)
