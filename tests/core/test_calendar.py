from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from forecast_core.calendar import Label, OccupantsHour, SiteCalendar
from forecast_core.contract import schema
from forecast_core.errors import UnanswerableInput

HOUR = timedelta(hours=1)
EVERY_LABEL = [Label(*label) for label in product(range(24), range(7), range(1, 367))]


def site(time_zone: str, first: str, last: str, **more: object) -> SiteCalendar:
    """Make the calendar of a site from its first and last event start."""
    first_start, last_start = datetime.fromisoformat(first), datetime.fromisoformat(last)
    years = range(first_start.year - 10, last_start.year + 31)
    return SiteCalendar(
        time_zone=ZoneInfo(time_zone),
        first_event_start=first_start,
        last_event_start=last_start,
        known_years=years,
        **more,  # type: ignore[arg-type]
    )


PUBLISHED = site(
    "America/Los_Angeles",
    "2017-01-01T00:00:00-08:00",
    "2017-12-31T23:00:00-08:00",
    label_weekday_shift=3,
    holidays=frozenset({date(2017, 7, 4), date(2018, 1, 1), date(2026, 11, 26)}),
)
LEAP_YEAR = site("Europe/Amsterdam", "2020-01-01T00:00:00+01:00", "2020-12-31T23:00:00+01:00")
YEARS = site("Asia/Kolkata", "2017-03-05T00:00:00+05:30", "2023-08-20T11:00:00+05:30")
LOCAL = site(
    "Europe/Amsterdam",
    "2023-01-01T00:00:00+01:00",
    "2023-12-31T23:00:00+01:00",
    label_clock="local",
    label_side="start",
)
SOUTH = site(
    "Australia/Sydney", "2022-12-31T23:00:00+10:00", "2023-12-31T22:00:00+10:00", label_clock="local", label_side="end"
)
PART = site("Europe/Amsterdam", "2023-03-01T00:00:00+01:00", "2023-09-30T23:00:00+01:00")
CALENDARS = {
    "published": PUBLISHED,
    "leap year": LEAP_YEAR,
    "years": YEARS,
    "part of a year": PART,
    "local": LOCAL,
    "south": SOUTH,
}


def rows(calendar: SiteCalendar) -> Iterator[tuple[datetime, Label]]:
    """Give every event of the training data, and the label that its row has."""
    event_start = calendar.first_event_start
    while event_start <= calendar.last_event_start:
        named = event_start + HOUR if calendar.label_side == "end" else event_start
        if calendar.label_clock == "local":
            named = named.astimezone(calendar.time_zone)
        weekday = (named.weekday() - calendar.label_weekday_shift) % 7
        yield event_start, Label(named.hour, weekday, named.timetuple().tm_yday)
        event_start += HOUR


def test_a_label_has_the_fields_of_its_schema_in_order() -> None:
    """The schema and the code name the same fields in the same order."""
    assert Label._fields == OccupantsHour._fields == tuple(schema("prediction-request")["properties"])


@pytest.mark.parametrize("name", CALENDARS)
def test_a_row_is_its_own_labels_event_unless_a_later_row_repeats_the_label(name: str) -> None:
    """On the local clock, the hour that is repeated in autumn is the one exception: its label means its first."""
    calendar = CALENDARS[name]
    last_with_label = {label: event_start for event_start, label in rows(calendar)}
    exceptions = {
        label: (event_start, calendar.event_start(label))
        for label, event_start in last_with_label.items()
        if calendar.event_start(label) != event_start
    }
    assert len(last_with_label) >= 5_000
    if calendar.label_clock == "standard":
        assert exceptions == {}
    else:
        assert [row - meant for row, meant in exceptions.values()] == [HOUR]


@pytest.mark.parametrize("name", ["published", "leap year", "years", "part of a year"])
def test_any_other_label_means_the_first_such_hour_after_the_data_in_a_common_year(name: str) -> None:
    """For day 366 in a leap year; looked for here hour by hour, as slowly and plainly as can be."""
    calendar = CALENDARS[name]
    in_data = {label for _, label in rows(calendar)}
    expected: dict[Label, datetime] = {}
    day = datetime(calendar.last_event_start.year, 1, 1, tzinfo=calendar.standard_time)
    while day.year < calendar.last_event_start.year + 30:
        day_of_year = day.timetuple().tm_yday
        is_leap = date(day.year, 12, 31).timetuple().tm_yday == 366
        if is_leap == (day_of_year == 366):
            for hour in range(24):
                event_start = day + (hour - 1) * HOUR
                label = Label(hour, (day.weekday() - calendar.label_weekday_shift) % 7, day_of_year)
                if event_start > calendar.last_event_start:
                    expected.setdefault(label, event_start)
        day += 24 * HOUR
    others = [label for label in EVERY_LABEL if label not in in_data]
    assert len(others) > 8_000
    assert {label: calendar.event_start(label) for label in others} == {label: expected[label] for label in others}


