from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from forecast_core.contract import schema

RESPONSE = Draft202012Validator(schema("forecast-response"))
QUANTILES = schema("forecast-request")["properties"]["quantile"]["enum"]


def forecast(client: TestClient, **fields: Any) -> dict[str, Any]:
    response = client.post("/v1/forecast", json=fields)
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    RESPONSE.validate(document)
    return document


def test_the_next_hours_begin_where_the_data_ends(client: TestClient) -> None:
    """The answer has the four fields that FlexMeasures takes as sensor data, and no other."""
    answer = forecast(client, N=8)
    values = answer.pop("values")
    assert answer == {"start": "2016-01-01T00:00:00-08:00", "duration": "PT8H", "unit": "kW"}
    assert len(values) == 8
    assert values == [round(value, 3) for value in values]


@pytest.mark.parametrize(
    "start",
    [
        "2015-12-31T20:00:00-08:00",
        "2016-02-28T22:00:00-08:00",
        "2016-03-13T00:00:00-08:00",
        "2016-06-30T20:00:00-08:00",
    ],
)
def test_a_forecast_is_the_predictions_of_its_labels(client: TestClient, start: str) -> None:
    """Over midnight, year's end, 29 February and a clock change: the label of an hour is its end in standard time."""
    values = forecast(client, N=30, start=start)["values"]
    for hour, value in enumerate(values):
        label = datetime.fromisoformat(start) + timedelta(hours=hour + 1)
        fields = {
            "hour_of_day": label.hour,
            "day_of_week": label.weekday(),
            "day_of_year": label.timetuple().tm_yday,
        }
        assert client.post("/v1/prediction", json=fields).json() == {"prediction": value}


@pytest.mark.parametrize("quantile", [None, *QUANTILES])
def test_a_horizon_cut_in_two_equals_the_whole(client: TestClient, quantile: float | None) -> None:
    """Where one forecast ends, the next goes on."""
    more = {} if quantile is None else {"quantile": quantile}
    whole = forecast(client, N=48, start="2016-10-30T00:00:00+02:00", **more)["values"]
    first = forecast(client, N=25, start="2016-10-30T00:00:00+02:00", **more)["values"]
    second = forecast(client, N=23, start="2016-10-31T00:00:00+01:00", **more)["values"]
    assert first + second == whole


def test_offsets_that_name_the_same_instant_give_the_same_values(client: TestClient) -> None:
    """The answer's start keeps the offset that was asked with."""
    starts = ["2016-07-01T00:00:00-07:00", "2016-07-01T07:00:00Z", "2016-07-01T12:30:00+05:30"]
    answers = [forecast(client, N=5, start=start) for start in starts]
    assert [answer["values"] for answer in answers] == [answers[0]["values"]] * 3
    assert [answer["start"] for answer in answers] == [
        "2016-07-01T00:00:00-07:00", "2016-07-01T07:00:00+00:00", "2016-07-01T12:30:00+05:30",
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "n_hours"), [("2016-03-27", 23), ("2016-10-30", 25)])
def test_a_day_of_a_clock_change_is_asked_in_its_own_offsets(client: TestClient, day: str, n_hours: int) -> None:
    """A day in Amsterdam has 23 or 25 hours, and the next day goes on without a gap."""
    amsterdam = ZoneInfo("Europe/Amsterdam")
    midnight = datetime.fromisoformat(day)
    start, end = (time.replace(tzinfo=amsterdam).isoformat() for time in (midnight, midnight + timedelta(days=1)))
    assert start[-6:] != end[-6:]
    two_days = forecast(client, N=n_hours + 24, start=start)["values"]
    assert forecast(client, N=n_hours, start=start)["duration"] == f"PT{n_hours}H"
    assert forecast(client, N=24, start=end)["values"] == two_days[n_hours:]


def test_quantiles_never_cross(client: TestClient) -> None:
    """At every hour of a leap year, a higher quantile is at least as high."""
    by_quantile = [forecast(client, N=8784, quantile=quantile)["values"] for quantile in QUANTILES]
    for lower, higher in pairwise(by_quantile):
        assert all(low <= high for low, high in zip(lower, higher, strict=True))


def test_the_median_is_not_the_mean(client: TestClient) -> None:
    """Quantile 0.5 adds the median of the errors, which are skewed; without quantile, nothing is added."""
    assert forecast(client, N=24, quantile=0.5)["values"] != forecast(client, N=24)["values"]


@pytest.mark.parametrize("plus", ["+", "%2B"])
def test_a_plus_in_a_query_string_is_a_plus(client: TestClient, plus: str) -> None:
    """Offsets east of Greenwich often come unescaped."""
    by_body = forecast(client, N=2, start="2016-05-02T00:00:00+02:00", quantile=0.9)
    start = f"2016-05-02T00:00:00{plus}02:00"
    assert client.get(f"/v1/forecast?N=2&quantile=0.9&start={start}").json() == by_body


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("N=8785", [{"parameter": "N", "detail": "N must be at most 8784, got 8785"}]),
        ("N=2.5", [{"parameter": "N", "detail": 'N must be an integer, got "2.5"'}]),
        ("N=1&quantile=1e400", [{"parameter": "quantile", "detail": 'quantile must be a number, got "1e400"'}]),
        ("N=1&quantile=nan", [{"parameter": "quantile", "detail": 'quantile must be a number, got "nan"'}]),
        (
            "N=1&start=" + quote("2015-02-29T00:00:00Z"),
            [{"parameter": "start", "detail": "start must be a time that the calendar has, got 2015-02-29T00:00:00Z"}],
        ),
        (
            "N=1&start=2016-05-02T00:30:00-08:00",
            [
                {
                    "parameter": "start",
                    "detail": "start must be on a whole hour of the site's standard time, "
                    "like 2016-05-02T00:00:00-08:00",
                }
            ],
        ),
    ],
)
def test_a_fault_in_a_query_string_names_its_parameter(
    client: TestClient, query: str, errors: list[dict[str, str]]
) -> None:
    """Also where the schema was content, and the calendar is not."""
    response = client.get(f"/v1/forecast?{query}")
    assert (response.status_code, response.json()["errors"]) == (422, errors)


def test_quantiles_are_read_as_numbers(client: TestClient) -> None:
    """However a client writes 0.9."""
    expected = forecast(client, N=2, quantile=0.9)
    for spelling in ("0.90", "9e-1", "0.9E0"):
        assert client.get(f"/v1/forecast?N=2&quantile={spelling}").json() == expected
