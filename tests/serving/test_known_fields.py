"""What was accepted before need not be judged again, and makes nothing else valid."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.known_fields import MOST_FIELDS, KnownFields

VALID = {"hour_of_day": 1, "day_of_week": 1, "day_of_year": 1}
DAY = "day_of_week=1&day_of_year=1"


@pytest.fixture
def client_that_asked_before(client: TestClient) -> TestClient:
    """It asked for every hour of a day, in both forms."""
    for hour in range(24):
        assert client.post("/v1/prediction", json=VALID | {"hour_of_day": hour}).status_code == 200
        assert client.get(f"/v1/prediction?hour_of_day={hour}&{DAY}").status_code == 200
    return client


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({**VALID, "hour_of_day": 1.0}, []),
        ({**VALID, "hour_of_day": True}, ["hour_of_day must be an integer, got true"]),
        ({**VALID, "hour_of_day": "1"}, ['hour_of_day must be an integer, got "1"']),
        ({**VALID, "hour_of_day": [1]}, ["hour_of_day must be an integer, got an array"]),
        ({**VALID, "hour_of_day": 24}, ["hour_of_day must be at most 23, got 24"]),
        ({**VALID, "day_of_week": 23}, ["day_of_week must be at most 6, got 23"]),
        ({"hour_of_day": 1, "day_of_year": 1}, ["day_of_week is required"]),
        (
            {**VALID, "minute": 1},
            ['"minute" is not known here; known are hour_of_day, day_of_week, day_of_year'],
        ),
        ([], ["the input must be a JSON object, got an array"]),
    ],
)
def test_by_body(client_that_asked_before: TestClient, body: Any, details: list[str]) -> None:
    """1, 1.0 and true are equal in Python and not in JSON; a value is accepted for its own field alone."""
    answer = client_that_asked_before.post("/v1/prediction", json=body).json()
    assert [error["detail"] for error in answer.get("errors", [])] == details
    assert ("prediction" in answer) == (details == [])


@pytest.mark.parametrize(
    ("query_string", "status"),
    [
        (f"{DAY}&hour_of_day=1", 200),
        (f"hour_of_day=1&&{DAY}&", 200),
        (f"hour_of_day=%31&{DAY}", 200),
        (f"hour_of_day=1&hour_of_day=1&{DAY}", 400),
        (f"hour_of_day=1&hour_of_day=2&{DAY}", 400),
        (f"hour_of_day=24&{DAY}", 422),
        (f"hour_of_day=1.0&{DAY}", 422),
        (f"hour_of_day=01&{DAY}", 422),
        (f"hour_of_day&{DAY}", 422),
        ("hour_of_day=1&day_of_week=1", 422),
        (DAY, 422),
        ("", 422),
    ],
)
def test_by_query_string(client_that_asked_before: TestClient, query_string: str, status: int) -> None:
    """Known parameters are put together only as they were accepted: none missing, none twice."""
    answer = client_that_asked_before.get(f"/v1/prediction?{query_string}")
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == client_that_asked_before.post("/v1/prediction", json=VALID).json()


def test_the_memory_is_bounded() -> None:
    """When it is full it is emptied; what comes after is known again."""
    known = KnownFields()
    for number in range(MOST_FIELDS + 1):
        known.remember([b"N=%d" % number], {"N": number})
        assert known.recall([b"N=%d" % number]) == {"N": number}
    assert [number for number in range(MOST_FIELDS + 1) if known.recall([b"N=%d" % number])] == [MOST_FIELDS]


def test_an_input_that_does_not_fall_into_its_fields_is_not_remembered() -> None:
    """Such as a query string with an empty part, or a body that is not all integers."""
    known = KnownFields()
    known.remember([b"", b"N=1"], {"N": 1})
    known.remember([], {"N": 1})
    assert known.recall([b"N=1"]) is None
    assert not known.recall([])
