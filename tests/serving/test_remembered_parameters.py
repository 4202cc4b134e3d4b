"""A valid parameter of a prediction's query string is validated once, and then remembered."""

from collections.abc import Mapping
from typing import Any

import pytest
from starlette.testclient import TestClient

from forecast_core.contract import schema
from serving import input_schema
from serving.errors import SchemaViolation
from serving.query_string import parse_query_string

DAY = "day_of_week=1&day_of_year=1"
FIRST_HOUR = {"hour_of_day": 1, "day_of_week": 1, "day_of_year": 1}


def test_no_keyword_of_a_prediction_request_relates_two_fields() -> None:
    """Fields that are valid alone are therefore valid together; none is an array or an object."""
    request = schema("prediction-request")
    assert {*request} <= {
        *("$schema", "$id", "title", "description", "examples"),
        *("type", "properties", "required", "additionalProperties"),
    }
    assert (request["type"], request["additionalProperties"]) == ("object", False)
    assert {field["type"] for field in request["properties"].values()} <= {"integer", "number", "string"}


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
def test_remembered_parameters_have_the_verdict_of_the_schema(
    client: TestClient, query_string: str, status: int
) -> None:
    """A parameter that is missing, unknown or given twice is refused, although each was valid before."""
    for hour in range(24):
        assert client.get(f"/v1/prediction?hour_of_day={hour}&{DAY}").status_code == 200
    response = client.get(f"/v1/prediction?{query_string}")
    assert response.status_code == status
    if status == 200:
        assert response.json() == client.post("/v1/prediction", json=FIRST_HOUR).json()


def test_a_valid_parameter_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """If one is not valid, the whole input is read and validated each time."""
    read: list[bytes] = []

    def parse(query_string: bytes, fields: Mapping[str, Any]) -> dict[str, Any]:
        read.append(query_string)
        return parse_query_string(query_string, fields)

    monkeypatch.setattr(input_schema, "parse_query_string", parse)
    prediction = input_schema.InputSchema("prediction-request", remembers_parameters=True)
    for hour in (1, 2, 1, 2):
        fields = prediction.validate_query_string(f"hour_of_day={hour}&{DAY}".encode())
        assert fields == FIRST_HOUR | {"hour_of_day": hour}
    assert read == [b"hour_of_day=1", b"day_of_week=1", b"day_of_year=1", b"hour_of_day=2"]
    wrong = f"hour_of_day=24&{DAY}".encode()
    for _ in range(2):
        with pytest.raises(SchemaViolation):
            prediction.validate_query_string(wrong)
    assert read.count(wrong) == 2