@pytest.mark.parametrize("name", CALENDARS)
def test_every_label_has_an_occupants_hour(name: str) -> None:
    """Its event lies in the years that are known, whatever the label."""
    calendar = CALENDARS[name]
    for label in EVERY_LABEL[::7]:
        assert calendar.occupants_hour(calendar.event_start(label)).hour_of_day in range(24)


@pytest.mark.parametrize(
    ("calendar", "label", "event_start"),
    [
        (PUBLISHED, Label(1, 3, 1), "2017-01-01T00:00:00-08:00"),
        (PUBLISHED, Label(0, 4, 1), "2017-12-31T23:00:00-08:00"),
        (PUBLISHED, Label(8, 5, 122), "2017-05-02T07:00:00-08:00"),
        (PUBLISHED, Label(8, 3, 122), "2021-05-02T07:00:00-08:00"),
        (PUBLISHED, Label(12, 5, 185), "2017-07-04T11:00:00-08:00"),
        (PUBLISHED, Label(12, 0, 185), "2019-07-04T11:00:00-08:00"),
        (PUBLISHED, Label(12, 0, 366), "2020-12-31T11:00:00-08:00"),
        (PUBLISHED, Label(0, 2, 1), "2021-12-31T23:00:00-08:00"),
        (LEAP_YEAR, Label(12, 5, 60), "2020-02-29T11:00:00+01:00"),
        (LEAP_YEAR, Label(12, 3, 366), "2020-12-31T11:00:00+01:00"),
        (LEAP_YEAR, Label(12, 6, 185), "2021-07-04T11:00:00+01:00"),
        (YEARS, Label(12, 6, 64), "2023-03-05T11:00:00+05:30"),
        (YEARS, Label(12, 6, 232), "2023-08-20T11:00:00+05:30"),
        (YEARS, Label(13, 6, 232), "2017-08-20T12:00:00+05:30"),
        (LOCAL, Label(12, 1, 185), "2023-07-04T12:00:00+02:00"),
        (LOCAL, Label(1, 6, 85), "2023-03-26T01:00:00+01:00"),
        (LOCAL, Label(2, 6, 85), "2023-03-26T03:00:00+02:00"),
        (LOCAL, Label(3, 6, 85), "2023-03-26T03:00:00+02:00"),
        (LOCAL, Label(2, 6, 302), "2023-10-29T02:00:00+02:00"),
        (LOCAL, Label(3, 6, 302), "2023-10-29T03:00:00+01:00"),
    ],
)
def test_a_label_means_an_event(calendar: SiteCalendar, label: Label, event_start: str) -> None:
    """The last one in the data, or the first after it in a common year; the fixed date stays what it is."""
    assert calendar.event_start(label) == datetime.fromisoformat(event_start)
    assert calendar.event_start(label).utcoffset() == calendar.first_event_start.utcoffset()


def test_a_later_gap_hides_a_row() -> None:
    """The card does not list missing hours: a label means the last hour that carries it, measured or not."""
    row = datetime.fromisoformat("2017-03-05T11:00:00+05:30")
    same_label_in_a_gap = datetime.fromisoformat("2023-03-05T11:00:00+05:30")
    assert dict(rows(YEARS))[row] == dict(rows(YEARS))[same_label_in_a_gap] == Label(12, 6, 64)
    assert YEARS.event_start(Label(12, 6, 64)) == same_label_in_a_gap


