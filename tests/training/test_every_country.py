"""The public holidays of every country, as the package ``holidays`` lists them, and the calendars made of them."""

from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from forecast_core.site_calendar import SiteCalendar
from forecast_core.timestamps import TimestampConvention
from tests.builders import EVERY_INPUT
from training.instants import standard_time
from training.load_profile import KNOWN_YEARS_AFTER, KNOWN_YEARS_BEFORE
from training.public_holidays import FEWEST_LISTED_YEARS, public_holidays

pytestmark = pytest.mark.slow("countries")


def time_zone_of_each_country() -> dict[str, str]:
    """Return a time zone for each country code of the tz database."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {country: name for country, _, name, *_ in rows}


@cache
def calendars(year: int) -> dict[str, SiteCalendar]:
    """Make the calendar of a building in each country that has data of a year, and uses the public holidays."""
    years = range(year - KNOWN_YEARS_BEFORE, year + KNOWN_YEARS_AFTER + 1)
    made = {}
    for country, name in time_zone_of_each_country().items():
        public = public_holidays(None, name, years, last_of_data=year)
        zone = ZoneInfo(name)
        standard = standard_time(zone, datetime(year, 1, 1))
        made[country] = SiteCalendar(
            convention=TimestampConvention(time_zone=zone, standard_time=standard),
            first_event_start=datetime(year, 1, 1, tzinfo=standard),
            last_event_start=datetime(year, 12, 31, 23, tzinfo=standard),
            known_years=public.listed or years,
            holidays=public.as_they_fall.keys(),
        )
    return made


@pytest.mark.parametrize("year", [2015, 2020, 2025])
def test_every_input_has_calendar_features_in_every_country(year: int) -> None:
    """The known years of a calendar decide it, so each span of them is tried once."""
    of_span = {calendar.known_years: calendar for calendar in calendars(year).values()}
    assert len(of_span) >= 2
    for calendar in of_span.values():
        for fields in EVERY_INPUT:
            hour, weekday, day = calendar.features_of_fields(fields)
            assert (hour in range(24), weekday in range(7), day in range(1, 367)) == (True, True, True), fields


@pytest.mark.parametrize("year", [2015, 2020, 2025])
def test_a_calendar_is_known_for_some_years_after_the_data_in_every_country(year: int) -> None:
    """Holidays that are listed for fewer years are not used."""
    found = calendars(year)
    assert len(found) > 240
    assert min(calendar.known_years[-1] for calendar in found.values()) >= year + FEWEST_LISTED_YEARS
    assert sum(bool(calendar.holidays) for calendar in found.values()) > 200
