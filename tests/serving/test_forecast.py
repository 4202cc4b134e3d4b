from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from forecast_core.contract import schema
from forecast_core.forecaster import Forecaster
from forecast_core.timestamps import CalendarFields
from tests.builders import EVERY_INPUT, HOUR, LOS_ANGELES

RESPONSE = Draft202012Validator(schema("forecast-response"))
QUANTILES = schema("forecast-request")["properties"]["quantile"]["enum"]


def forecast(client: TestClient, **fields: Any) -> dict[str, Any]:
    response = client.post("/v1/forecast", json=fields)
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    RESPONSE.validate(document)
    return document


def test_a_forecast_without_start_begins_where_the_data_ends(client: TestClient) -> None:
    """The response has the four fields that FlexMeasures takes as sensor data, and no other."""
    document = forecast(client, N=8)
    values = document.pop("values")
    assert document == {"start": "2018-01-01T00:00:00-08:00", "duration": "PT8H", "unit": "kW"}
    assert len(values) == 8
    assert values == [round(value, 3) for value in values]


@pytest.mark.parametrize("quantiles", [QUANTILES, [0.95, 0.05], [0.5]])
def test_quantiles_in_one_request_equal_those_in_several(client: TestClient, quantiles: list[float]) -> None:
    """The values are the mean, and each quantile is what a request for it alone gets; they are in the order asked for.

    1,500 hours are computed in several parts.
    """
    request = {"N": 1500, "start": "2016-10-30T00:00:00+02:00"}
    document = forecast(client, **request, quantiles=quantiles)
    found = document.pop("quantiles")
    assert document == forecast(client, **request)
    assert list(found) == [str(quantile) for quantile in quantiles]
    for quantile in quantiles:
        assert found[str(quantile)] == forecast(client, **request, quantile=quantile)["values"]


@pytest.mark.parametrize("more", [{}, {"quantile": 0.05}])
def test_a_response_without_a_list_has_exactly_four_fields(client: TestClient, more: dict[str, float]) -> None:
    """FlexMeasures takes these as sensor data."""
    assert list(forecast(client, N=2, **more)) == ["values", "start", "duration", "unit"]


@pytest.mark.parametrize("commas", [",", "%2C", "%2c"])
def test_commas_separate_quantiles_in_a_query_string(client: TestClient, commas: str) -> None:
    """A client may escape them; each spelling of a number is read."""
    expected = forecast(client, N=2, quantiles=[0.05, 0.9])
    response = client.get(f"/v1/forecast?N=2&quantiles=0.05{commas}9e-1")
    assert (response.status_code, response.json()) == (200, expected)


def prediction(client: TestClient, fields: CalendarFields) -> float:
    value: float = client.get("/v1/prediction", params=fields._asdict()).json()["prediction"]
    return value


def fields_of_the_published_file(event_start: datetime) -> CalendarFields:
    """Return the calendar fields of an event as the published file shows them: its weekdays are three behind."""
    end = event_start.astimezone(timezone(timedelta(hours=-8))) + HOUR
    return CalendarFields(end.hour, (end.weekday() - 3) % 7, end.timetuple().tm_yday)


def test_each_of_the_61_488_inputs_is_predicted_as_its_event_is_forecast() -> None:
    """Each input leads to an event whose timestamp shows it, and to the forecast of that event."""
    from serve import app

    forecaster: Forecaster = app.forecaster
    by_event = {}
    for year in range(2017, 2045):
        start = datetime.fromisoformat(f"{year}-01-01T00:00:00-08:00")
        n_hours = int((start.replace(year=year + 1) - start) / HOUR)
        for hour, value in enumerate(forecaster.forecast(start, n_hours).means):
            by_event[start + hour * HOUR] = value
    assert len(set(EVERY_INPUT)) == 61_488
    for fields in EVERY_INPUT:
        event_start = forecaster.calendar.find_event_start(fields)
        assert event_start is not None
        assert fields_of_the_published_file(event_start) == fields
        assert forecaster.predict(fields) == by_event[event_start], fields


