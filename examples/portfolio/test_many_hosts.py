"""Three hosts behind deploy/haproxy-portfolio.cfg: each building has two of them, and one leaves and returns."""

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.builders import ROOT
from tests.deploy.hosts import HAPROXY_CFG, Balancer, free_port, responds, running_balancer, wait_until

CONFIGURATION = ROOT / "deploy/haproxy-portfolio.cfg"
N_BUILDINGS, TIMES = 200, 24  # so often that a building with two hosts shows only one once in 40,000 runs


@contextmanager
def running_host(models: Path, address: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a host of all buildings of a folder."""
    port = address.rpartition(":")[2]
    command = ["-m", "uvicorn", "examples.portfolio.serve_many:app", "--no-access-log", "--log-level", "error"]
    environment = os.environ | {"FORECAST_MODELS": str(models)}
    with subprocess.Popen([sys.executable, *command, "--port", port], cwd=ROOT, env=environment) as host:
        try:
            wait_until(lambda: responds(f"http://{address}/health"), "a host responds")
            yield host
        finally:
            host.kill()


@contextmanager
def three_hosts(models: Path) -> Iterator[tuple[Balancer, list["subprocess.Popen[bytes]"]]]:
    """Run three hosts behind HAProxy."""
    addresses = [f"127.0.0.1:{free_port()}" for _ in range(3)]
    with (
        running_host(models, addresses[0]) as a,
        running_host(models, addresses[1]) as b,
        running_host(models, addresses[2]) as c,
        running_balancer(addresses, models / "log", CONFIGURATION) as balancer,
    ):
        for name in "abc":
            wait_until(lambda name=name: balancer.figure(name, "status", "first") == "UP", "a host is up")  # type: ignore[misc]
        yield balancer, [a, b, c]


def hosts_of_buildings(balancer: Balancer, times: int = TIMES, http: str = "--http1.1") -> dict[str, set[str]]:
    """Ask for every building some times, and read in the log which hosts responded."""
    seen = len(balancer.log.read_text().splitlines())
    command = ["curl", "--silent", http, "--output", "/dev/null", "--header", "Cache-Control: no-cache"]
    numbers = [f"[0-{N_BUILDINGS - 1}]"] if http == "--http1.1" else range(N_BUILDINGS)
    for number in numbers:
        for time in [f"[1-{times}]"] if http == "--http1.1" else range(times):  # curl 7 loses HTTP/2 connections
            subprocess.run([*command, f"{balancer.url}/b{number}/v1/forecast?time={time}"], check=True)

    def entries() -> list[dict[str, str]]:
        lines = [line for line in balancer.log.read_text().splitlines()[seen:] if line.startswith("{")]
        return [entry for entry in map(json.loads, lines) if "?time=" in entry["uri"]]

    wait_until(lambda: len(entries()) >= N_BUILDINGS * times, "all requests are in the log")
    hosts: dict[str, set[str]] = defaultdict(set)
    for entry in entries():
        hosts[entry["uri"].split("/")[1]].add(entry["server"])
    return hosts


def test_buildings_have_two_hosts_and_only_those_of_a_lost_host_move(tmp_path: Path) -> None:
    """By HTTP/1.1 and HTTP/2 alike; when the host returns, all is as before."""
    with three_hosts(tmp_path) as (balancer, hosts):
        before = hosts_of_buildings(balancer)
        assert {len(pair) for pair in before.values()} == {2}
        shares = Counter(host for pair in before.values() for host in pair)
        print(shares)
        assert all(abs(shares[host] / N_BUILDINGS - 2 / 3) < 0.2 for host in "abc")
        by_http_2 = hosts_of_buildings(balancer, 4, "--http2-prior-knowledge")
        assert all(by_http_2[building] <= before[building] for building in before)
        assert {host for pair in by_http_2.values() for host in pair} == {"a", "b", "c"}

        hosts[2].send_signal(signal.SIGSTOP)
        wait_until(lambda: balancer.figure("c", "status", "first") == "DOWN", "host c is down")
        wait_until(lambda: balancer.figure("c", "status", "second").startswith("DOWN"), "host c is down for all")
        without = hosts_of_buildings(balancer)
        moved = {building for building in before if without[building] != before[building]}
        assert moved == {building for building in before if "c" in before[building]}
        assert all(before[building] - {"c"} <= without[building] <= {"a", "b"} for building in moved)

        hosts[2].send_signal(signal.SIGCONT)
        wait_until(lambda: balancer.figure("c", "status", "first") == "UP", "host c is up")
        assert hosts_of_buildings(balancer) == before


def test_the_configuration_is_that_of_one_building_but_for_its_hosts() -> None:
    """What HAProxy refuses, keeps and logs is the same."""
    ours, others = (file.read_text("utf-8").splitlines() for file in (CONFIGURATION, HAPROXY_CFG))

    def section(lines: list[str], first: str, end: str) -> list[str]:
        numbers = [number for number, line in enumerate(lines) if first in line or end in line]
        return next(lines[begin:stop] for begin, stop in pairwise(numbers) if first in lines[begin])

    for first, end in (("global", "732"), ("cache responses", "backend "), ("frontend metrics", "never")):
        found = [section([*lines, "never"], first, end) for lines in (ours, others)]
        kept = [[line for line in lines if "HOURS_AT_ONCE" not in line and "732" not in line] for lines in found]
        assert [line for line in kept[0] if line and line[0] != "#"] == [
            line for line in kept[1] if line and line[0] != "#"
        ]


@pytest.mark.parametrize("host", ["a", "b", "c"])
def test_a_host_has_different_places_on_the_two_rings(host: str) -> None:
    """Else a building could have the same host twice."""
    text = CONFIGURATION.read_text("utf-8")
    ids = re.findall(rf"^    server {host} .* id (\d)$", text, re.MULTILINE)
    assert len({*ids}) == len(ids) == 2
