"""HAProxy's cache: it keeps responses to query strings, and never responds to one request with another's."""

import itertools
import json
import subprocess
from typing import Any

import pytest
import requests
from starlette.testclient import TestClient

from tests.builders import JSON

from .hosts import Balancer

pytestmark = pytest.mark.slow("proxies")

HEADERS = ("content-type", "cache-control", "etag", "content-length", "x-content-type-options")
ONE = b'{"N": 1}'
TWO = b'{"N": 2, "quantile": 0.9}'
FORMS: dict[str, dict[str, Any]] = {
    "GET": {"method": "GET"},
    "HEAD": {"method": "HEAD"},
    "GET with an announced body of no bytes": {"method": "GET", "headers": {"Content-Length": "0"}},
    "GET with If-None-Match": {"method": "GET", "headers": {"If-None-Match": "*"}},
    "GET with a body": {"method": "GET", "data": ONE, "headers": JSON},
    "GET with another body": {"method": "GET", "data": TWO, "headers": JSON},
    "GET with a body in chunks": {"method": "GET", "data": [ONE], "headers": JSON},
    "QUERY with a body": {"method": "QUERY", "data": ONE, "headers": JSON},
    "QUERY with another body": {"method": "QUERY", "data": TWO, "headers": JSON},
    "QUERY without a body": {"method": "QUERY"},
    "POST with a body": {"method": "POST", "data": TWO, "headers": JSON},
    "POST without a body": {"method": "POST"},
}


def by_haproxy(url: str, form: dict[str, Any]) -> tuple[Any, ...]:
    """Return status, content and headers of HAProxy's response."""
    data = form.get("data")
    body = iter(data) if isinstance(data, list) else data  # requests sends an iterator in chunks
    response = requests.request(url=url, timeout=30, **{**form, "data": body})
    return response.status_code, response.content, {name: response.headers.get(name) for name in HEADERS}


def by_app(client: TestClient, path: str, form: dict[str, Any]) -> tuple[Any, ...]:
    """Return status, content and headers of the app's own response."""
    data = form.get("data")
    body = iter(data) if isinstance(data, list) else data
    response = client.request(form["method"], path, content=body, headers=form.get("headers"))
    return response.status_code, response.content, {name: response.headers.get(name) for name in HEADERS}


@pytest.mark.parametrize("query_string", [True, False])
def test_a_response_is_the_apps_after_any_other_request(
    balancer: Balancer, client: TestClient, query_string: bool
) -> None:
    """Each form of a request follows each other one, at a new address or at the one without a query string."""
    fresh = (f"?N=3&start=2026-{month:02}-{day:02}T00:00:00-08:00" for month in range(1, 13) for day in range(1, 29))
    for before, after in itertools.product(FORMS, repeat=2):
        path = "/v1/forecast" + (next(fresh) if query_string else "")
        by_haproxy(balancer.url + path, FORMS[before])
        got, expected = by_haproxy(balancer.url + path, FORMS[after]), by_app(client, path, FORMS[after])
        if got[0] == 304:
            expected[2]["content-length"] = got[2]["content-length"]  # of the 200 that it confirms, if at all
        assert got == expected, (before, after, path)


def test_a_second_response_comes_from_the_cache_with_its_age(balancer: Balancer) -> None:
    """So do responses to HEAD and 304; a client can still request a new one."""
    url = f"{balancer.url}/v1/forecast?N=8784"
    first = requests.get(url, timeout=30)
    assert (first.status_code, first.headers.get("Age")) == (200, None)
    second = requests.get(url, timeout=30)
    assert second.content == first.content
    assert second.headers["ETag"] == first.headers["ETag"]
    assert int(second.headers["Age"]) >= 0
    assert "Age" in requests.head(url, timeout=30).headers
    unchanged = requests.get(url, headers={"If-None-Match": first.headers["ETag"]}, timeout=30)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert "Age" in unchanged.headers
    assert "Age" not in requests.get(url, headers={"Cache-Control": "no-cache"}, timeout=30).headers


@pytest.mark.parametrize("body", [b"", ONE])
def test_a_body_that_http_2_does_not_announce_is_noticed(
    balancer: Balancer, client: TestClient, curl_with_http2: str, body: bytes
) -> None:
    """It has neither Content-Length nor Transfer-Encoding, and the cache has a response for its address."""
    path = "/v1/forecast?N=4"
    cached = requests.get(balancer.url + path, timeout=30)
    command = [curl_with_http2, "--silent", "--http2-prior-knowledge", "-X", "GET", "-T", "-"]
    command += ["-H", "Content-Type: application/json", balancer.url + path]
    printed = subprocess.run(command, input=body, capture_output=True, check=True).stdout
    twice = client.request("GET", path, content=ONE, headers=JSON)
    assert json.loads(printed) == (twice.json() if body else cached.json())
