"""The calendar of an hour, and the step from its label to the clock that people in the building follow."""

from datetime import datetime, timedelta
from typing import NamedTuple

EVENT_RESOLUTION = timedelta(hours=1)


class CalendarHour(NamedTuple):
    """An hour as its label says it.

    Labels are hour-ending and in the site's standard time:
    the hour from 23:00 to 24:00 carries hour 0 of the next day.
    Fields and their ranges are those of the schema ``prediction-request``.
    """

    hour_of_day: int
    day_of_week: int
    day_of_year: int

    @classmethod
    def of_label(cls, label: datetime) -> "CalendarHour":
        """Read the calendar off a label.

        :param label: in the site's standard time.

        >>> CalendarHour.of_label(datetime(2015, 5, 2, 8))
        CalendarHour(hour_of_day=8, day_of_week=5, day_of_year=122)
        """
        return cls(label.hour, label.weekday(), label.timetuple().tm_yday)


class DaylightSaving(NamedTuple):
    """The days of the year on which the occupants' clock is one hour ahead of standard time, ends included.

    South of the equator the range runs over New Year: its first day comes after its last.
    """

    first_day_of_year: int
    last_day_of_year: int

    def holds_on(self, day_of_year: int) -> bool:
        """Tell whether clocks are advanced on a day.

        >>> DaylightSaving(67, 304).holds_on(122), DaylightSaving(278, 94).holds_on(122)
        (True, False)
        """
        first, last = self
        if first <= last:
            return first <= day_of_year <= last
        return day_of_year >= first or day_of_year <= last


def occupants_hour(label: CalendarHour, daylight_saving: DaylightSaving | None) -> CalendarHour:
    """Take a label to the occupants' clock, which is one hour ahead of it in daylight saving time.

    :param label: the hour as its label says it.
    :param daylight_saving: when clocks are advanced; None where they never are.
    :returns: weekday and day of the year follow the hour over midnight.

    >>> summer = DaylightSaving(67, 304)
    >>> occupants_hour(CalendarHour(8, 5, 122), summer)
    CalendarHour(hour_of_day=9, day_of_week=5, day_of_year=122)
    >>> occupants_hour(CalendarHour(23, 6, 122), summer)
    CalendarHour(hour_of_day=0, day_of_week=0, day_of_year=123)
    """
    if daylight_saving is None or not daylight_saving.holds_on(label.day_of_year):
        return label
    if label.hour_of_day < 23:
        return CalendarHour(label.hour_of_day + 1, label.day_of_week, label.day_of_year)
    return CalendarHour(0, (label.day_of_week + 1) % 7, label.day_of_year % 366 + 1)
