import csv
import json
import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import pytest
from starlette.testclient import TestClient

from serve import app

INPUT = {"hour_of_day": 8, "day_of_week": 3, "day_of_year": 122}
QUERY_STRING = "hour_of_day=8&day_of_week=3&day_of_year=122"
JSON = {"Content-Type": "application/json"}
NO_SUCH_RESOURCE = "there is no such resource; /openapi.json lists what there is"


def test_body_and_query_string_answer_the_same(client: TestClient) -> None:
    """One number in the model's unit, whichever way the input comes."""
    by_body = client.request("GET", "/v1/prediction", content=json.dumps(INPUT), headers=JSON)
    by_query_string = client.get(f"/v1/prediction?{QUERY_STRING}")
    assert by_body.status_code == by_query_string.status_code == 200
    assert by_body.headers["content-type"] == "application/json"
    assert by_body.content == by_query_string.content
    assert list(by_body.json()) == ["prediction"]
    assert by_body.json()["prediction"] == round(by_body.json()["prediction"], 3)


def test_a_row_of_the_data_is_asked_for_by_its_label(client: TestClient, published_csv: Path) -> None:
    """Whoever sends a row's hour, weekday and day of the year gets about that row's value.

    The model has seen these rows: half of the errors are below 8 kW (less than 1 %), nine tenths below 25,
    and would be over 60 kW if label and event, or standard and daylight saving time, were mixed up.
    """
    with published_csv.open() as file:
        rows = [(datetime.fromisoformat(row["ds"]), float(row["y"])) for row in csv.DictReader(file)]
    errors = []
    for label, power in rows[::29]:
        query = f"hour_of_day={label.hour}&day_of_week={label.weekday()}&day_of_year={label.timetuple().tm_yday}"
        errors.append(abs(client.get(f"/v1/prediction?{query}").json()["prediction"] - power))
    assert sorted(errors)[len(errors) // 2] < 8
    assert sorted(errors)[len(errors) * 9 // 10] < 25


@pytest.mark.parametrize("date", ["2015-01-01", "2015-05-29", "2015-07-04", "2015-11-23", "2015-12-25"])
def test_the_label_of_a_holidays_row_gets_a_holidays_value(client: TestClient, date: str) -> None:
    """Whatever weekday the file gives it, and whatever weekday the label has: 4 July is 4 July."""
    day = datetime.fromisoformat(date)
    for day_of_week in range(7):
        fields = {"hour_of_day": 12, "day_of_week": day_of_week, "day_of_year": day.timetuple().tm_yday}
        value = client.get("/v1/prediction", params=fields).json()["prediction"]
        if date in ("2015-01-01", "2015-07-04", "2015-12-25") or day_of_week == day.weekday():
            assert 850 < value < 980, fields


def test_health_answers_once_the_model_does(client: TestClient) -> None:
    """What a load balancer asks."""
    response = client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status", "title", "detail", "allow"),
    [
        ("GET", "/v2/prediction", 404, "Not Found", NO_SUCH_RESOURCE, None),
        ("GET", "/v1/prediction/", 404, "Not Found", NO_SUCH_RESOURCE, None),
        (
            "DELETE", "/v1/prediction", 405, "Method Not Allowed",
            "this resource answers GET, HEAD, OPTIONS, POST, QUERY", "GET, HEAD, OPTIONS, POST, QUERY",
        ),
        (
            "POST", "/health", 405, "Method Not Allowed",
            "this resource answers GET, HEAD, OPTIONS", "GET, HEAD, OPTIONS",
        ),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem(
    client: TestClient, method: str, path: str, status: int, title: str, detail: str, allow: str | None
) -> None:
    """Unknown addresses and methods get a problem document too, and 405 its Allow."""
    response = client.request(method, path)
    assert response.json() == {"title": title, "status": status, "detail": detail}
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers.get("allow") == allow


def answer_nan(label: object) -> float:
    return math.nan


def fail(label: object) -> NoReturn:
    raise ZeroDivisionError("secret")


@pytest.mark.parametrize("defect", [fail, answer_nan])
def test_a_defect_is_opaque(client: TestClient, monkeypatch: pytest.MonkeyPatch, defect: Callable[..., float]) -> None:
    """The client learns that it is not at fault, and nothing of the inside; NaN is no answer."""
    monkeypatch.setattr(app.state.forecaster, "predict", defect)
    response = client.post("/v1/prediction", json={"hour_of_day": 1, "day_of_week": 1, "day_of_year": 1})
    assert (response.status_code, response.headers["cache-control"]) == (500, "no-store")
    assert response.json() == {
        "title": "Internal Server Error",
        "status": 500,
        "detail": "the server has a defect; it is logged there",
    }
