from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from forecast_core.calendar import CalendarHour
from forecast_core.errors import UnanswerableInput
from forecast_core.horizon import Horizon, parse_event_start

PACIFIC = timezone(timedelta(hours=-8))
INDIA = timezone(timedelta(hours=5, minutes=30))


def labels(start: str, n_hours: int, standard_time: timezone = PACIFIC) -> list[CalendarHour]:
    return Horizon(parse_event_start(start), n_hours).labels(standard_time)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2016-01-01T00:00:00-08:00", CalendarHour(1, 4, 1)),
        ("2016-01-01T08:00:00Z", CalendarHour(1, 4, 1)),
        ("2016-01-01t13:30:00.000+05:30", CalendarHour(1, 4, 1)),
        ("2015-12-31T23:00:00-08:00", CalendarHour(0, 4, 1)),
        ("2016-02-28T23:00:00-08:00", CalendarHour(0, 0, 60)),
        ("2016-02-29T22:00:00-08:00", CalendarHour(23, 0, 60)),
        ("2016-12-31T22:00:00-08:00", CalendarHour(23, 5, 366)),
        ("2016-07-01T00:00:00-07:00", CalendarHour(0, 4, 183)),
    ],
)
def test_an_hour_is_labelled_by_its_end_in_standard_time(start: str, expected: CalendarHour) -> None:
    """Whatever the offset that was asked with; the hour from 23:00 carries the next day's label."""
    assert labels(start, 1) == [expected]


@pytest.mark.parametrize("start", ["2015-12-30T17:00:00-08:00", "2016-02-28T00:00:00Z", "2016-03-13T01:00:00-08:00"])
def test_consecutive_hours_have_consecutive_labels(start: str) -> None:
    """Over midnight, leap day, year's end and clock changes: labels are in standard time all year."""
    first = parse_event_start(start).astimezone(PACIFIC) + timedelta(hours=1)
    assert labels(start, 100) == [CalendarHour.of_label(first + timedelta(hours=hour)) for hour in range(100)]


@pytest.mark.parametrize(("day", "n_hours"), [("2016-03-27", 23), ("2016-10-30", 25), ("2016-05-02", 24)])
def test_a_day_of_a_clock_change_has_23_or_25_hours(day: str, n_hours: int) -> None:
    """From midnight to midnight in Amsterdam, the labels run on without a gap or a repetition."""
    amsterdam = ZoneInfo("Europe/Amsterdam")
    start = datetime.fromisoformat(day).replace(tzinfo=amsterdam)
    end = (datetime.fromisoformat(day) + timedelta(days=1)).replace(tzinfo=amsterdam)
    assert (end.astimezone(PACIFIC) - start.astimezone(PACIFIC)) == timedelta(hours=n_hours)
    first_of_next_day = labels(end.isoformat(), 1)
    assert labels(start.isoformat(), n_hours + 1)[-1:] == first_of_next_day


def test_a_site_off_the_whole_hour_has_its_own_whole_hours() -> None:
    """Whole hours are the site's, not those of UTC."""
    assert labels("2016-01-01T00:00:00+05:30", 1, INDIA) == [CalendarHour(1, 4, 1)]
    with pytest.raises(UnanswerableInput, match=r"^start must be on a whole hour .*, like 2015-12-31T23:30:00\+00:00$"):
        labels("2016-01-01T00:00:00Z", 1, INDIA)


@pytest.mark.parametrize(
    ("start", "n_hours", "message"),
    [
        ("2016-01-01T00:00:00+05:30", 1, "like 2015-12-31T23:30:00+05:30"),
        ("2016-01-01T00:00:01Z", 1, "like 2016-01-01T00:00:00+00:00"),
        ("0001-01-01T00:00:00Z", 1, "start must leave all hours within the years 1 to 9999"),
        ("9999-12-31T00:00:00-08:00", 24, "start must leave all hours within the years 1 to 9999"),
        ("9999-12-31T23:00:00-23:00", 1, "start must leave all hours within the years 1 to 9999"),
        ("2015-02-29T00:00:00Z", 1, "start must be a time that the calendar has, got 2015-02-29T00:00:00Z"),
        ("0000-01-01T00:00:00Z", 1, "start must be a time that the calendar has, got 0000-01-01T00:00:00Z"),
    ],
)
def test_a_start_that_names_no_hour_is_refused(start: str, n_hours: int, message: str) -> None:
    """In words that say what would do."""
    with pytest.raises(UnanswerableInput) as refusal:
        labels(start, n_hours)
    assert message in str(refusal.value)


def test_the_first_hour_of_the_calendar_has_none_before_it() -> None:
    """Where the whole hour to propose lies in no year, the calendar is what is wrong."""
    with pytest.raises(UnanswerableInput, match="start must leave all hours within the years 1 to 9999"):
        labels("0001-01-01T00:00:00Z", 1, INDIA)


def test_the_last_hours_of_the_calendar_can_be_asked_for() -> None:
    """The limit is the label's, and not an hour before it."""
    assert labels("9999-12-31T00:00:00-08:00", 23)[-1] == CalendarHour(23, 4, 365)
