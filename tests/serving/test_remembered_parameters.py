"""A parameter that was accepted is not judged again, and makes nothing else valid."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from forecast_core.contract import schema
from serving.errors import SchemaViolation
from serving.validation import InputSchema

DAY = "day_of_week=1&day_of_year=1"
FIRST_HOUR = {"hour_of_day": 1, "day_of_week": 1, "day_of_year": 1}


@pytest.mark.parametrize("name", ["prediction-request", "forecast-request"])
def test_no_keyword_of_a_request_relates_two_fields(name: str) -> None:
    """So each field judged by itself, and their names, are the whole judgement."""
    assert {*schema(name)} <= {
        *("$schema", "$id", "title", "description", "examples"),
        *("type", "properties", "required", "additionalProperties"),
    }
    assert (schema(name)["type"], schema(name)["additionalProperties"]) == ("object", False)
    # Nor is a field an array or an object, which are judged without what they hold.
    assert {field["type"] for field in schema(name)["properties"].values()} <= {"integer", "number", "string"}


@pytest.mark.parametrize(
    ("query_string", "status"),
    [
        (f"{DAY}&hour_of_day=1", 200),
        (f"hour_of_day=1&&{DAY}&", 200),
        (f"hour_of_day=%31&{DAY}", 200),
        (f"hour_of_day=1.0&{DAY}", 200),
        (f"hour_of_day=1&hour_of_day=1&{DAY}", 400),
        (f"hour_of_day=1&hour_of_day=2&{DAY}", 400),
        (f"hour_of_day=1&hour_of_day=%31&{DAY}", 400),
        (f"hour_of_day=24&{DAY}", 422),
        (f"hour_of_day=01&{DAY}", 422),
        (f"hour_of_day&{DAY}", 422),
        (f"hour_of_day=1&{DAY}&minute=1", 422),
        ("hour_of_day=1&day_of_week=1", 422),
        (DAY, 422),
        ("", 422),
    ],
)
def test_parameters_are_put_together_as_the_schema_would(client: TestClient, query_string: str, status: int) -> None:
    """None missing, none twice, none unknown, though each was accepted before."""
    for hour in range(24):
        assert client.get(f"/v1/prediction?hour_of_day={hour}&{DAY}").status_code == 200
    answer = client.get(f"/v1/prediction?{query_string}")
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == client.post("/v1/prediction", json=FIRST_HOUR).json()


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Take note of what is judged from now on: whole inputs, and parameters by themselves."""
    notes: list[tuple[str, Any]] = []

    def noting(name: str) -> Callable[[InputSchema, Any], Any]:
        judge = getattr(InputSchema, name)

        def note(self: InputSchema, what: Any) -> Any:
            notes.append((name, what))
            return judge(self, what)

        return note

    for name in ("judge", "_judge_parameter"):
        monkeypatch.setattr(InputSchema, name, noting(name))
    return notes


def test_what_was_accepted_is_not_judged_again(judged: list[tuple[str, Any]]) -> None:
    """Each parameter once; a refused one is judged with the whole input, each time."""
    prediction = InputSchema("prediction-request", remembers_parameters=True)
    for hour in (1, 2, 1, 2):
        assert prediction.judge_query_string(f"hour_of_day={hour}&{DAY}".encode()) == FIRST_HOUR | {"hour_of_day": hour}
    assert judged == [
        ("_judge_parameter", parameter)
        for parameter in (b"hour_of_day=1", b"day_of_week=1", b"day_of_year=1", b"hour_of_day=2")
    ]
    judged.clear()
    for _ in range(2):
        with pytest.raises(SchemaViolation):
            prediction.judge_query_string(f"hour_of_day=24&{DAY}".encode())
    assert [method for method, _ in judged].count("judge") == 2


def test_bodies_and_forecasts_are_always_judged_whole(judged: list[tuple[str, Any]]) -> None:
    """They differ too much for a memory to pay."""
    forecast = InputSchema("forecast-request")
    for _ in range(2):
        assert forecast.judge_query_string(b"N=8") == {"N": 8}
        assert InputSchema("prediction-request", remembers_parameters=True).judge(FIRST_HOUR) == FIRST_HOUR
    assert [method for method, _ in judged] == ["judge"] * 4
