"""Two hosts behind HAProxy, which the tests of this folder share."""

from collections.abc import Iterator

import pytest

from .hosts import Balancer, Host, running_balancer


@pytest.fixture(scope="package")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Host]]:
    """Run two hosts, by the names that they have in deploy/haproxy.cfg."""
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
    """Run HAProxy in front of the two hosts."""
    log = tmp_path_factory.mktemp("haproxy") / "log"
    with running_balancer([host.address for host in hosts.values()], log) as running:
        yield running
