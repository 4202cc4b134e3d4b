import csv
import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import pytest
from starlette.testclient import TestClient

from serve import app
from tests.builders import BODY, FIELDS, JSON, QUERY_STRING, problem

NO_SUCH_RESOURCE = "there is no such resource; /openapi.json lists those that exist"


def test_a_body_and_a_query_string_get_the_same_prediction(client: TestClient) -> None:
    """The response is one number in the model's unit, with three decimals."""
    by_body = client.request("GET", "/v1/prediction", content=BODY, headers=JSON)
    by_query_string = client.get(f"/v1/prediction?{QUERY_STRING}")
    assert by_body.status_code == by_query_string.status_code == 200
    assert by_body.headers["content-type"] == "application/json"
    assert by_body.content == by_query_string.content
    assert list(by_body.json()) == ["prediction"]
    assert by_body.json()["prediction"] == round(by_body.json()["prediction"], 3)


def test_the_prediction_of_a_row_is_near_its_value(client: TestClient, published_csv: Path) -> None:
    """The calendar fields of a row's timestamp lead to about the value of that row.

    The model has seen these rows: half of the errors are below 8 kW (less than 1 %), nine tenths below 25.
    They would be over 60 kW if timestamp and event, or standard and daylight saving time, were mixed up.
    """
    with published_csv.open() as file:
        rows = [(datetime.fromisoformat(row["ds"]), float(row["y"])) for row in csv.DictReader(file)]
    errors = []
    for time, power in rows[::29]:
        query = f"hour_of_day={time.hour}&day_of_week={time.weekday()}&day_of_year={time.timetuple().tm_yday}"
        errors.append(abs(client.get(f"/v1/prediction?{query}").json()["prediction"] - power))
    assert sorted(errors)[len(errors) // 2] < 8
    assert sorted(errors)[len(errors) * 9 // 10] < 25


@pytest.mark.parametrize("date", ["2015-01-01", "2015-05-29", "2015-07-04", "2015-11-23", "2015-12-25"])
def test_a_holiday_has_the_load_of_a_rest_day(client: TestClient, date: str) -> None:
    """A holiday with a fixed date, such as 4 July, is one on every weekday."""
    day = datetime.fromisoformat(date)
    for day_of_week in range(7):
        fields = {"hour_of_day": 12, "day_of_week": day_of_week, "day_of_year": day.timetuple().tm_yday}
        value = client.get("/v1/prediction", params=fields).json()["prediction"]
        if date in ("2015-01-01", "2015-07-04", "2015-12-25") or day_of_week == day.weekday():
            assert 850 < value < 980, fields


def test_health_is_ok(client: TestClient) -> None:
    """Load balancers ask for it."""
    response = client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status", "detail", "allow"),
    [
        ("GET", "/v2/prediction", 404, NO_SUCH_RESOURCE, None),
        ("GET", "/v1/prediction/", 404, NO_SUCH_RESOURCE, None),
        (
            "DELETE", "/v1/prediction", 405, "this resource accepts GET, HEAD, OPTIONS, POST, QUERY",
            "GET, HEAD, OPTIONS, POST, QUERY",
        ),
        ("POST", "/health", 405, "this resource accepts GET, HEAD, OPTIONS", "GET, HEAD, OPTIONS"),
    ],
)  # fmt: skip
def test_an_unknown_address_or_method_is_a_problem_document(
    client: TestClient, method: str, path: str, status: int, detail: str, allow: str | None
) -> None:
    """A 405 lists the methods in ``Allow``."""
    response = client.request(method, path)
    assert (response.status_code, response.json()) == (status, problem(status, detail))
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers.get("allow") == allow


def return_nan(fields: object) -> float:
    return math.nan


def fail(fields: object) -> NoReturn:
    raise ZeroDivisionError("secret")


@pytest.mark.parametrize("predict", [fail, return_nan])
def test_an_internal_error_reveals_nothing(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, predict: Callable[..., float]
) -> None:
    """The client learns that the error is the server's; a prediction that is not a number is one, too."""
    monkeypatch.setattr(app.forecaster, "predict", predict)
    response = client.post("/v1/prediction", json=FIELDS)
    assert (response.status_code, response.headers["cache-control"]) == (500, "no-store")
    assert response.json() == problem(500, "an internal error occurred; the server's log has the details")