@pytest.mark.parametrize(
    ("time_zone", "event_start", "occupants_hour"),
    [
        ("America/Los_Angeles", "2026-03-07T09:00:00-08:00", (9, 5, 66)),
        ("America/Los_Angeles", "2026-03-08T01:00:00-08:00", (1, 6, 67)),
        ("America/Los_Angeles", "2026-03-08T02:00:00-08:00", (3, 6, 67)),
        ("America/Los_Angeles", "2026-10-31T23:00:00-08:00", (0, 6, 305)),
        ("America/Los_Angeles", "2026-11-01T01:00:00-07:00", (1, 6, 305)),
        ("America/Los_Angeles", "2026-11-01T01:00:00-08:00", (1, 6, 305)),
        ("America/Los_Angeles", "2024-02-29T12:00:00-08:00", (12, 3, 60)),
        ("America/Los_Angeles", "2024-12-31T23:00:00-08:00", (23, 1, 366)),
        ("America/Los_Angeles", "2026-06-30T23:00:00-08:00", (0, 2, 182)),
        ("Asia/Tokyo", "2026-07-01T00:00:00+09:00", (0, 2, 182)),
        ("Asia/Kolkata", "2026-07-01T00:00:00+05:30", (0, 2, 182)),
        ("Australia/Sydney", "2026-01-01T00:00:00+10:00", (1, 3, 1)),
        ("Australia/Sydney", "2026-06-30T23:00:00+10:00", (23, 1, 181)),
        ("Australia/Sydney", "2025-12-31T23:00:00+10:00", (0, 3, 1)),
        ("Australia/Lord_Howe", "2026-01-01T00:00:00+10:30", (0, 3, 1)),
        ("Australia/Lord_Howe", "2026-07-01T00:00:00+10:30", (0, 2, 182)),
        ("Europe/Dublin", "2026-01-15T08:00:00+00:00", (8, 3, 15)),
        ("Europe/Dublin", "2026-07-15T08:00:00+00:00", (9, 2, 196)),
        ("Africa/Casablanca", "2026-02-01T08:00:00+01:00", (8, 6, 32)),
        ("Africa/Casablanca", "2026-03-01T08:00:00+01:00", (7, 6, 60)),
        ("Africa/Casablanca", "2026-04-01T08:00:00+01:00", (8, 2, 91)),
        ("UTC", "2026-07-01T08:00:00+00:00", (8, 2, 182)),
    ],
)
def test_occupants_live_by_the_local_clock_of_each_year(
    time_zone: str, event_start: str, occupants_hour: tuple[int, int, int]
) -> None:
    """Every year has its own clock changes; an hour that starts at :30 belongs to the full hour before."""
    calendar = site(time_zone, "2023-01-01T00:00:00+00:00", "2023-12-31T23:00:00+00:00")
    assert calendar.occupants_hour(datetime.fromisoformat(event_start)) == occupants_hour


@pytest.mark.parametrize("rest_weekday", [5, 6])
def test_a_holiday_has_the_weekday_of_the_day_of_rest(rest_weekday: int) -> None:
    """From midnight to midnight on the local clock, and no other day has."""
    calendar = replace(PUBLISHED, rest_weekday=rest_weekday)
    thanksgiving = datetime.fromisoformat("2026-11-26T00:00:00-08:00")
    weekdays = [calendar.occupants_hour(thanksgiving + hour * HOUR).day_of_week for hour in range(-1, 25)]
    assert weekdays == [2] + [rest_weekday] * 24 + [4]


@pytest.mark.parametrize(
    ("time_zone", "offset", "start", "message"),
    [
        ("America/Los_Angeles", "-08:00", "2016-01-01T00:00:00+05:30", "like 2015-12-31T23:30:00+05:30"),
        ("America/Los_Angeles", "-08:00", "2016-01-01T00:00:01Z", "like 2016-01-01T00:00:00+00:00"),
        ("Asia/Kolkata", "+05:30", "2016-01-01T00:00:00Z", "like 2015-12-31T23:30:00+00:00"),
        ("Australia/Lord_Howe", "+10:30", "2026-01-01T00:00:00+11:00", "like 2025-12-31T23:30:00+11:00"),
    ],
)
def test_hours_are_the_sites_own(time_zone: str, offset: str, start: str, message: str) -> None:
    """Whole hours of its standard time, not those of UTC; the refusal says what would do."""
    calendar = site(time_zone, f"2017-01-01T00:00:00{offset}", f"2017-12-31T23:00:00{offset}")
    with pytest.raises(UnanswerableInput) as refusal:
        calendar.event_starts(datetime.fromisoformat(start), 1)
    assert str(refusal.value) == f"start must be on a whole hour of the site's standard time, {message}"
    proposed = datetime.fromisoformat(message.removeprefix("like "))
    assert calendar.event_starts(proposed, 2) == [proposed, proposed + HOUR]


def ask(calendar: SiteCalendar, start: str, n_hours: int) -> list[OccupantsHour]:
    return [calendar.occupants_hour(hour) for hour in calendar.event_starts(datetime.fromisoformat(start), n_hours)]


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
    """A forecast that knows no holidays would look like one that does."""
    with pytest.raises(UnanswerableInput) as refusal:
        ask(PUBLISHED, start, n_hours)
    assert str(refusal.value) == "start must leave all hours within the years 2007 to 2047, whose calendar is known"


def test_the_first_and_the_last_known_hour_can_be_asked_for() -> None:
    """The limit is the local year's."""
    assert ask(PUBLISHED, "2007-01-01T00:00:00-08:00", 1) == [(0, 0, 1)]
    assert ask(PUBLISHED, "2047-12-31T00:00:00-08:00", 24)[-1] == (23, 1, 365)


def test_standard_time_is_that_of_the_first_event() -> None:
    """Also where it has another offset today."""
    moscow = site("Europe/Moscow", "2012-01-01T00:00:00+04:00", "2012-12-31T23:00:00+04:00")
    assert moscow.standard_time == timezone(timedelta(hours=4))
    assert moscow.occupants_hour(datetime.fromisoformat("2020-01-01T00:00:00+04:00")) == (23, 1, 365)
