"""A site's clock: the standard time of its labels, and the days on which its occupants advance theirs."""

from calendar import isleap
from datetime import datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forecast_core.calendar import DaylightSaving
from forecast_core.errors import DataError

_ADVANCE = timedelta(hours=1)


class SiteClock(NamedTuple):
    """The clock of a site in one year.

    :param time_zone: its IANA name.
    :param standard_time: the offset in which labels are written, all year.
    :param daylight_saving: the days on which occupants' clocks are one hour ahead; None if there are none.
    """

    time_zone: str
    standard_time: timezone
    daylight_saving: DaylightSaving | None


def site_clock(time_zone: str, year: int) -> SiteClock:
    """Look up a site's clock in the time zone database.

    Standard time is the smallest offset of the year.
    A day counts as daylight saving time if its noon does:
    clocks change in the small hours, in which little happens in a building.

    :raises DataError: the time zone is unknown, or advances its clock by something other than one hour.

    >>> site_clock("America/Los_Angeles", 2015).daylight_saving
    DaylightSaving(first_day_of_year=67, last_day_of_year=304)
    >>> print(site_clock("Asia/Tokyo", 2015).daylight_saving)
    None
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise DataError(
            f"--timezone {time_zone} is not in the time zone database; use a name like America/Los_Angeles"
        ) from error
    noon = datetime(year, 1, 1, 12, tzinfo=zone)
    days_in_year = 366 if isleap(year) else 365
    offsets = [(noon + timedelta(days=day)).utcoffset() or timedelta(0) for day in range(days_in_year)]
    standard = min(offsets)
    advanced = [offset > standard for offset in offsets]
    # Position -1 is 31 December, so a range over New Year needs no case of its own.
    first_days = [day + 1 for day in range(days_in_year) if advanced[day] and not advanced[day - 1]]
    last_days = [day + 1 for day in range(days_in_year) if advanced[day] and not advanced[(day + 1) % days_in_year]]
    if len(first_days) > 1 or not set(offsets) <= {standard, standard + _ADVANCE}:
        raise DataError(f"--timezone {time_zone} does not advance its clock once and by one hour in {year}")
    daylight_saving = DaylightSaving(first_days[0], last_days[0]) if first_days else None
    return SiteClock(time_zone, timezone(standard), daylight_saving)
