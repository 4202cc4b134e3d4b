from calendar import isleap
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from forecast_core.contract import schema
from forecast_core.errors import UnanswerableInput
from forecast_core.site_calendar import CalendarFeatures, SiteCalendar
from forecast_core.timestamps import CalendarFields, TimestampConvention
from tests.builders import AMSTERDAM, EVERY_INPUT, HOUR, LOS_ANGELES, rows_of


def site(
    time_zone: str, first: str, last: str, *, marks: str = "end", clock: str = "standard", weekday_shift: int = 0
) -> SiteCalendar:
    """Make a calendar from the first and the last event start of the data."""
    first_start, last_start = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return SiteCalendar(
        convention=TimestampConvention(
            time_zone=ZoneInfo(time_zone),
            standard_time=timezone(first_start.utcoffset() or timedelta(0)),
            marks=marks,
            clock=clock,
            weekday_shift=weekday_shift,
        ),
        first_event_start=first_start,
        last_event_start=last_start,
        known_years=range(first_start.year - 10, last_start.year + 31),
    )


def year_2023(time_zone: str, offset: str, **convention: str) -> SiteCalendar:
    return site(time_zone, f"2023-01-01T00:00:00{offset}", f"2023-12-31T23:00:00{offset}", **convention)  # type: ignore[arg-type]


PUBLISHED = replace(
    site(LOS_ANGELES, "2017-01-01T00:00:00-08:00", "2017-12-31T23:00:00-08:00", weekday_shift=3),
    holidays=frozenset({date(2017, 7, 4), date(2018, 1, 1), date(2026, 11, 26)}),
)
LEAP_YEAR = site(AMSTERDAM, "2020-01-01T00:00:00+01:00", "2020-12-31T23:00:00+01:00")
YEARS = site("Asia/Kolkata", "2017-03-05T00:00:00+05:30", "2023-08-20T11:00:00+05:30")
PART = site(AMSTERDAM, "2023-03-01T00:00:00+01:00", "2023-09-30T23:00:00+01:00")
LOCAL = year_2023(AMSTERDAM, "+01:00", clock="local", marks="start")
STANDARD_TIME = {"published": PUBLISHED, "leap year": LEAP_YEAR, "several years": YEARS, "part of a year": PART}
LOCAL_TIME = {
    "north, marking the start": LOCAL,
    "north, marking the end": year_2023("Europe/Dublin", "+00:00", clock="local"),
    "south, marking the end": year_2023("Australia/Sydney", "+10:00", clock="local"),
    "south, at half past": year_2023("Australia/Adelaide", "+09:30", clock="local", marks="start"),
}
CALENDARS = STANDARD_TIME | LOCAL_TIME


def test_calendar_fields_are_those_of_the_schema_in_its_order() -> None:
    """The schema of a prediction request and the code have the same fields in the same order."""
    assert CalendarFields._fields == CalendarFeatures._fields == tuple(schema("prediction-request")["properties"])


@pytest.mark.parametrize("name", CALENDARS)
def test_the_fields_of_a_row_lead_to_its_event(name: str) -> None:
    """Calendar fields mean the last row that has them; of an hour that autumn repeats, they mean the first."""
    calendar = CALENDARS[name]
    last_row = {fields: event_start for event_start, fields in rows_of(calendar)}
    assert len(last_row) >= 5_000
    found = {event_start: calendar.find_event_start(fields) for fields, event_start in last_row.items()}
    others = {event_start: start for event_start, start in found.items() if start != event_start}
    assert others == {event_start: event_start - HOUR for event_start in others}
    assert len(others) == (name in LOCAL_TIME)


FEW_YEARS = {
    "none but the data's": replace(YEARS, known_years=range(2017, 2024)),
    "some before": replace(YEARS, known_years=range(2015, 2024)),
    "some before and after": replace(PUBLISHED, known_years=range(2007, 2022)),
}


def events_between(calendar: SiteCalendar, first: datetime, end: datetime) -> Iterator[tuple[datetime, CalendarFields]]:
    """List the events outside the data that calendar fields may mean: those of common years, and each day 366."""
    for event_start, fields in rows_of(replace(calendar, first_event_start=first, last_event_start=end - HOUR)):
        if isleap((event_start + HOUR).year) == (fields.day_of_year == 366):  # the year of the timestamp
            yield event_start, fields


