"""More long forecasts than the hosts can make: some are refused, and short requests go on."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx
import jsonschema
import pytest
import requests

from forecast_core.contract import schema
from serving.app import HOURS_AT_ONCE, create_app
from serving.overload import MOST_RUNNING, MOST_WAITING
from tests.builders import JSON, MODEL_FILE, QUERY_STRING, ROOT

from .hosts import HAPROXY_CFG, Balancer

PLACES = MOST_RUNNING + MOST_WAITING
LONG = HOURS_AT_ONCE + 1


def ask_at_once(*inputs: dict[str, Any]) -> list[httpx.Response]:
    """Send requests to one app before it has responded to any of them."""

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(create_app(MODEL_FILE))
        async with httpx.AsyncClient(transport=transport, base_url="http://host") as client:
            return await asyncio.gather(*(client.post("/v1/forecast", json=each) for each in inputs))

    return asyncio.run(send())


def test_what_has_no_place_gets_503_with_retry_after() -> None:
    """It is a problem document; those before it, and a month, are made all the same."""
    *places, refused, month = ask_at_once(*[{"N": LONG}] * (PLACES + 1), {"N": HOURS_AT_ONCE})
    assert {response.status_code for response in [*places, month]} == {200}
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["cache-control"] == "no-store"
    jsonschema.validate(refused.json(), schema("problem"))


def test_a_place_is_free_again_whatever_became_of_its_forecast() -> None:
    """A start that the model does not know is refused after it had its place."""

    async def send() -> list[int]:
        transport = httpx.ASGITransport(create_app(MODEL_FILE))
        async with httpx.AsyncClient(transport=transport, base_url="http://host") as client:
            unknown = {"N": LONG, "start": "1900-01-01T00:00:00Z"}
            responses = [await client.post("/v1/forecast", json=unknown) for _ in range(PLACES + 1)]
            responses.append(await client.post("/v1/forecast", json={"N": LONG}))
            return [response.status_code for response in responses]

    assert asyncio.run(send()) == [422] * (PLACES + 1) + [200]


def test_haproxy_and_the_app_mean_the_same_by_long() -> None:
    """The number is in the configuration, too, and in the contract's document."""
    assert HAPROXY_CFG.read_text("utf-8").count(f"-m int gt {HOURS_AT_ONCE}\n") == 2
    document = json.loads((ROOT / "schemas/openapi.json").read_text("utf-8"))
    assert f" {HOURS_AT_ONCE} hours" in document["components"]["responses"]["Overloaded"]["description"]
    assert f"more than {HOURS_AT_ONCE} hours" in (ROOT / "docs/api.md").read_text("utf-8")


@pytest.mark.slow("proxies")
@pytest.mark.parametrize(
    ("request_", "long"),
    [
        ({"method": "GET", "params": {"N": LONG}}, True),
        ({"method": "GET", "params": {"N": HOURS_AT_ONCE}}, False),
        ({"method": "POST", "data": json.dumps({"start": "2026-01-01T00:00:00-08:00", "N": LONG})}, True),
        ({"method": "QUERY", "data": json.dumps({"N": HOURS_AT_ONCE})}, False),
        ({"method": "POST", "data": "{N: 9999"}, False),
    ],
)
def test_a_long_forecast_has_places_of_its_own(balancer: Balancer, request_: dict[str, Any], long: bool) -> None:
    """HAProxy finds the number of hours in the query string and in the body."""
    before = int(balancer.figure("BACKEND", "stot", "long_forecasts"))
    headers = JSON | {"Cache-Control": "no-cache"}
    requests.request(url=f"{balancer.url}/v1/forecast", headers=headers, timeout=30, **request_)
    assert int(balancer.figure("BACKEND", "stot", "long_forecasts")) - before == long


@pytest.mark.slow("proxies")
def test_an_overload_takes_no_host_down(balancer: Balancer) -> None:
    """Eighty clients ask for years for some seconds; every one gets a response, and so does every short request."""
    numbers = count()
    down = [int(balancer.figure(server, "chkdown")) for server in ("a", "b")]

    def ask_for_a_year(_: int) -> int:
        start = f"2026-01-{next(numbers) % 28 + 1:02}T00:00:00-08:00"
        year = json.dumps({"N": 8784, "start": start})
        return requests.post(f"{balancer.url}/v1/forecast", data=year, headers=JSON, timeout=60).status_code

    with ThreadPoolExecutor(80) as threads:
        asked = [threads.submit(ask_for_a_year, number) for number in range(240)]
        short = []
        while not all(future.done() for future in asked):
            url = f"{balancer.url}/v1/prediction?{QUERY_STRING}"
            short.append(requests.get(url, headers={"Cache-Control": "no-cache"}, timeout=60).status_code)
        statuses = {future.result() for future in asked}
    assert {*short} == {200}
    assert 200 in statuses
    assert statuses <= {200, 503}
    assert [int(balancer.figure(server, "chkdown")) for server in ("a", "b")] == down
