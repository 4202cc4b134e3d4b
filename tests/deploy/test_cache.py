"""HAProxy's cache: what it may answer, and that it never answers another request than the one it was asked."""

import itertools
import json
import shutil
import subprocess
from typing import Any

import pytest
import requests
from starlette.testclient import TestClient

from .conftest import Balancer

KEPT_HEADERS = ("content-type", "cache-control", "etag", "content-length", "x-content-type-options")
JSON = {"Content-Type": "application/json"}
ONE = b'{"N": 1}'
TWO = b'{"N": 2, "quantile": 0.9}'
MANNERS: dict[str, dict[str, Any]] = {
    "GET": {"method": "GET"},
    "HEAD": {"method": "HEAD"},
    "GET with no body, said so": {"method": "GET", "headers": {"Content-Length": "0"}},
    "GET if it changed": {"method": "GET", "headers": {"If-None-Match": "*"}},
    "GET with a body": {"method": "GET", "data": ONE, "headers": JSON},
    "GET with another body": {"method": "GET", "data": TWO, "headers": JSON},
    "GET with a body in chunks": {"method": "GET", "data": [ONE], "headers": JSON},
    "QUERY with a body": {"method": "QUERY", "data": ONE, "headers": JSON},
    "QUERY with another body": {"method": "QUERY", "data": TWO, "headers": JSON},
    "QUERY without a body": {"method": "QUERY"},
    "POST with a body": {"method": "POST", "data": TWO, "headers": JSON},
    "POST without a body": {"method": "POST"},
}


def asked(url: str, manner: dict[str, Any]) -> tuple[Any, ...]:
    """Ask HAProxy, and return what makes an answer."""
    data = manner.get("data")
    body = iter(data) if isinstance(data, list) else data  # requests sends an iterator in chunks
    response = requests.request(url=url, timeout=30, **{**manner, "data": body})
    return response.status_code, response.content, {name: response.headers.get(name) for name in KEPT_HEADERS}


def told(client: TestClient, path: str, manner: dict[str, Any]) -> tuple[Any, ...]:
    """Ask the app itself."""
    data = manner.get("data")
    body = iter(data) if isinstance(data, list) else data
    response = client.request(manner["method"], path, content=body, headers=manner.get("headers"))
    return response.status_code, response.content, {name: response.headers.get(name) for name in KEPT_HEADERS}


@pytest.mark.parametrize("query_string", [True, False])
def test_an_answer_is_the_apps_whatever_was_asked_before(
    balancer: Balancer, client: TestClient, query_string: bool
) -> None:
    """Each manner of asking after each other one, at an address that nobody asked before, or at the bare one."""
    fresh = (f"?N=3&start=2026-{month:02}-{day:02}T00:00:00-08:00" for month in range(1, 13) for day in range(1, 29))
    for before, after in itertools.product(MANNERS, repeat=2):
        path = "/v1/forecast" + (next(fresh) if query_string else "")
        asked(balancer.url + path, MANNERS[before])
        got, expected = asked(balancer.url + path, MANNERS[after]), told(client, path, MANNERS[after])
        if got[0] == 304:
            expected[2]["content-length"] = got[2]["content-length"]  # of the 200 that it stands for, if at all
        assert got == expected, (before, after, path)


def test_a_second_answer_comes_from_the_cache_with_its_age(balancer: Balancer) -> None:
    """Also to HEAD, and as 304 to whoever has it; not to whoever asks for a fresh one."""
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
def test_a_body_that_only_http_2_does_not_announce_is_noticed(
    balancer: Balancer, client: TestClient, body: bytes
) -> None:
    """It has neither Content-Length nor Transfer-Encoding, and its address is in the cache."""
    curl = shutil.which("curl")
    if curl is None or "HTTP2" not in subprocess.run([curl, "-V"], capture_output=True, text=True).stdout:
        pytest.skip("there is no curl with HTTP/2: run apt-get install curl")
    path = "/v1/forecast?N=4"
    kept = requests.get(balancer.url + path, timeout=30)
    printed = subprocess.run(
        [curl, "--silent", "--http2-prior-knowledge", "-X", "GET", "-T", "-", "-H", "Content-Type: application/json",
         balancer.url + path], input=body, capture_output=True, check=True,
    ).stdout  # fmt: skip
    twice = client.request("GET", path, content=ONE, headers=JSON)
    assert json.loads(printed) == (twice.json() if body else kept.json())
