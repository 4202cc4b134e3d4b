"""Two hosts behind a real HAProxy with deploy/haproxy.cfg as it stands; only addresses are given."""

import csv
import grp
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.conftest import ROOT

HAPROXY_CFG = ROOT / "deploy" / "haproxy.cfg"


def serve_command() -> list[str]:
    """The arguments to uvicorn in the README's first command."""
    found = re.search(r"uvicorn (serve:app .*)", (ROOT / "README.md").read_text("utf-8"))
    assert found is not None
    return found[1].split()


def free_port() -> int:
    """A port that was free a moment ago; a host keeps it over its restarts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Ask again and again, until a deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds: {what}"
        time.sleep(0.02)


def answers(url: str) -> bool:
    """Tell whether somebody listens, and is well."""
    try:
        return requests.get(url, timeout=10).ok
    except requests.RequestException:
        return False


class Host:
    """A server that is started by the README's command, and ended by a signal.

    :param options: more options of uvicorn.
    :param log: the file for what it prints.
    """

    def __init__(self, *options: str, log: Path, model: Path = ROOT / "model.onnx") -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.options = options
        self.log = log
        self.model = model
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        port = self.address.rpartition(":")[2]
        command = [sys.executable, "-m", "uvicorn", *serve_command(), "--port", port, *self.options]
        environment = os.environ | {"FORECAST_MODEL": str(self.model)}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
        try:
            wait_until(lambda: answers(f"http://{self.address}/health"), "a host answers")
        except AssertionError:
            self.end()
            raise

    def end(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait until it is gone."""
        self.process.send_signal(with_signal)
        self.process.wait(timeout=30)


class Balancer:
    """A running HAProxy.

    :param log: the file with what it prints.
    """

    pid: int

    def __init__(self, log: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.metrics_url = f"http://127.0.0.1:{free_port()}"
        self.log = log

    def connected(self) -> socket.socket:
        """Open a connection for what no client library sends."""
        host, port = self.url.removeprefix("http://").split(":")
        return socket.create_connection((host, int(port)), timeout=30)

    def figure(self, server: str, column: str) -> str:
        """Look something up in the statistics of a host, or of all as ``BACKEND``."""
        rows = csv.DictReader(requests.get(f"{self.metrics_url}/stats;csv", timeout=10).text.splitlines())
        return next(row[column] for row in rows if (row["# pxname"], row["svname"]) == ("hosts", server))

    def wait_for(self, server: str, status: str) -> None:
        """Wait until a host is ``UP`` or ``DOWN``."""
        wait_until(lambda: self.figure(server, "status") == status, f"host {server} is {status}")


@contextmanager
def running_balancer(addresses: Sequence[str], log: Path) -> Iterator[Balancer]:
    """Run HAProxy before two addresses."""
    haproxy = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
    if haproxy is None:
        pytest.skip("there is no HAProxy: run apt-get install haproxy")
    balancer = Balancer(log)
    environment = dict(zip(("HOST_A", "HOST_B"), addresses, strict=True))
    environment |= {
        "BIND": balancer.url.removeprefix("http://"),
        "METRICS": balancer.metrics_url.removeprefix("http://"),
    }
    if os.getuid() != 0:  # only root can become another user
        environment |= {"HAPROXY_USER": pwd.getpwuid(os.getuid())[0], "HAPROXY_GROUP": grp.getgrgid(os.getgid())[0]}
    command = [haproxy, "-db", "-f", str(HAPROXY_CFG)]
    with (
        log.open("w") as printed,
        subprocess.Popen(command, env=os.environ | environment, stdout=printed, stderr=subprocess.STDOUT) as process,
    ):
        balancer.pid = process.pid
        try:
            wait_until(lambda: answers(balancer.metrics_url + "/metrics"), "HAProxy listens")
            yield balancer
        finally:
            process.kill()


@pytest.fixture(scope="package")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Host]]:
    """Two hosts, by the names that HAProxy has for them."""
    started = {}
    try:
        for name in ("a", "b"):
            started[name] = Host(log=tmp_path_factory.mktemp("host") / "log")
        yield started
    finally:
        for host in started.values():
            host.process.kill()
            host.process.wait()


@pytest.fixture(scope="package")
def balancer(hosts: dict[str, Host], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Balancer]:
    """HAProxy before the two hosts."""
    log = tmp_path_factory.mktemp("haproxy") / "log"
    with running_balancer([host.address for host in hosts.values()], log) as running:
        yield running
