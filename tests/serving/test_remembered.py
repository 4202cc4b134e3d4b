"""What the server remembers is bounded, and never changes an answer."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from serving.remembered import MOST_ANSWERS, remembered

asked: list[str] = []


@remembered
async def echo(request: Request) -> Response:
    """Answer with the query string, and take note of being asked."""
    asked.append(request.url.query)
    return JSONResponse(request.url.query, status_code=422 if "bad" in request.url.query else 200)


@pytest.fixture
def echo_client() -> TestClient:
    asked.clear()
    return TestClient(Starlette(routes=[Route("/", echo, methods=["GET", "POST"])]))


def test_an_answer_is_given_again_until_newer_ones_take_its_place(echo_client: TestClient) -> None:
    """As many as there are places for, and the oldest goes first."""
    for _ in range(3):
        assert echo_client.get("/?first").json() == "first"
    assert asked == ["first"]
    for number in range(MOST_ANSWERS - 1):
        echo_client.get(f"/?{number}")
    echo_client.get("/?first")
    assert asked.count("first") == 1
    echo_client.get("/?one-more")
    echo_client.get("/?first")
    assert asked.count("first") == 2


@pytest.mark.parametrize(
    "request_parts",
    [
        {"method": "POST", "url": "/?a"},
        {"method": "HEAD", "url": "/?a"},
        {"method": "GET", "url": "/?a", "content": b"{}"},
        {"method": "GET", "url": "/?a", "content": iter([b"{}"])},
        {"method": "GET", "url": "/?a", "headers": {"If-None-Match": "*"}},
        {"method": "GET", "url": "/?bad"},
        {"method": "GET", "url": "/?" + "x" * 201},
    ],
    ids=["POST", "HEAD", "a body", "a streamed body", "a validator", "an error", "a long address"],
)
def test_what_depends_on_more_than_the_query_string_is_asked_anew(
    echo_client: TestClient, request_parts: dict[str, Any]
) -> None:
    """Errors too, so that nobody can fill the memory with them."""
    echo_client.get("/?a")
    asked.clear()
    for _ in range(2):
        echo_client.request(**request_parts)
    assert len(asked) == 2


VALID = {"hour_of_day": 1, "day_of_week": 1, "day_of_year": 1}


def test_every_answer_is_the_same_when_it_is_remembered(client: TestClient) -> None:
    """More inputs than are remembered, asked by query string twice, and by body, of which no answer is remembered."""
    inputs = [VALID | {"hour_of_day": hour, "day_of_year": day} for hour in range(24) for day in range(1, 367, 8)]
    assert len(inputs) > MOST_ANSWERS
    by_body = [client.post("/v1/prediction", json=fields).json() for fields in inputs]
    for _ in range(2):
        anew = [client.get("/v1/prediction", params=fields) for fields in inputs]
        assert [answer.json() for answer in anew] == by_body
    again = [client.get("/v1/prediction", params=fields) for fields in inputs[-10:]]
    assert [(answer.content, answer.headers) for answer in again] == [
        (answer.content, answer.headers) for answer in anew[-10:]
    ]
