"""Real server processes, and a real HAProxy in front of them with deploy/haproxy.cfg."""

import csv
import grp
import os
import pwd
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

from tests.builders import MODEL_FILE, ROOT, serve_arguments

HAPROXY_CFG = ROOT / "deploy" / "haproxy.cfg"


def free_port() -> int:
    """Return a port that was free a moment ago; a host keeps it when it restarts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Check a condition again and again, until it holds or the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds: {what}"
        time.sleep(0.02)


def responds(url: str) -> bool:
    """Return whether a GET of the address succeeds."""
    try:
        return requests.get(url, timeout=10).ok
    except requests.RequestException:
        return False


class Host:
    """A server that the README's command starts, and a signal ends.

    :param options: more options of uvicorn.
    :param log: the file for its output.
    """

    def __init__(self, *options: str, log: Path, model: Path = MODEL_FILE) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.options = options
        self.log = log
        self.model = model
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it responds."""
        port = self.address.rpartition(":")[2]
        command = [sys.executable, "-m", "uvicorn", *serve_arguments(), "--port", port, *self.options]
        environment = os.environ | {"FORECAST_MODEL": str(self.model)}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
        try:
            wait_until(lambda: responds(f"http://{self.address}/health"), "a host responds")
        except AssertionError:
            self.end()
            raise

    def end(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal, and wait until the process has ended."""
        self.process.send_signal(by)
        self.process.wait(timeout=30)


class Balancer:
    """A running HAProxy.

    :param log: the file with its output.
    """

    pid: int

    def __init__(self, log: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.metrics_url = f"http://127.0.0.1:{free_port()}"
        self.log = log

    def connected(self) -> socket.socket:
        """Open a connection, for requests that no client library sends."""
        host, port = self.url.removeprefix("http://").split(":")
        return socket.create_connection((host, int(port)), timeout=30)

    def figure(self, server: str, column: str, backend: str = "hosts") -> str:
        """Look up a figure in the statistics of a host, or of all hosts as ``BACKEND``."""
        rows = csv.DictReader(requests.get(f"{self.metrics_url}/stats;csv", timeout=10).text.splitlines())
        return next(row[column] for row in rows if (row["# pxname"], row["svname"]) == (backend, server))

    def wait_for(self, server: str, status: str) -> None:
        """Wait until a host is ``UP`` or ``DOWN``."""
        wait_until(lambda: self.figure(server, "status") == status, f"host {server} is {status}")


def haproxy_environment(addresses: Sequence[str]) -> dict[str, str]:
    """Return the environment variables that tell deploy/haproxy.cfg its hosts and its user."""
    environment = {f"HOST_{name}": address for name, address in zip("ABCDEFGH", addresses, strict=False)}
    if os.getuid() != 0:  # only root can become another user
        environment |= {"HAPROXY_USER": pwd.getpwuid(os.getuid())[0], "HAPROXY_GROUP": grp.getgrgid(os.getgid())[0]}
    return environment


@contextmanager
def running_balancer(addresses: Sequence[str], log: Path, configuration: Path = HAPROXY_CFG) -> Iterator[Balancer]:
    """Run HAProxy in front of some addresses."""
    haproxy = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
    if haproxy is None:
        pytest.skip("there is no HAProxy: run apt-get install haproxy")
    balancer = Balancer(log)
    environment = haproxy_environment(addresses) | {
        "BIND": balancer.url.removeprefix("http://"),
        "METRICS": balancer.metrics_url.removeprefix("http://"),
    }
    command = [haproxy, "-db", "-f", str(configuration)]
    with (
        log.open("w") as output,
        subprocess.Popen(command, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        balancer.pid = process.pid
        try:
            wait_until(lambda: responds(balancer.metrics_url + "/metrics"), "HAProxy listens")
            yield balancer
        finally:
            process.kill()