@pytest.mark.parametrize("name", [*STANDARD_TIME, *FEW_YEARS])
def test_fields_mean_the_last_hour_in_the_data_or_the_nearest_outside(name: str) -> None:
    """They mean the first hour after the data, or the last one before it; here they are found hour by hour."""
    calendar = (STANDARD_TIME | FEW_YEARS)[name]
    first, end = (
        datetime(year, 1, 1, tzinfo=calendar.time_zone).astimezone(calendar.convention.standard_time)
        for year in (calendar.known_years[0], calendar.known_years.stop)
    )
    before = list(events_between(calendar, first, calendar.first_event_start))
    expected = {fields: event_start for event_start, fields in before}
    for event_start, fields in reversed(list(events_between(calendar, calendar.end_of_data, end))):
        expected[fields] = event_start
    expected |= {fields: event_start for event_start, fields in rows_of(calendar)}
    assert {fields: calendar.find_event_start(fields) for fields in EVERY_INPUT} == {
        fields: expected.get(fields) for fields in EVERY_INPUT
    }
    assert (len(expected) < len(EVERY_INPUT)) is (name in FEW_YEARS)


DAYLIGHT_SAVING_TIME_BEGINS_EARLIER = replace(  # in 2007 in March, in the years before in April
    site(LOS_ANGELES, "2007-01-01T00:00:00-08:00", "2007-12-31T23:00:00-08:00"), known_years=range(2005, 2008)
)
ONE_YEAR = replace(PUBLISHED, known_years=range(2016, 2018))  # 2016 is a leap year


@pytest.mark.parametrize(
    ("calendar", "fields", "features"),
    [
        (ONE_YEAR, (8, 2, 10), (7, 5, 10)),  # the hour before 8:00; the file's weekdays are three behind
        (ONE_YEAR, (8, 2, 122), (8, 5, 122)),  # in summer, 7:00 in standard time is 8:00 on the local clock
        (ONE_YEAR, (0, 2, 10), (23, 4, 9)),  # the hour before midnight is on the day before
        (ONE_YEAR, (0, 2, 122), (0, 5, 122)),
        (ONE_YEAR, (12, 0, 185), (12, 3, 185)),  # 4 July is a holiday in 2017; a Thursday is used as given
        (ONE_YEAR, (12, 3, 366), (11, 6, 366)),
        (DAYLIGHT_SAVING_TIME_BEGINS_EARLIER, (12, 0, 75), (12, 0, 75)),
        (replace(LOCAL, known_years=range(2023, 2025)), (8, 4, 185), (8, 4, 185)),
        (replace(LOCAL, known_years=range(2023, 2025)), (2, 4, 85), (3, 4, 85)),  # the clock skips this hour
    ],
)
def test_fields_that_no_known_year_has_are_used_as_given(
    calendar: SiteCalendar, fields: tuple[int, int, int], features: tuple[int, int, int]
) -> None:
    """The clock is that of the nearest known common year, and for day 366 of the nearest leap year."""
    assert calendar.find_event_start(CalendarFields(*fields)) is None
    assert calendar.features_of_fields(CalendarFields(*fields)) == features


@pytest.mark.parametrize("name", [*CALENDARS, *FEW_YEARS])
def test_every_input_has_calendar_features(name: str) -> None:
    """They are those of the event that the calendar fields mean, if there is one."""
    calendar = (CALENDARS | FEW_YEARS)[name]
    for fields in EVERY_INPUT[::7]:
        start, features = calendar.find_event_start(fields), calendar.features_of_fields(fields)
        assert features.hour_of_day in range(24)
        assert start is None or features == calendar.calendar_features(start)


