"""A site's clock and country, from the time zone database."""

from collections import Counter
from datetime import datetime, timedelta, timezone
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forecast_core.errors import DataError

_FEWEST_DAYS = 90  # an offset of fewer, as during Ramadan in Morocco, is an exception and not standard


def site_time_zone(name: str) -> ZoneInfo:
    """Look up a time zone.

    :raises DataError: the database has none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = "use a name like America/Los_Angeles"
        raise DataError(f"--timezone {name} is not in the time zone database; {hint}") from error


def standard_time(time_zone: ZoneInfo, first: datetime) -> timezone:
    """Find the standard time of a zone in the year that begins with a time.

    It is the smallest offset that holds for a season, whichever of them the database calls daylight saving time:
    in Dublin that of winter, which it counts as the exception.

    :param first: naive.

    >>> print(standard_time(ZoneInfo("Europe/Dublin"), datetime(2023, 7, 1)))
    UTC
    """
    noons = (first.replace(hour=12, tzinfo=time_zone) + timedelta(days=day) for day in range(365))
    days = Counter(noon.utcoffset() for noon in noons)
    return timezone(min(offset for offset, n_days in days.items() if offset is not None and n_days >= _FEWEST_DAYS))


def country_of(time_zone: str) -> str | None:
    """Look up the country that a time zone belongs to, as its ISO 3166 code; UTC, for one, belongs to none.

    >>> country_of("America/Los_Angeles"), country_of("UTC")
    ('US', None)
    """
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((country for country, _, name, *_ in rows if name == time_zone), None)
