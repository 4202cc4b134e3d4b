from datetime import datetime

import pytest

from forecast_core.calendar import CalendarHour, DaylightSaving, occupants_hour
from forecast_core.contract import schema

SUMMER = DaylightSaving(67, 304)
SOUTHERN_SUMMER = DaylightSaving(278, 94)


def test_an_hour_has_the_fields_of_its_schema_in_order() -> None:
    """The schema and the code name the same fields in the same order."""
    assert CalendarHour._fields == tuple(schema("prediction-request")["properties"])


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (datetime(2015, 5, 2, 8), CalendarHour(8, 5, 122)),
        (datetime(2016, 1, 1, 0), CalendarHour(0, 4, 1)),
        (datetime(2016, 12, 31, 23), CalendarHour(23, 5, 366)),
    ],
)
def test_a_label_is_read_as_it_stands(label: datetime, expected: CalendarHour) -> None:
    """Hour 0 carries the new day's weekday and day of the year, as the label does."""
    assert CalendarHour.of_label(label) == expected


@pytest.mark.parametrize(
    ("label", "daylight_saving", "expected"),
    [
        (CalendarHour(8, 3, 20), SUMMER, CalendarHour(8, 3, 20)),
        (CalendarHour(8, 3, 66), SUMMER, CalendarHour(8, 3, 66)),
        (CalendarHour(8, 3, 67), SUMMER, CalendarHour(9, 3, 67)),
        (CalendarHour(8, 3, 304), SUMMER, CalendarHour(9, 3, 304)),
        (CalendarHour(8, 3, 305), SUMMER, CalendarHour(8, 3, 305)),
        (CalendarHour(23, 6, 180), SUMMER, CalendarHour(0, 0, 181)),
        (CalendarHour(23, 6, 366), SOUTHERN_SUMMER, CalendarHour(0, 0, 1)),
        (CalendarHour(8, 3, 1), SOUTHERN_SUMMER, CalendarHour(9, 3, 1)),
        (CalendarHour(8, 3, 180), SOUTHERN_SUMMER, CalendarHour(8, 3, 180)),
        (CalendarHour(8, 3, 180), None, CalendarHour(8, 3, 180)),
    ],
)
def test_the_occupants_clock_is_an_hour_ahead_while_clocks_are_advanced(
    label: CalendarHour, daylight_saving: DaylightSaving | None, expected: CalendarHour
) -> None:
    """The hour takes weekday and day of the year with it over midnight and New Year."""
    assert occupants_hour(label, daylight_saving) == expected
