"""Whatever becomes of a host, nobody notices: every request is answered, and every answer is right."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from threading import Event
from typing import Any

import pytest
import requests
from starlette.testclient import TestClient

from .conftest import Balancer, Host, wait_until

HOURS = [{"hour_of_day": hour, "day_of_week": 3, "day_of_year": 122} for hour in range(24)]
YEARS = [{"N": 8784, "quantile": quantile} for quantile in (0.05, 0.1, 0.5, 0.9, 0.95)]
BODIES = [{"json": hour} for hour in HOURS]
LOADS: dict[str, tuple[bool, str, str, list[dict[str, Any]]]] = {
    "connections that are kept": (True, "GET", "/v1/prediction", [{"params": hour} for hour in HOURS]),
    "a new connection for each": (False, "GET", "/v1/prediction", [{"params": hour} for hour in HOURS]),
    "bodies with GET": (True, "GET", "/v1/prediction", BODIES),
    "bodies with POST": (False, "POST", "/v1/prediction", BODIES),
    "bodies with QUERY": (True, "QUERY", "/v1/prediction", BODIES),
    "forecasts of a year": (True, "GET", "/v1/forecast", [{"json": year} for year in YEARS]),
}
NOT_FROM_THE_CACHE = {"Cache-Control": "no-cache"}
"""Or after one round, no host would be asked."""


@contextmanager
def load(url: str, client: TestClient) -> Iterator[tuple[Callable[[int], None], list[str]]]:
    """Ask by all loads at once, until the block ends.

    :returns: a function that waits until each load had so many more answers, and what went wrong so far.
    """
    answered: Counter[str] = Counter()
    wrong: list[str] = []
    over = Event()

    def ask(name: str) -> None:
        kept, method, path, questions = LOADS[name]
        expected = [client.request(method, path, **question).content for question in questions]
        with requests.Session() as session:
            session.headers.update(NOT_FROM_THE_CACHE)
            for question, right in cycle(list(zip(questions, expected, strict=True))):
                if over.is_set():
                    return
                try:
                    headers = {} if kept else {"Connection": "close"}
                    reply = session.request(method, url + path, headers=headers, timeout=30, **question)
                    if reply.content != right:
                        wrong.append(f"{name}: {reply.status_code} {reply.text[:200]}")
                except requests.RequestException as error:
                    wrong.append(f"{name}: {error!r}")
                answered[name] += 1

    def wait_for(more: int) -> None:
        before = answered.copy()
        wait_until(lambda: all(answered[name] >= before[name] + more for name in LOADS), f"{more} more answers")

    with ThreadPoolExecutor(len(LOADS)) as threads:
        asking = [threads.submit(ask, name) for name in LOADS]
        try:
            yield wait_for, wrong
        finally:
            over.set()
    for thread in asking:
        thread.result()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=lambda end: end.name)
def test_no_answer_is_lost_or_wrong_while_hosts_end_and_come_back(
    hosts: dict[str, Host], balancer: Balancer, client: TestClient, end: signal.Signals
) -> None:
    """Killed, or told to end: one after the other, as in a rolling restart."""
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
    assert int(balancer.figure("BACKEND", "wredis")) > tried_again  # or nothing was shown


def test_no_answer_is_lost_or_wrong_while_a_host_hangs(
    hosts: dict[str, Host], balancer: Balancer, client: TestClient
) -> None:
    """It takes requests and never answers them; they are asked again of the other."""
    with load(balancer.url, client) as (wait_for, wrong):
        wait_for(10)
        hosts["a"].process.send_signal(signal.SIGSTOP)
        balancer.wait_for("a", "DOWN")
        wait_for(10)
        hosts["a"].process.send_signal(signal.SIGCONT)
        balancer.wait_for("a", "UP")
        wait_for(10)
    assert wrong == []
