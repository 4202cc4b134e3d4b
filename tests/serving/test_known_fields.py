"""What was accepted before need not be judged again, and makes nothing else valid."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.known_fields import MOST_FIELDS, KnownFields
from serving.request_input import LONGEST_REMEMBERED
from serving.validation import Fault

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


@pytest.mark.parametrize("by_body", [True, False])
def test_what_is_known_is_not_judged_again(client: TestClient, monkeypatch: pytest.MonkeyPatch, by_body: bool) -> None:
    """And what is new is."""
    import serve

    judged = []
    judge = serve.FORECAST_REQUEST.faults

    def take_note(fields: object) -> list[Fault]:
        judged.append(fields)
        return judge(fields)

    monkeypatch.setattr(serve.FORECAST_REQUEST, "known_fields", KnownFields())
    monkeypatch.setattr(serve.FORECAST_REQUEST, "faults", take_note)
    for hours in (1, 2, 1, 2):
        if by_body:
            assert client.post("/v1/forecast", json={"N": hours}).status_code == 200
        else:
            assert client.get(f"/v1/forecast?N={hours}").status_code == 200
    assert judged == [{"N": 1}, {"N": 2}]


def test_a_long_query_string_is_not_remembered(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number may have any length, and a memory of those would not be bounded in size."""
    import serve

    known = KnownFields()
    monkeypatch.setattr(serve.FORECAST_REQUEST, "known_fields", known)
    quantile = b"quantile=0.9" + b"0" * LONGEST_REMEMBERED
    assert client.get(f"/v1/forecast?N=1&{quantile.decode()}").status_code == 200
    assert known.recall([b"N=1", quantile]) is None
