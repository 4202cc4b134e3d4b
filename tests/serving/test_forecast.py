from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise, product
from statistics import fmean
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from forecast_core.calendar import Label
from forecast_core.contract import schema
from forecast_core.forecast import Forecaster

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
    assert answer == {"start": "2018-01-01T00:00:00-08:00", "duration": "PT8H", "unit": "kW"}
    assert len(values) == 8
    assert values == [round(value, 3) for value in values]


def prediction(client: TestClient, label: Label) -> float:
    value: float = client.get("/v1/prediction", params=label._asdict()).json()["prediction"]
    return value


def label_of_the_published_file(event_start: datetime) -> Label:
    """Read an event's end off the file's own clock, whose weekdays are three behind."""
    end = event_start.astimezone(timezone(timedelta(hours=-8))) + timedelta(hours=1)
    return Label(end.hour, (end.weekday() - 3) % 7, end.timetuple().tm_yday)


def test_the_prediction_of_a_label_is_the_forecast_of_its_event(client: TestClient) -> None:
    """For every row of the training data, whose year is dated 2017."""
    start = datetime.fromisoformat("2017-01-01T00:00:00-08:00")
    values = forecast(client, N=8760, start=start.isoformat())["values"]
    for hour in range(8760):
        label = label_of_the_published_file(start + timedelta(hours=hour))
        assert prediction(client, label) == values[hour], label


def test_a_label_that_no_row_has_is_forecast_for_its_event_too() -> None:
    """All 61,488, asked of the model that is served: each is the forecast of the event that it means."""
    from serve import app

    forecaster: Forecaster = app.state.forecaster

    labels = [Label(*label) for label in product(range(24), range(7), range(1, 367))]
    by_event = {}
    for year in range(2017, 2045):
        start = datetime.fromisoformat(f"{year}-01-01T00:00:00-08:00")
        n_hours = int((start.replace(year=year + 1) - start) / timedelta(hours=1))
        for hour, value in enumerate(forecaster.forecast(start, n_hours)):
            by_event[start + timedelta(hours=hour)] = value
    assert len(labels) == 61_488
    for label in labels:
        event_start = forecaster.calendar.event_start(label)
        assert label_of_the_published_file(event_start) == label
        assert forecaster.predict(label) == by_event[event_start], label


@pytest.mark.parametrize(
    ("label", "day", "same"),
    [
        (Label(12, 0, 185), "2019-07-04", True),  # the event that the label means
        (Label(12, 0, 185), "2024-07-03", False),  # day 185 of a leap year, and no holiday
        (Label(12, 3, 67), "2026-03-08", True),  # the event; a Sunday, on which the clock is advanced
        (Label(12, 3, 67), "2015-03-08", True),
        (Label(12, 3, 67), "2032-03-07", False),  # the same day of a leap year, a week before that
        (Label(12, 6, 170), "2019-06-19", True),
        (Label(12, 6, 170), "2013-06-19", True),
        (Label(12, 6, 170), "2030-06-19", False),  # a holiday since 2021
    ],
)
def test_another_years_forecast_equals_a_prediction_only_where_clock_and_holidays_agree(
    client: TestClient, label: Label, day: str, same: bool
) -> None:
    """A prediction is of the label's own event; whoever has a real date asks for a forecast."""
    (value,) = forecast(client, N=1, start=f"{day}T11:00:00-08:00")["values"]
    assert (value == prediction(client, label)) is same


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
def test_a_real_day_has_the_shape_of_its_kind(client: TestClient, day: str) -> None:
    """On the local clock of its year: noon tells work from rest, and the day begins at six."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("America/Los_Angeles"))
    next_midnight = midnight + timedelta(days=1)
    n_hours = int((next_midnight.astimezone(UTC) - midnight.astimezone(UTC)) / timedelta(hours=1))
    values = forecast(client, N=n_hours, start=midnight.isoformat())["values"]
    by_hour: dict[int, float] = {}
    for hour, value in enumerate(values):
        by_hour[(midnight.astimezone(UTC) + timedelta(hours=hour)).astimezone(midnight.tzinfo).hour] = value
    lowest, highest = POWER_AROUND_NOON[REAL_DAYS[day]]
    assert lowest < fmean(by_hour[hour] for hour in range(10, 16)) < highest
    # At six the day begins, whatever day it is; in standard time that would be at five in summer.
    assert by_hour[6] - by_hour[5] > 50 > 10 > abs(by_hour[5] - by_hour[4])


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