@pytest.mark.parametrize(
    ("fields", "day", "same"),
    [
        (CalendarFields(12, 0, 185), "2019-07-04", True),  # the event that these fields lead to
        (CalendarFields(12, 0, 185), "2024-07-03", False),  # day 185 of a leap year, and no holiday
        (CalendarFields(12, 3, 67), "2026-03-08", True),  # the event; a Sunday, on which the clock is advanced
        (CalendarFields(12, 3, 67), "2032-03-07", False),  # the same day of a leap year, a week before that
        (CalendarFields(12, 6, 170), "2019-06-19", True),
        (CalendarFields(12, 6, 170), "2030-06-19", False),  # a holiday since 2021
    ],
)
def test_another_years_forecast_equals_a_prediction_if_clock_and_holidays_agree(
    client: TestClient, fields: CalendarFields, day: str, same: bool
) -> None:
    """A prediction is of one event, and a forecast of any real date."""
    (value,) = forecast(client, N=1, start=f"{day}T11:00:00-08:00")["values"]
    assert (value == prediction(client, fields)) is same


POWER_AROUND_NOON = {"rest": (850, 980), "Saturday": (1020, 1130), "work": (1200, 1350)}
"""Mean kW from 10:00 to 16:00 on the local clock, as the training data has it for each kind of day."""

REAL_DAYS = {
    "2008-01-01": "rest",  # New Year, a Tuesday
    "2009-07-04": "rest",  # Independence Day, a Saturday
    "2011-05-30": "rest",  # Memorial Day
    "2012-11-22": "rest",  # Thanksgiving
    "2013-03-09": "Saturday",
    "2013-03-10": "rest",  # the clock is advanced
    "2013-03-11": "work",
    "2015-11-01": "rest",  # the clock is put back
    "2015-11-02": "work",
    "2018-06-19": "work",  # not yet a holiday
    "2024-02-29": "work",
    "2024-06-19": "rest",  # Juneteenth, a Wednesday
    "2024-12-25": "rest",  # Christmas, a Wednesday
    "2024-12-31": "work",
    "2026-07-03": "work",  # 4 July is observed on it, but not in this building
    "2026-11-22": "rest",  # a Sunday
    "2026-11-25": "work",
    "2026-11-26": "rest",  # Thanksgiving, a Thursday
    "2032-10-11": "rest",  # Columbus Day
    "2047-11-11": "rest",  # Veterans Day, a Monday
}