@pytest.mark.parametrize(
    ("calendar", "fields", "event_start"),
    [
        (PUBLISHED, (1, 3, 1), "2017-01-01T00:00:00-08:00"),
        (PUBLISHED, (0, 4, 1), "2017-12-31T23:00:00-08:00"),
        (PUBLISHED, (8, 3, 122), "2021-05-02T07:00:00-08:00"),
        (PUBLISHED, (12, 5, 185), "2017-07-04T11:00:00-08:00"),
        (PUBLISHED, (12, 0, 185), "2019-07-04T11:00:00-08:00"),
        (PUBLISHED, (0, 2, 1), "2021-12-31T23:00:00-08:00"),
        (LEAP_YEAR, (12, 5, 60), "2020-02-29T11:00:00+01:00"),
        (LEAP_YEAR, (12, 6, 185), "2021-07-04T11:00:00+01:00"),
        (YEARS, (12, 6, 232), "2023-08-20T11:00:00+05:30"),
        (YEARS, (13, 6, 232), "2017-08-20T12:00:00+05:30"),
        (LOCAL, (12, 1, 185), "2023-07-04T12:00:00+02:00"),
        (LOCAL, (2, 6, 85), "2023-03-26T03:00:00+02:00"),
        (LOCAL, (3, 6, 85), "2023-03-26T03:00:00+02:00"),
        (LOCAL, (2, 6, 302), "2023-10-29T02:00:00+02:00"),
        (LOCAL, (3, 6, 302), "2023-10-29T03:00:00+01:00"),
    ],
)
def test_calendar_fields_lead_to_an_event_start(
    calendar: SiteCalendar, fields: tuple[int, int, int], event_start: str
) -> None:
    """A fixed date such as 4 July stays that date, whatever the weekday."""
    found = calendar.find_event_start(CalendarFields(*fields))
    assert found is not None
    assert found == datetime.fromisoformat(event_start)
    assert found.utcoffset() == calendar.first_event_start.utcoffset()


def test_a_row_is_hidden_by_a_later_hour_that_is_missing() -> None:
    """The model card does not list missing hours, so calendar fields mean the last such hour, measured or not."""
    rows, missing = dict(rows_of(YEARS)), datetime.fromisoformat("2023-03-05T11:00:00+05:30")
    assert rows[datetime.fromisoformat("2017-03-05T11:00:00+05:30")] == rows[missing] == (12, 6, 64)
    assert YEARS.find_event_start(CalendarFields(12, 6, 64)) == missing


@pytest.mark.parametrize(
    ("time_zone", "event_start", "features"),
    [
        (LOS_ANGELES, "2026-03-08T01:00:00-08:00", (1, 6, 67)),
        (LOS_ANGELES, "2026-03-08T02:00:00-08:00", (3, 6, 67)),
        (LOS_ANGELES, "2026-10-31T23:00:00-08:00", (0, 6, 305)),
        (LOS_ANGELES, "2026-11-01T01:00:00-07:00", (1, 6, 305)),
        (LOS_ANGELES, "2026-11-01T01:00:00-08:00", (1, 6, 305)),
        (LOS_ANGELES, "2024-02-29T12:00:00-08:00", (12, 3, 60)),
        (LOS_ANGELES, "2024-12-31T23:00:00-08:00", (23, 1, 366)),
        (LOS_ANGELES, "2026-06-30T23:00:00-08:00", (0, 2, 182)),
        ("Asia/Kolkata", "2026-07-01T00:00:00+05:30", (0, 2, 182)),
        ("Australia/Sydney", "2026-01-01T00:00:00+10:00", (1, 3, 1)),
        ("Australia/Sydney", "2026-06-30T23:00:00+10:00", (23, 1, 181)),
        ("Australia/Lord_Howe", "2026-01-01T00:00:00+10:30", (0, 3, 1)),
        ("Australia/Lord_Howe", "2026-07-01T00:00:00+10:30", (0, 2, 182)),
        ("Europe/Dublin", "2026-07-15T08:00:00+00:00", (9, 2, 196)),
        ("Africa/Casablanca", "2026-02-01T08:00:00+01:00", (8, 6, 32)),
        ("Africa/Casablanca", "2026-03-01T08:00:00+01:00", (7, 6, 60)),
        ("Africa/Casablanca", "2026-04-01T08:00:00+01:00", (8, 2, 91)),
    ],
)
def test_calendar_features_follow_the_local_clock_of_each_year(
    time_zone: str, event_start: str, features: tuple[int, int, int]
) -> None:
    """Each year has its own clock changes; an hour that starts at half past counts as the full hour before."""
    calendar = year_2023(time_zone, "+00:00")
    assert calendar.calendar_features(datetime.fromisoformat(event_start)) == features


