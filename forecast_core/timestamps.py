"""Timestamps: what those of the training data mean, and the event starts that requests give."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .errors import UnanswerableInput

EVENT_RESOLUTION = timedelta(hours=1)


class CalendarFields(NamedTuple):
    """What a timestamp shows, without the year; the schema ``prediction-request`` describes the fields."""

    hour_of_day: int
    day_of_week: int
    day_of_year: int


@dataclass(frozen=True, kw_only=True)
class TimestampConvention:
    """What the timestamps of the training data mean, and the way from a timestamp to its event start and back.

    :param time_zone: of the site.
    :param standard_time: the site's offset without daylight saving time.
    :param marks: ``start`` or ``end``: which end of its interval a timestamp marks.
    :param clock: ``standard`` for standard time all year, ``local`` for the clock of the time zone.
    :param weekday_shift: how many weekdays the event is ahead of its timestamp; 0 unless the data was given
        another year.
    """

    time_zone: ZoneInfo
    standard_time: timezone
    marks: str = "end"
    clock: str = "standard"
    weekday_shift: int = 0

    @cached_property
    def _clock(self) -> tzinfo:
        return self.time_zone if self.clock == "local" else self.standard_time

    def instant(self, timestamp: datetime) -> datetime:
        """Find the time that a timestamp shows.

        On the local clock, a time that a clock change skips means the hour after.
        A time that occurs twice means the first of the two, unless ``timestamp.fold`` is 1.

        :param timestamp: naive.
        :returns: in standard time.
        """
        aware = datetime.combine(timestamp, timestamp.time(), self._clock)  # in a fifth of the time of ``replace``
        return aware.astimezone(self.standard_time)

    def event_start(self, timestamp: datetime) -> datetime:
        """Find when the hour of a timestamp starts.

        :param timestamp: naive, as ``instant`` reads it.
        :returns: in standard time.
        """
        return self.instant(timestamp) - time_since_start(self.marks)

    def timestamp(self, event_start: datetime) -> datetime:
        """Write the timestamp of an hour: the reverse of ``event_start``.

        :param event_start: aware.
        :returns: naive; ``fold`` is 1 where the local clock shows the time for the second time.
        """
        instant = event_start + time_since_start(self.marks)
        return instant.astimezone(self._clock).replace(tzinfo=None)


def time_since_start(marks: str, resolution: timedelta = EVENT_RESOLUTION) -> timedelta:
    """Return how long after the start of its interval a timestamp is.

    :param marks: which end of the interval timestamps mark, ``start`` or ``end``.
    :param resolution: the length of the interval.
    """
    return resolution if marks == "end" else timedelta(0)


def parse_event_start(text: str) -> datetime:
    """Read the ``start`` of a request, which fits the pattern of the schema ``forecast-request``.

    :returns: aware, in the offset that the text has.
    :raises UnanswerableInput: no calendar has that day.

    >>> parse_event_start("2016-02-29t00:00:00.000z").isoformat()
    '2016-02-29T00:00:00+00:00'
    """
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise UnanswerableInput("start", f"must be a time that exists in the calendar, got {text}") from error
