"""What the time zone database and the ``holidays`` package know about a site: clock, country, public holidays."""

import re
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from importlib.resources import files
from statistics import median
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from holidays import country_holidays

from forecast_core.errors import DataError

NONE = "none"
_FEWEST_DAYS = 90  # an offset of fewer days is an exception and not standard time, as during Ramadan in Morocco


@dataclass(frozen=True)
class PublicHolidays:
    """The public holidays of a country.

    :param country: ISO 3166 code, with a subdivision after a hyphen if one was named; None without holidays.
    :param origin: why it is this country, in words.
    :param weekend: the country's weekend; 0 is Monday.
    :param as_they_fall: the holidays' dates.
    :param as_observed: the dates on which they are observed: with, or instead of, a substitute day.
    """

    country: str | None
    origin: str
    weekend: frozenset[int] = frozenset({5, 6})
    as_they_fall: frozenset[date] = frozenset()
    as_observed: frozenset[date] = frozenset()

    def listed(self, years: range, last_of_data: int) -> range:
        """Leave out the years after the data from which on the package lists far fewer holidays than before."""
        n_holidays = Counter(day.year for day in self.as_they_fall)
        # Of 46 countries, India, Sri Lanka and Ukraine fall below this share of their usual number one day.
        enough = 0.6 * median(n_holidays[year] for year in years if year <= last_of_data)
        later = (year for year in years if year > last_of_data)
        return range(years.start, next((year for year in later if n_holidays[year] < enough), years.stop))

    def summary(self, first: date, last: date) -> str:
        """Say whose holidays they are, and how many lie between two days."""
        if self.country is None:
            return f"no public holidays, {self.origin}"
        n_holidays = sum(first <= day <= last for day in self.as_they_fall)
        return f"public holidays of {self.country}, {self.origin}: {n_holidays} lie in the data"


def public_holidays(named: str | None, time_zone: str, years: Iterable[int]) -> PublicHolidays:
    """Look up the public holidays of some years.

    :param named: a country such as NL, a part of one such as DE-BY, or ``none``; None for the time zone's country.
    :raises DataError: the package does not know the country or its part.
    """
    if named is not None and named.lower() == NONE:
        return PublicHolidays(None, "as --holidays says")
    country = country_of(time_zone) if named is None else named.upper()
    if country is None:
        return PublicHolidays(None, f"since {time_zone} belongs to no country; --holidays can name one")
    code, _, part = country.partition("-")
    try:
        if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", country):  # the package also takes names of its own
            raise NotImplementedError(country)
        with warnings.catch_warnings(action="ignore"):  # about years that are not listed, which are left out
            fall, observed = (country_holidays(code, part or None, years, observed=kind) for kind in (False, True))
    except NotImplementedError as error:
        hint = f"no such country or part of one is known; use a code like NL or DE-BY, or {NONE}"
        raise DataError(f"--holidays {country}: {hint}") from error
    origin = "as --holidays says" if named else f"the country of {time_zone}"
    return PublicHolidays(country, origin, frozenset(fall.weekend), frozenset(fall), frozenset(observed))


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

    It is the smallest offset that holds for a season, whichever one the database calls daylight saving time:
    in Dublin it is that of winter, which the database calls the exception.

    :param first: naive.

    >>> print(standard_time(ZoneInfo("Europe/Dublin"), datetime(2023, 7, 1)))
    UTC
    """
    noons = (first.replace(hour=12, tzinfo=time_zone) + timedelta(days=day) for day in range(365))
    days = Counter(noon.utcoffset() for noon in noons)
    return timezone(min(offset for offset, n_days in days.items() if offset is not None and n_days >= _FEWEST_DAYS))


def country_of(time_zone: str) -> str | None:
    """Look up the country of a time zone, as its ISO 3166 code; some, such as UTC, belong to none.

    >>> country_of("America/Los_Angeles"), country_of("UTC")
    ('US', None)
    """
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((country for country, _, name, *_ in rows if name == time_zone), None)
