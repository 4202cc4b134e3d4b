from datetime import date

import pytest

from forecast_core.errors import DataError
from training.public_holidays import country_of, public_holidays

YEARS = range(2017, 2027)
US_2017 = [(1, 1), (1, 16), (2, 20), (5, 29), (7, 4), (9, 4), (10, 9), (11, 11), (11, 23), (12, 25)]


def test_the_country_is_that_of_the_time_zone() -> None:
    """The published file keeps ten holidays as they fall; as observed, there are substitute days, too."""
    public = public_holidays(None, "America/Los_Angeles", YEARS, last_of_data=2017)
    fall, observed = ({day for day in days if day.year == 2017} for days in (public.as_they_fall, public.as_observed))
    assert sorted(fall) == [date(2017, month, day) for month, day in US_2017]
    assert sorted(observed - fall) == [date(2017, 1, 2), date(2017, 11, 10)]
    assert public.weekend == {5, 6}
    assert (public.listed, public.warnings) == (YEARS, ())
    assert public.summary(date(2017, 1, 1), date(2017, 6, 30)) == (
        "public holidays of US, the country of America/Los_Angeles: 4 lie in the data"
    )


def test_the_user_may_name_a_country_or_a_part_of_one() -> None:
    """Epiphany is a holiday in Bavaria, and not in all of Germany."""
    germany, bavaria = (public_holidays(code, "UTC", YEARS, last_of_data=2023) for code in ("DE", "de-by"))
    assert date(2023, 1, 6) in bavaria.as_they_fall.keys() - germany.as_they_fall
    assert bavaria.summary(date(2023, 1, 1), date(2023, 1, 31)) == (
        "public holidays of DE-BY, as --holidays says: 2 lie in the data"
    )


@pytest.mark.parametrize("named", [None, "none"])
@pytest.mark.parametrize(
    ("time_zone", "weekend"),
    [("Asia/Jerusalem", {4, 5}), ("Asia/Riyadh", {4, 5}), ("Europe/Rome", {5, 6}), ("UTC", {5, 6})],
)
def test_the_weekend_is_the_countrys(named: str | None, time_zone: str, weekend: set[int]) -> None:
    """It is Friday and Saturday in Israel, also if the user wants no holidays."""
    assert public_holidays(named, time_zone, YEARS, last_of_data=2023).weekend == weekend


@pytest.mark.parametrize(
    ("named", "time_zone", "summary"),
    [
        ("none", "America/Los_Angeles", "no public holidays, as --holidays says"),
        (None, "UTC", "no public holidays, since UTC belongs to no country; --holidays can name one"),
    ],
)
def test_there_may_be_no_holidays(named: str | None, time_zone: str, summary: str) -> None:
    """The summary says whether the user wants none, or the time zone has no country."""
    public = public_holidays(named, time_zone, YEARS, last_of_data=2023)
    assert public.as_they_fall == public.as_observed == {}
    assert public.summary(date(2023, 1, 1), date(2023, 12, 31)) == summary


@pytest.mark.parametrize(("country", "last"), [("NL", 2055), ("US", 2055), ("IN", 2035)])
def test_years_whose_holidays_are_not_listed_are_left_out(country: str, last: int) -> None:
    """The package lists the holidays of some countries for a few years only."""
    public = public_holidays(country, "UTC", range(2013, 2056), last_of_data=2025)
    assert public.listed == range(2013, last + 1)


@pytest.mark.parametrize(("last_of_data", "is_used"), [(2023, True), (2024, False)])
def test_holidays_are_used_if_three_years_after_the_data_are_listed(last_of_data: int, is_used: bool) -> None:
    """Those of Sri Lanka are listed until 2026; with fewer years, forecasts would soon end, and a warning says so."""
    public = public_holidays("LK", "UTC", range(2013, 2056), last_of_data)
    assert (bool(public.as_they_fall), bool(public.listed)) == (is_used, is_used)
    why = "those of LK are listed until 2026, less than 3 years after the data"
    assert public.warnings == (() if is_used else (f"No public holidays are used: {why}.",))
    summary = (
        "public holidays of LK, as --holidays says: 0 lie in the data"
        if is_used
        else f"no public holidays, since {why}"
    )
    assert public.summary(date(2012, 1, 1), date(2012, 12, 31)) == summary


@pytest.mark.parametrize("named", ["XX", "USA", "DE-XX", "DE-", "", "GERMANY"])
def test_an_unknown_country_is_an_error(named: str) -> None:
    """Nobody gets a model without holidays because of a misspelt code."""
    with pytest.raises(DataError, match=f"^--holidays '{named}': no such country or part of one is known"):
        public_holidays(named, "America/Los_Angeles", YEARS, last_of_data=2023)


@pytest.mark.parametrize(
    ("time_zone", "country"),
    [("Europe/Amsterdam", "NL"), ("Asia/Kolkata", "IN"), ("America/Indiana/Knox", "US"), ("Etc/GMT+8", None)],
)
def test_a_time_zone_has_a_country_or_none(time_zone: str, country: str | None) -> None:
    """The time zone database says which."""
    assert country_of(time_zone) == country


@pytest.mark.parametrize(
    ("time_zone", "n_warnings"), [("US/Pacific", 1), ("Asia/Calcutta", 1), ("UTC", 0), ("Etc/GMT+8", 0)]
)
def test_an_old_name_of_a_place_is_a_warning(time_zone: str, n_warnings: int) -> None:
    """Its holidays would be missed without a word; who names a mere offset expects none."""
    public = public_holidays(None, time_zone, YEARS, last_of_data=2023)
    assert (public.country, len(public.warnings)) == (None, n_warnings)
    for warning in public.warnings:
        assert warning == f"No public holidays are used: {time_zone} belongs to no country; --holidays can name one."
