"""The calendar of a site: from a request or a date to the calendar features of an hour.

There are three notions of time:

1. The **calendar fields** of a timestamp, which has no year: a prediction request has them.
2. An **event start**: the aware time at which a real hour starts. Forecasts and training use it.
3. The **calendar features** of an event start: hour, weekday and day of the year on the site's local clock.
   On a holiday, the weekday is the rest day's. The model's features are made of them.

A prediction goes from 1 to 2 to 3, a forecast from 2 to 3.
"""

from calendar import isleap
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import product
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .errors import UnanswerableInput
from .timestamps import EVENT_RESOLUTION, CalendarFields, TimestampConvention

LEAP_DAY = 366  # the day of the year that only leap years have
_DAYS = tuple(timedelta(days=day) for day in range(LEAP_DAY))


class CalendarFeatures(NamedTuple):
    """What the model is given of an hour: hour, weekday (0 is Monday) and day of the year on the local clock."""

    hour_of_day: int
    day_of_week: int
    day_of_year: int


class _Candidate(NamedTuple):
    """A year that timestamps can be of, and between which two event starts theirs must lie."""

    year: int
    earliest: datetime
    latest: datetime


@dataclass(frozen=True, kw_only=True)
class SiteCalendar:
    """The calendar of a site and of its training data.

    :param convention: what the timestamps of the training data mean; it has the site's time zone.
    :param first_event_start: of the training data, in standard time.
    :param last_event_start: of the training data, in standard time.
    :param known_years: years whose holidays are known.
    :param holidays: days that are treated as ``rest_weekday``, whatever their weekday.
    :param rest_weekday: 0 is Monday.
    """

    convention: TimestampConvention
    first_event_start: datetime
    last_event_start: datetime
    known_years: range
    holidays: Set[date] = frozenset()
    rest_weekday: int = 6

    @cached_property
    def time_zone(self) -> ZoneInfo:
        """The site's time zone."""
        return self.convention.time_zone

    @property
    def end_of_data(self) -> datetime:
        """When the last event of the training data ends, in standard time."""
        return self.last_event_start + EVENT_RESOLUTION

    def features_of_fields(self, fields: CalendarFields) -> CalendarFeatures:
        """Look up the calendar features of the event that calendar fields mean.

        If no known year has their weekday on their day, the fields are used as given:
        with their weekday, and the clock of the nearest known common year (for day 366: leap year).
        """
        start = self.find_event_start(fields)
        if start is not None:
            return self.calendar_features(start)
        is_leap_day, last_year = fields.day_of_year == LEAP_DAY, self.last_event_start.year
        alike = (year for year in self.known_years if isleap(year) == is_leap_day)
        timestamp = _timestamp(min(alike, key=lambda year: abs(year - last_year)), fields)
        hour = self.calendar_features(start := self.convention.event_start(timestamp))
        # The weekday is the request's, also on that year's holidays; an hour may start on the day before its timestamp.
        days_later = (start.astimezone(self.time_zone).date() - timestamp.date()).days
        return hour._replace(day_of_week=(fields.day_of_week + self.convention.weekday_shift + days_later) % 7)

    def find_event_start(self, fields: CalendarFields) -> datetime | None:
        """Find the last event of the training data whose timestamp shows these calendar fields.

        If there is none, it is the first such event after the data, else the last one before it;
        there, a day but day 366 is looked for in common years alone.

        :returns: in standard time; None if no known year has that weekday on that day.
        """
        # In a year in which the day has this weekday, 1 January has that one.
        new_year = (fields.day_of_week + self.convention.weekday_shift - fields.day_of_year + 1) % 7
        for year, earliest, latest in self._candidates[new_year, fields.day_of_year == LEAP_DAY]:
            start = self.convention.event_start(_timestamp(year, fields))
            if earliest <= start <= latest:
                return start
        return None

    @cached_property
    def _candidates(self) -> dict[tuple[int, bool], list[_Candidate]]:
        """The candidates by the weekday of 1 January, and by whether the day is day 366, so that few are tried."""
        candidates: dict[tuple[int, bool], list[_Candidate]] = {each: [] for each in product(range(7), (False, True))}
        for is_leap_day in (False, True):
            for each in self._candidates_in_order(is_leap_day):
                candidates[date(each.year, 1, 1).weekday(), is_leap_day].append(each)
        return candidates

    def _candidates_in_order(self, is_leap_day: bool) -> Iterator[_Candidate]:
        """List the years in which an event is looked for: in the data, after it, before it.

        Day 366 is in leap years alone. For another day, the years outside the data are common ones,
        so that a fixed date like 4 July has the day of the year that it has in most years.
        """
        first, last = self.first_event_start, self.last_event_start
        # A timestamp can be of another year than its hour: of the next one at its end, of the one before at its start.
        first_year, last_year = (self.convention.timestamp(start).year for start in (first, last))
        for year in range(last_year, first_year - 1, -1):
            if isleap(year) or not is_leap_day:
                yield _Candidate(year, first, last)
        first_known, end_known = (
            datetime(year, 1, 1, tzinfo=self.time_zone) for year in (self.known_years[0], self.known_years.stop)
        )
        for year in range(last_year, self.known_years.stop + 1):
            if isleap(year) == is_leap_day:
                yield _Candidate(year, self.end_of_data, end_known - EVENT_RESOLUTION)
        for year in range(first_year, self.known_years[0] - 2, -1):
            if isleap(year) == is_leap_day:
                yield _Candidate(year, first_known, first - EVENT_RESOLUTION)

    def event_starts(self, first: datetime, n_hours: int) -> list[datetime]:
        """List when consecutive hours start.

        :param first: when the first hour starts; aware.
        :returns: in standard time.
        :raises UnanswerableInput: ``first`` is not on a whole hour of the site's standard time.
        """
        try:
            start = first.astimezone(self.convention.standard_time)
            if start.minute or start.second:
                whole = start.replace(minute=0, second=0).astimezone(first.tzinfo).isoformat()
                raise UnanswerableInput("start", f"must be on a whole hour of the site's standard time, like {whole}")
            return [start + hour * EVENT_RESOLUTION for hour in range(n_hours)]
        except OverflowError as error:  # before the year 1, or after 9999
            raise self._unknown_year() from error

    def calendar_features(self, event_start: datetime) -> CalendarFeatures:
        """Look up the calendar features of an event start.

        An hour that starts at half past on the local clock counts as the full hour before.

        :raises UnanswerableInput: its year is not one of the known years.
        """
        try:
            local = event_start.astimezone(self.time_zone)
        except OverflowError as error:  # before the year 1, or after 9999
            raise self._unknown_year() from error
        day = local.date()
        if day.year not in self.known_years:
            raise self._unknown_year()
        weekday = self.rest_weekday if day in self.holidays else day.weekday()
        day_of_year = (day - date(day.year, 1, 1)).days + 1  # in a third of the time of ``timetuple().tm_yday``
        return CalendarFeatures(local.hour, weekday, day_of_year)

    def _unknown_year(self) -> UnanswerableInput:
        years = f"{self.known_years[0]} to {self.known_years[-1]}"
        return UnanswerableInput("start", f"must leave all hours within the years {years}, whose calendar is known")


def _timestamp(year: int, fields: CalendarFields) -> datetime:
    return datetime(year, 1, 1, fields.hour_of_day) + _DAYS[fields.day_of_year - 1]
