from datetime import date

import pytest

from forecast_core.errors import DataError
from training.public_holidays import public_holidays

US_2017 = [(1, 1), (1, 16), (2, 20), (5, 29), (7, 4), (9, 4), (10, 9), (11, 11), (11, 23), (12, 25)]


def test_the_country_is_that_of_the_time_zone() -> None:
    """As they fall, the ten that the published file keeps; as observed, with the days that make up for a weekend."""
    public = public_holidays(None, "America/Los_Angeles", range(2017, 2018))
    assert sorted(public.as_they_fall) == [date(2017, month, day) for month, day in US_2017]
    assert sorted(public.as_observed - public.as_they_fall) == [date(2017, 1, 2), date(2017, 11, 10)]
    assert public.weekend == {5, 6}
    assert public.summary(date(2017, 1, 1), date(2017, 6, 30)) == (
        "public holidays of US, the country of America/Los_Angeles: 4 lie in the data"
    )


def test_another_country_or_a_part_of_one_can_be_named() -> None:
    """Epiphany is a holiday in Bavaria, and not in all of Germany."""
    germany, bavaria = (public_holidays(code, "UTC", range(2023, 2024)) for code in ("DE", "de-by"))
    assert date(2023, 1, 6) in bavaria.as_they_fall - germany.as_they_fall
    assert bavaria.summary(date(2023, 1, 1), date(2023, 1, 31)) == (
        "public holidays of DE-BY, as --holidays says: 2 lie in the data"
    )


def test_the_weekend_is_the_countrys() -> None:
    """Friday and Saturday in Israel."""
    assert public_holidays(None, "Asia/Jerusalem", range(2023, 2024)).weekend == {4, 5}


@pytest.mark.parametrize(
    ("named", "time_zone", "summary"),
    [
        ("none", "America/Los_Angeles", "no public holidays, as --holidays says"),
        (None, "UTC", "no public holidays, since UTC belongs to no country; --holidays can name one"),
    ],
)
def test_there_may_be_none(named: str | None, time_zone: str, summary: str) -> None:
    """Because nobody wants them, or nobody knows them; which of it is said."""
    public = public_holidays(named, time_zone, range(2023, 2024))
    assert public.as_they_fall == public.as_observed == frozenset()
    assert public.summary(date(2023, 1, 1), date(2023, 12, 31)) == summary


@pytest.mark.parametrize(("country", "last"), [("NL", 2055), ("US", 2055), ("IN", 2035), ("LK", 2026)])
def test_years_whose_holidays_are_not_listed_are_not_known(country: str, last: int) -> None:
    """A forecast without holidays would look like one with them; the package lists some countries for a few years."""
    years = range(2013, 2056)
    assert public_holidays(country, "UTC", years).listed(years, last_of_data=2025) == range(2013, last + 1)


@pytest.mark.parametrize("named", ["XX", "USA", "DE-XX", "DE-", "", "GERMANY"])
def test_a_country_that_is_not_known_is_named(named: str) -> None:
    """Nobody gets a model without holidays because of a misspelt code."""
    with pytest.raises(DataError, match=f"--holidays {named}: no such country or part of one is known"):
        public_holidays(named, "America/Los_Angeles", range(2023, 2024))
