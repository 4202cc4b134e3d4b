"""The hours of a forecast, from the time asked for to the labels that the model knows."""

from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from .calendar import EVENT_RESOLUTION, CalendarHour
from .errors import UnanswerableInput


class Horizon(NamedTuple):
    """Consecutive hours.

    :param event_start: when the first hour starts; aware, in the offset that the answer shall have.
    :param n_hours: how many hours, at least one.
    """

    event_start: datetime
    n_hours: int

    @property
    def duration(self) -> str:
        """From the start of the first hour to the end of the last, as ISO 8601 duration."""
        return f"PT{self.n_hours}H"

    def labels(self, standard_time: tzinfo | None) -> list[CalendarHour]:
        """Find the labels of the hours: each hour's end, in the site's standard time.

        :raises UnanswerableInput: the first hour does not start on a whole hour of the site's time,
            or one of them lies outside the years 1 to 9999.

        >>> last_hour_of_the_year = datetime.fromisoformat("2015-12-31T23:00:00+00:00")
        >>> Horizon(last_hour_of_the_year, 1).labels(last_hour_of_the_year.tzinfo)
        [CalendarHour(hour_of_day=0, day_of_week=4, day_of_year=1)]
        """
        try:
            first_start = self.event_start.astimezone(standard_time)
            if first_start.minute or first_start.second:
                whole = first_start.replace(minute=0, second=0).astimezone(self.event_start.tzinfo).isoformat()
                raise UnanswerableInput("start", f"must be on a whole hour of the site's standard time, like {whole}")
            first_label = (first_start + EVENT_RESOLUTION).replace(tzinfo=None)
            last_label = first_label + (self.n_hours - 1) * EVENT_RESOLUTION
        except OverflowError as error:
            raise UnanswerableInput("start", "must leave all hours within the years 1 to 9999") from error
        # Weekday and day of the year are looked up once a day: a year of hours takes milliseconds.
        n_days = (last_label.date() - first_label.date()).days + 1
        days = [CalendarHour.of_label(first_label + timedelta(days=day)) for day in range(n_days)]
        labels = [CalendarHour(hour, weekday, day_of_year) for _, weekday, day_of_year in days for hour in range(24)]
        return labels[first_label.hour : first_label.hour + self.n_hours]


def parse_event_start(text: str) -> datetime:
    """Read the time that a request gives as its start.

    :param text: fits the pattern of the schema ``forecast-request``.
    :raises UnanswerableInput: no calendar has that day.

    >>> parse_event_start("2016-02-29t00:00:00.000z").isoformat()
    '2016-02-29T00:00:00+00:00'
    """
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise UnanswerableInput("start", f"must be a time that the calendar has, got {text}") from error
