"""The public holidays of a site: those of its country, from the ``holidays`` package."""

import re
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from statistics import median

from holidays import country_holidays

from forecast_core.errors import DataError, quoted

NONE = "none"
FEWEST_LISTED_YEARS = 3  # after the data; with fewer, forecasts with holidays would soon end


@dataclass(frozen=True)
class PublicHolidays:
    """The public holidays of a country.

    :param country: ISO 3166 code, with a subdivision after a hyphen if one was named; None without holidays.
    :param origin: why it is this country, in words.
    :param weekend: the country's weekend; 0 is Monday.
    :param as_they_fall: the holidays' dates, with their names.
    :param as_observed: the dates on which they are observed: with, or instead of, a substitute day.
    :param listed: the years for which the package lists them.
    """

    country: str | None
    origin: str
    weekend: frozenset[int] = frozenset({5, 6})
    as_they_fall: Mapping[date, str] = field(default_factory=dict)
    as_observed: Mapping[date, str] = field(default_factory=dict)
    listed: range = range(0)
    warnings: tuple[str, ...] = ()

    def summary(self, first: date, last: date) -> str:
        """Say whose holidays they are, and how many lie between two days."""
        if self.country is None:
            return f"no public holidays, {self.origin}"
        n_holidays = sum(first <= day <= last for day in self.as_they_fall)
        return f"public holidays of {self.country}, {self.origin}: {n_holidays} lie in the data"


def public_holidays(named: str | None, time_zone: str, years: range, last_of_data: int) -> PublicHolidays:
    """Look up the public holidays of some years.

    :param named: a country such as NL, a part of one such as DE-BY, or ``none``; None for the time zone's country.
    :param last_of_data: the last year of the data; holidays are of use only if later years are listed, too.
    :raises DataError: the package does not know the country or its part.
    """
    if named is not None and named.lower() == NONE:
        return PublicHolidays(None, "as --holidays says", _weekend(country_of(time_zone)))
    country = country_of(time_zone) if named is None else named.upper()
    if country is None:
        why = f"{time_zone} belongs to no country; --holidays can name one"
        is_place = "/" in time_zone and not time_zone.startswith("Etc/")  # such as an old name, like US/Pacific
        found = (f"No public holidays are used: {why}.",) if is_place else ()
        return PublicHolidays(None, f"since {why}", warnings=found)
    code, _, part = country.partition("-")
    try:
        if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", country):  # the package also takes names of its own
            raise NotImplementedError(country)
        with warnings.catch_warnings(action="ignore"):  # about years that are not listed, which are left out
            fall, observed = (
                country_holidays(code, part or None, years, observed=kind, language=_language(code))
                for kind in (False, True)
            )
    except NotImplementedError as error:
        hint = f"no such country or part of one is known; use a code like NL or DE-BY, or {NONE}"
        raise DataError(f"--holidays {quoted(country)}: {hint}") from error
    origin = "as --holidays says" if named else f"the country of {time_zone}"
    listed = _listed(Counter(day.year for day in fall), years, last_of_data)
    if listed.stop - 1 - last_of_data < FEWEST_LISTED_YEARS:
        why = f"those of {country} are listed until {listed[-1]}, less than {FEWEST_LISTED_YEARS} years after the data"
        warning = f"No public holidays are used: {why}."
        return PublicHolidays(None, f"since {why}", frozenset(fall.weekend), warnings=(warning,))
    return PublicHolidays(country, origin, frozenset(fall.weekend), dict(fall), dict(observed), listed)


def _weekend(country: str | None) -> frozenset[int]:
    """Look up the weekend of a country; without one that the package knows, it is Saturday and Sunday."""
    try:
        return frozenset(country_holidays(country or "").weekend)
    except NotImplementedError:
        return PublicHolidays.weekend


def _language(country: str) -> str | None:
    """Choose English for the names of holidays, if the package has it; None for the country's own language."""
    known = getattr(country_holidays(country), "supported_languages", ())
    return next((language for language in ("en_US", "en_GB", "en") if language in known), None)


def _listed(n_holidays: Mapping[int, int], years: range, last_of_data: int) -> range:
    """Leave out the years after the data from which on the package lists far fewer holidays than before.

    Years before the data stay: their holidays are history, which the package has.
    """
    # Of 246 countries, Cook Islands, India, Nepal, Sri Lanka and Ukraine fall below this share one day.
    enough = 0.6 * median(n_holidays[year] for year in years if year <= last_of_data)
    later = (year for year in years if year > last_of_data)
    return range(years.start, next((year for year in later if n_holidays[year] < enough), years.stop))


def country_of(time_zone: str) -> str | None:
    """Look up the country of a time zone, as its ISO 3166 code; some, such as UTC, belong to none.

    >>> country_of("America/Los_Angeles"), country_of("UTC")
    ('US', None)
    """
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((country for country, _, name, *_ in rows if name == time_zone), None)
