"""The public holidays of a country, from the ``holidays`` package."""

import re
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from holidays import country_holidays

from forecast_core.errors import DataError

from .site import country_of

NONE = "none"


@dataclass(frozen=True)
class PublicHolidays:
    """The public holidays of a country.

    :param country: its ISO 3166 code, with a subdivision behind a hyphen where one was named; None without holidays.
    :param origin: who says that it is this country, in words.
    :param weekend: the country's days of rest; 0 is Monday.
    :param as_they_fall: the holidays' dates.
    :param as_observed: the dates on which they are observed: a day that makes up for one counts as well, or instead.
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
        """Say whose holidays they are, and how many lie in a span of days."""
        if self.country is None:
            return f"no public holidays, {self.origin}"
        n_holidays = sum(first <= day <= last for day in self.as_they_fall)
        return f"public holidays of {self.country}, {self.origin}: {n_holidays} lie in the data"


def public_holidays(named: str | None, time_zone: str, years: Iterable[int]) -> PublicHolidays:
    """Look up the public holidays of some years.

    :param named: a country such as NL, a part of one such as DE-BY, or ``none``; None for that of the time zone.
    :raises DataError: the package does not know the country or its part.
    """
    if named is not None and named.lower() == NONE:
        return PublicHolidays(None, "as --holidays says")
    country = country_of(time_zone) if named is None else named.upper()
    if country is None:
        return PublicHolidays(None, f"since {time_zone} belongs to no country; --holidays can name one")
    code, _, part = country.partition("-")
    try:
        if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", country):  # the package knows names of its own, too
            raise NotImplementedError(country)
        with warnings.catch_warnings(action="ignore"):  # of years that are not listed, which are left out
            fall, observed = (country_holidays(code, part or None, years, observed=kind) for kind in (False, True))
    except NotImplementedError as error:
        hint = f"no such country or part of one is known; use a code like NL or DE-BY, or {NONE}"
        raise DataError(f"--holidays {country}: {hint}") from error
    origin = "as --holidays says" if named else f"the country of {time_zone}"
    return PublicHolidays(country, origin, frozenset(fall.weekend), frozenset(fall), frozenset(observed))