@pytest.mark.parametrize("rest_weekday", [5, 6])
def test_a_holiday_has_the_rest_weekday(rest_weekday: int) -> None:
    """It has that weekday from midnight to midnight on the local clock."""
    calendar = replace(PUBLISHED, rest_weekday=rest_weekday)
    thanksgiving = datetime.fromisoformat("2026-11-26T00:00:00-08:00")
    weekdays = [calendar.calendar_features(thanksgiving + hour * HOUR).day_of_week for hour in range(-1, 25)]
    assert weekdays == [2] + [rest_weekday] * 24 + [4]


@pytest.mark.parametrize(
    ("time_zone", "offset", "start", "proposed"),
    [
        (LOS_ANGELES, "-08:00", "2016-01-01T00:00:00+05:30", "2015-12-31T23:30:00+05:30"),
        (LOS_ANGELES, "-08:00", "2016-01-01T00:00:01Z", "2016-01-01T00:00:00+00:00"),
        ("Asia/Kolkata", "+05:30", "2016-01-01T00:00:00Z", "2015-12-31T23:30:00+00:00"),
        ("Australia/Lord_Howe", "+10:30", "2026-01-01T00:00:00+11:00", "2025-12-31T23:30:00+11:00"),
    ],
)
def test_a_start_off_the_whole_hour_is_refused(time_zone: str, offset: str, start: str, proposed: str) -> None:
    """Whole hours are those of the site's standard time, and the message proposes one that is accepted."""
    calendar = year_2023(time_zone, offset)
    with pytest.raises(UnanswerableInput) as refusal:
        calendar.event_starts(datetime.fromisoformat(start), 1)
    assert str(refusal.value) == f"start must be on a whole hour of the site's standard time, like {proposed}"
    accepted = datetime.fromisoformat(proposed)
    assert calendar.event_starts(accepted, 2) == [accepted, accepted + HOUR]


def features_of(calendar: SiteCalendar, start: str, n_hours: int) -> list[CalendarFeatures]:
    return [calendar.calendar_features(hour) for hour in calendar.event_starts(datetime.fromisoformat(start), n_hours)]


@pytest.mark.parametrize(
    ("start", "n_hours"),
    [
        ("2006-12-31T23:00:00-08:00", 1),
        ("2047-12-31T23:00:00-08:00", 2),
        ("0001-01-01T00:00:00Z", 1),
        ("9999-12-31T00:00:00-08:00", 24),
        ("9999-12-31T23:00:00-23:00", 1),
    ],
)
def test_hours_outside_the_known_years_are_refused(start: str, n_hours: int) -> None:
    """Nobody gets a forecast without holidays that looks like one with them."""
    with pytest.raises(UnanswerableInput) as refusal:
        features_of(PUBLISHED, start, n_hours)
    assert str(refusal.value) == "start must leave all hours within the years 2007 to 2047, whose calendar is known"


@pytest.mark.parametrize(
    ("time_zone", "event_start"),
    [
        ("Europe/London", "0001-01-01T00:00:00+00:00"),
        ("Australia/Sydney", "9999-12-31T23:00:00+10:00"),
        ("America/Sao_Paulo", "0001-01-01T03:00:00+00:00"),
    ],
)
def test_the_local_clock_may_leave_the_years_that_python_knows(time_zone: str, event_start: str) -> None:
    """In UTC or standard time, the hour is the first or the last of them; the local clock is behind, or ahead."""
    with pytest.raises(UnanswerableInput) as refusal:
        year_2023(time_zone, "+00:00").calendar_features(datetime.fromisoformat(event_start))
    assert str(refusal.value).startswith("start must leave all hours within the years ")


def test_the_first_and_the_last_known_hour_are_accepted() -> None:
    """The known years begin and end on the local clock."""
    assert features_of(PUBLISHED, "2007-01-01T00:00:00-08:00", 1) == [(0, 0, 1)]
    assert features_of(PUBLISHED, "2047-12-31T00:00:00-08:00", 24)[-1] == (23, 1, 365)


def test_standard_time_is_that_of_the_data() -> None:
    """The site keeps it in years in which its zone has another one."""
    moscow = site("Europe/Moscow", "2012-01-01T00:00:00+04:00", "2012-12-31T23:00:00+04:00")
    assert moscow.calendar_features(datetime.fromisoformat("2020-01-01T00:00:00+04:00")) == (23, 1, 365)
    (start,) = moscow.event_starts(datetime.fromisoformat("2020-01-01T00:00:00+03:00"), 1)
    assert start.isoformat() == "2020-01-01T01:00:00+04:00"