@pytest.mark.parametrize("day", REAL_DAYS)
def test_a_real_day_has_the_load_of_its_kind(client: TestClient, day: str) -> None:
    """A rest day is quieter at noon, and every day begins at six on the local clock."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(LOS_ANGELES))
    next_midnight = midnight + timedelta(days=1)
    n_hours = int((next_midnight.astimezone(UTC) - midnight.astimezone(UTC)) / HOUR)
    values = forecast(client, N=n_hours, start=midnight.isoformat())["values"]
    by_hour: dict[int, float] = {}
    for hour, value in enumerate(values):
        by_hour[(midnight.astimezone(UTC) + hour * HOUR).astimezone(midnight.tzinfo).hour] = value
    lowest, highest = POWER_AROUND_NOON[REAL_DAYS[day]]
    assert lowest < fmean(by_hour[hour] for hour in range(10, 16)) < highest
    # In standard time, the day would begin at five in summer.
    assert by_hour[6] - by_hour[5] > 50 > 10 > abs(by_hour[5] - by_hour[4])


@pytest.mark.parametrize("quantile", [None, *QUANTILES])
def test_two_forecasts_in_a_row_equal_one(client: TestClient, quantile: float | None) -> None:
    """The second begins where the first ends."""
    more = {} if quantile is None else {"quantile": quantile}
    whole = forecast(client, N=48, start="2016-10-30T00:00:00+02:00", **more)["values"]
    first = forecast(client, N=25, start="2016-10-30T00:00:00+02:00", **more)["values"]
    second = forecast(client, N=23, start="2016-10-31T00:00:00+01:00", **more)["values"]
    assert first + second == whole


def test_the_same_instant_in_another_offset_has_the_same_values(client: TestClient) -> None:
    """The start of the response keeps the offset of the request."""
    starts = ["2016-07-01T00:00:00-07:00", "2016-07-01T07:00:00Z", "2016-07-01T12:30:00+05:30"]
    documents = [forecast(client, N=5, start=start) for start in starts]
    assert [document["values"] for document in documents] == [documents[0]["values"]] * 3
    assert [document["start"] for document in documents] == [
        "2016-07-01T00:00:00-07:00", "2016-07-01T07:00:00+00:00", "2016-07-01T12:30:00+05:30",
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "n_hours"), [("2016-03-27", 23), ("2016-10-30", 25)])
def test_a_day_of_a_clock_change_has_23_or_25_hours(client: TestClient, day: str, n_hours: int) -> None:
    """The next day continues without a gap, in its own offset."""
    amsterdam = ZoneInfo("Europe/Amsterdam")
    midnight = datetime.fromisoformat(day)
    start, end = (time.replace(tzinfo=amsterdam).isoformat() for time in (midnight, midnight + timedelta(days=1)))
    assert start[-6:] != end[-6:]
    two_days = forecast(client, N=n_hours + 24, start=start)["values"]
    assert forecast(client, N=n_hours, start=start)["duration"] == f"PT{n_hours}H"
    assert forecast(client, N=24, start=end)["values"] == two_days[n_hours:]


def test_quantiles_never_cross(client: TestClient) -> None:
    """At every hour of a leap year, a higher quantile is at least as large."""
    by_quantile = [forecast(client, N=8784, quantile=quantile)["values"] for quantile in QUANTILES]
    for lower, higher in pairwise(by_quantile):
        assert all(low <= high for low, high in zip(lower, higher, strict=True))


@pytest.mark.parametrize("plus", ["+", "%2B"])
def test_a_plus_in_a_query_string_is_a_plus(client: TestClient, plus: str) -> None:
    """Clients often send an offset without escaping it."""
    by_body = forecast(client, N=2, start="2016-05-02T00:00:00+02:00", quantile=0.9)
    start = f"2016-05-02T00:00:00{plus}02:00"
    assert client.get(f"/v1/forecast?N=2&quantile=0.9&start={start}").json() == by_body


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("N=8785", "N", "must be at most 8784, got 8785"),
        ("N=2.5", "N", 'must be an integer, got "2.5"'),
        ("N=1&quantile=1e400", "quantile", 'must be a number, got "1e400"'),
        ("N=1&quantile=nan", "quantile", 'must be a number, got "nan"'),
        ("N=1&quantiles=0.9&quantile=0.9", "quantiles", "must not be combined with quantile; send one of them"),
        ("N=1&quantiles=0.9,0.90", "quantiles", "must not repeat a value"),
        (
            "N=1&start=0000-01-01T00:00:00Z",
            "start",
            "must be a time that exists in the calendar, got 0000-01-01T00:00:00Z",
        ),
    ],
)
def test_an_error_in_a_query_string_has_its_parameter(
    client: TestClient, query: str, parameter: str, detail: str
) -> None:
    """An error of the calendar has it as well as one of the schema."""
    response = client.get(f"/v1/forecast?{query}")
    error = {"parameter": parameter, "detail": f"{parameter} {detail}"}
    assert (response.status_code, response.json()["errors"]) == (422, [error])


@pytest.mark.parametrize("given", ["", "0.05,", "0.05;0.95", "[0.05,0.95]", "0.05, 0.95", "0.05+0.95"])
def test_a_list_that_is_not_separated_by_commas_is_an_error(client: TestClient, given: str) -> None:
    """Each item has to be a number, and nothing else is guessed."""
    response = client.get(f"/v1/forecast?N=1&quantiles={given}")
    assert response.status_code == 422
    assert {error["parameter"] for error in response.json()["errors"]} == {"quantiles"}
    assert response.json()["errors"][0]["detail"].startswith("an item of quantiles must be a number, got ")


def test_a_list_given_twice_is_an_error(client: TestClient) -> None:
    """Some clients repeat the name for each item; the OpenAPI document says that commas separate them."""
    response = client.get("/v1/forecast?N=1&quantiles=0.05&quantiles=0.95")
    assert (response.status_code, response.json()["detail"]) == (
        400, "the query string gives the same parameter twice; give each once",
    )  # fmt: skip


def test_quantiles_are_read_as_numbers(client: TestClient) -> None:
    """Each spelling of 0.9 is the same number."""
    expected = forecast(client, N=2, quantile=0.9)
    for spelling in ("0.90", "9e-1", "0.9E0"):
        assert client.get(f"/v1/forecast?N=2&quantile={spelling}").json() == expected
