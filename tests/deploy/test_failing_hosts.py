"""Hosts fail while clients send requests, and every request gets the right response."""

import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from threading import Event
from urllib.parse import urlencode

import pytest
import requests
from starlette.testclient import TestClient

from serving.request_input import LARGEST_BODY

from .hosts import Balancer, Host, wait_until

pytestmark = pytest.mark.slow("proxies")

HOURS = [{"hour_of_day": hour, "day_of_week": 3, "day_of_year": 122} for hour in range(24)]
QUERY_STRINGS = [(f"/v1/prediction?{urlencode(hour)}", None) for hour in HOURS]
BODIES = [("/v1/prediction", json.dumps(hour)) for hour in HOURS]
LARGEST_BODIES = [(path, body.ljust(LARGEST_BODY)) for path, body in BODIES]
YEARS = [("/v1/forecast", json.dumps({"N": 8784, "quantile": quantile})) for quantile in (0.05, 0.1, 0.5, 0.9, 0.95)]
LOADS: dict[str, tuple[bool, str, Sequence[tuple[str, str | None]]]] = {
    "kept connections": (True, "GET", QUERY_STRINGS),
    "a new connection for each": (False, "GET", QUERY_STRINGS),
    "bodies with GET": (True, "GET", BODIES),
    "bodies with QUERY": (True, "QUERY", BODIES),
    "the largest bodies, with POST": (False, "POST", LARGEST_BODIES),
    "forecasts of a year": (True, "GET", YEARS),
}
"""Whether the connection is kept, the method, and addresses and bodies in turn."""

HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-cache"}
"""With no-cache, every request goes to a host."""


@contextmanager
def load(url: str, client: TestClient) -> Iterator[tuple[Callable[[int], None], list[str]]]:
    """Send requests by all loads at once, until the block ends.

    :returns: a function that waits until each load has got so many more responses, and what was wrong so far.
    """
    responses: Counter[str] = Counter()
    wrong: list[str] = []
    over = Event()

    def send(name: str) -> None:
        kept, method, inputs = LOADS[name]
        headers = HEADERS if kept else HEADERS | {"Connection": "close"}
        expected = [client.request(method, path, content=body, headers=HEADERS).json() for path, body in inputs]
        with requests.Session() as session:
            for (path, body), right in cycle(list(zip(inputs, expected, strict=True))):
                if over.is_set():
                    return
                try:
                    reply = session.request(method, url + path, data=body, headers=headers, timeout=30)
                    if reply.json() != right:
                        wrong.append(f"{name}: {reply.status_code} {reply.text[:200]}")
                except requests.RequestException as error:
                    wrong.append(f"{name}: {error!r}")
                responses[name] += 1

    def wait_for(more: int) -> None:
        before = responses.copy()
        wait_until(lambda: all(responses[name] >= before[name] + more for name in LOADS), f"{more} more responses")

    with ThreadPoolExecutor(len(LOADS)) as threads:
        sending = [threads.submit(send, name) for name in LOADS]
        try:
            yield wait_for, wrong
        finally:
            over.set()
    for thread in sending:
        thread.result()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=lambda end: end.name)
def test_no_response_is_lost_or_wrong_while_hosts_restart(
    hosts: dict[str, Host], balancer: Balancer, client: TestClient, end: signal.Signals
) -> None:
    """They are killed or terminated one after the other, as in a rolling restart."""
    tried_again = int(balancer.figure("BACKEND", "wredis"))
    with load(balancer.url, client) as (wait_for, wrong):
        for name, host in hosts.items():
            wait_for(10)
            host.end(end)
            balancer.wait_for(name, "DOWN")
            wait_for(10)
            host.start()
            balancer.wait_for(name, "UP")
        wait_for(10)
    assert wrong == []
    assert int(balancer.figure("BACKEND", "wredis")) > tried_again  # else the test has not shown anything


def test_no_response_is_lost_or_wrong_while_a_host_hangs(
    hosts: dict[str, Host], balancer: Balancer, client: TestClient
) -> None:
    """HAProxy sends its requests to the other host, but for a long forecast that it had begun to wait for."""
    with load(balancer.url, client) as (wait_for, wrong):
        wait_for(10)
        hosts["a"].process.send_signal(signal.SIGSTOP)
        balancer.wait_for("a", "DOWN")
        wait_for(10)
        hosts["a"].process.send_signal(signal.SIGCONT)
        balancer.wait_for("a", "UP")
        wait_for(10)
    assert [each for each in wrong if not each.startswith("forecasts of a year: 504 ")] == []
    assert len(wrong) <= 1
