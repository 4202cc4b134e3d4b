"""From what is asked to what people live by: three kinds of time, and the one way between them.

1. A **label** is what a row of the training data says: hour, weekday and day of the year, without the year.
2. An **event start** is when a real hour starts: an aware time.
3. The **occupants' hour** is what people in the building live by when the event starts:
   the hour on their clock, the weekday (on a public holiday, that of the day of rest) and the day of the year.

A prediction goes from 1 over 2 to 3; a forecast, like training, from 2 to 3.
"""

from calendar import isleap
from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .errors import UnanswerableInput
from .time import EVENT_RESOLUTION

DAY_OF_LEAP_YEARS = 366
_DAYS = tuple(timedelta(days=day) for day in range(DAY_OF_LEAP_YEARS))
_FORTY_YEARS = timedelta(days=40 * 366)  # in which every day of the year has every weekday, day 366 included


class Label(NamedTuple):
    """An hour as a row of the training data names it; the schema ``prediction-request`` says what the fields mean."""

    hour_of_day: int
    day_of_week: int
    day_of_year: int


class OccupantsHour(NamedTuple):
    """An hour as people in the building live it; the fields have the ranges of a label's."""

    hour_of_day: int
    day_of_week: int
    day_of_year: int


@dataclass(frozen=True, kw_only=True)
class SiteCalendar:
    """The calendar of a site, and of the labels of its training data.

    :param time_zone: whose clock the occupants follow; every year has its own clock changes.
    :param first_event_start: of the training data; its offset is the site's standard time.
    :param last_event_start: of the training data, in the same offset.
    :param label_side: whether a label names the ``start`` or the ``end`` of its hour.
    :param label_clock: whether labels are in ``standard`` time all year, or on the ``local`` clock.
    :param label_weekday_shift: how many weekdays the real day is ahead of the label's.
    :param known_years: the years whose holidays are known.
    :param holidays: the days on which the building rests, whatever their weekday.
    :param rest_weekday: the weekday that such a day is like; 0 is Monday.
    """

    time_zone: ZoneInfo
    first_event_start: datetime
    last_event_start: datetime
    label_side: str = "end"
    label_clock: str = "standard"
    label_weekday_shift: int = 0
    known_years: range
    holidays: Set[date] = frozenset()
    rest_weekday: int = 6

    @cached_property
    def standard_time(self) -> timezone:
        """The site's offset without daylight saving time."""
        return timezone(self.first_event_start.utcoffset() or timedelta(0))

    @cached_property
    def label_time_zone(self) -> tzinfo:
        """The clock that labels show."""
        return self.time_zone if self.label_clock == "local" else self.standard_time

    @property
    def end_of_data(self) -> datetime:
        """When the last event of the training data ends, in standard time."""
        return self.last_event_start + EVENT_RESOLUTION

    def event_start(self, label: Label) -> datetime:
        """Find the event that a label means: the last one in the training data that carries it.

        If none does, it is the first after the data in a common year, where fixed dates like 4 July
        have the same day of the year as in most data; day 366 is looked for in leap years.

        :returns: in standard time.
        """
        # In the years whose 1 January has a certain weekday, the label's day has the label's.
        new_year = (label.day_of_week + self.label_weekday_shift - label.day_of_year + 1) % 7
        for year, earliest, latest in self._years[label.day_of_year == DAY_OF_LEAP_YEARS][new_year]:
            time = datetime(year, 1, 1, label.hour_of_day, tzinfo=self.label_time_zone) + _DAYS[label.day_of_year - 1]
            start = self.labelled_event_start(time)
            if earliest <= start <= latest:
                return start
        raise AssertionError("every day of the year has every weekday within these years")

    def labelled_event_start(self, time: datetime) -> datetime:
        """Find the event that a time on the label clock names.

        A time that a clock change leaves out names the hour after; one that it repeats, the first of the two.

        :param time: in ``label_time_zone``.
        :returns: in standard time.
        """
        return time.astimezone(self.standard_time) - self._label_after_start

    @cached_property
    def _label_after_start(self) -> timedelta:
        return EVENT_RESOLUTION if self.label_side == "end" else timedelta(0)

    @cached_property
    def _years(self) -> list[list[list[tuple[int, datetime, datetime]]]]:
        """List where to look for a label's event: years, each with the earliest and the latest start to accept.

        By whether the label is of day 366, and by the weekday of 1 January; the last year of the data comes first.
        """
        data = self.first_event_start, self.last_event_start
        labels = [(start + self._label_after_start).astimezone(self.label_time_zone) for start in data]
        first_year, last_year = (label.year for label in labels)
        later = self.end_of_data, self.end_of_data + _FORTY_YEARS
        years: list[list[list[tuple[int, datetime, datetime]]]] = [[[] for _ in range(7)] for _ in range(2)]
        for year in range(last_year, first_year - 1, -1):
            for day_366 in range(1 + isleap(year)):
                years[day_366][date(year, 1, 1).weekday()].append((year, *data))
        for year in range(last_year, later[1].year):
            years[isleap(year)][date(year, 1, 1).weekday()].append((year, *later))
        return years

    def event_starts(self, first: datetime, n_hours: int) -> list[datetime]:
        """List when consecutive hours start.

        :param first: when the first one does; aware.
        :returns: in standard time.
        :raises UnanswerableInput: ``first`` is not on a whole hour of the site's standard time.
        """
        try:
            start = first.astimezone(self.standard_time)
            if start.minute or start.second:
                whole = start.replace(minute=0, second=0).astimezone(first.tzinfo).isoformat()
                raise UnanswerableInput("start", f"must be on a whole hour of the site's standard time, like {whole}")
            return [start + hour * EVENT_RESOLUTION for hour in range(n_hours)]
        except OverflowError as error:  # before the year 1 or after 9999
            raise self._unknown_year() from error

    def occupants_hour(self, event_start: datetime) -> OccupantsHour:
        """Find what people in the building live by when an event starts.

        An hour that starts at :30 on their clock belongs to the full hour before.

        :raises UnanswerableInput: the holidays of its year are not known.
        """
        local = event_start.astimezone(self.time_zone)
        day = local.date()
        if day.year not in self.known_years:
            raise self._unknown_year()
        weekday = self.rest_weekday if day in self.holidays else day.weekday()
        return OccupantsHour(local.hour, weekday, day.toordinal() - date(day.year, 1, 1).toordinal() + 1)

    def _unknown_year(self) -> UnanswerableInput:
        years = f"{self.known_years[0]} to {self.known_years[-1]}"
        return UnanswerableInput("start", f"must leave all hours within the years {years}, whose calendar is known")
