"""Measure what serving costs, for docs/operations.md: ``python -m tests.deploy.measure``."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from tests.builders import ROOT

from .hosts import Host, free_port, responds, running_balancer, wait_until

Input = tuple[str, str | None]  # address and body
HOURS = [f"/v1/prediction?hour_of_day={n % 24}&day_of_week={n % 7}&day_of_year={1 + n % 366}" for n in range(5000)]
STARTS = [f"2026-{1 + n // 600:02}-{1 + n // 24 % 25:02}T{n % 24:02}:00:00-08:00" for n in range(2000)]
INPUTS: dict[str, list[Input]] = {
    "an hour, by query string": [(path, None) for path in HOURS],
    "48 hours, by query string": [(f"/v1/forecast?N=48&start={start}", None) for start in STARTS],
    "48 hours, by body": [("/v1/forecast", json.dumps({"N": 48, "start": start})) for start in STARTS],
    "a year, by body": [("/v1/forecast", json.dumps({"N": 8784, "start": start})) for start in STARTS[:50]],
    "48 hours, from HAProxy's cache": [(f"/v1/forecast?N=48&start={STARTS[0]}", None)] * 5000,
}


def memory_row(command: str, url: str, parent: int) -> str:
    """Send requests on new connections, which reach every worker, and report the memory of each process and of all."""
    for path in HOURS[:1000]:
        requests.get(url + path, timeout=30)
    pids = [parent, *map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]
    lines = [line.split() for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    resident, shares = ([int(line[1]) * 1024 / 1e6 for line in lines if line[0] == name] for name in ("Rss:", "Pss:"))
    return f"| `{command}` | {' + '.join(f'{mb:.0f}' for mb in resident)} | {sum(shares):.0f} |"


def cpu_ms(pids: Sequence[int]) -> float:
    """Return the CPU time that processes have taken so far."""
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return 1e3 * sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print both tables; the rows of gunicorn need an installed gunicorn."""
    print("| started by | MB resident, each process | MB together |\n|---|---:|---:|")
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        for workers in ("1", "2", "3"):
            host = Host("--workers", workers, log=log)
            print(memory_row(f"uvicorn --workers {workers}", f"http://{host.address}", host.process.pid))
            host.end()
        for workers in ("2", "3") if find_spec("gunicorn") else ():
            command = ["gunicorn", "--worker-class", "asgi", "--preload", "--workers", workers]
            url = f"http://127.0.0.1:{free_port()}"
            bound = ["--bind", url.removeprefix("http://"), "--log-level", "error", "serve:app"]
            with subprocess.Popen([sys.executable, "-m", *command, *bound], cwd=ROOT) as process:
                wait_until(lambda url=url: responds(f"{url}/health"), "gunicorn responds")  # type: ignore[misc]
                print(memory_row(" ".join(command), url, process.pid))
                process.terminate()

        print("\n| a forecast of | CPU ms in a host | CPU ms in HAProxy |\n|---|---:|---:|")
        hosts = [Host(log=log), Host(log=log)]
        addresses = [host.address for host in hosts]
        with running_balancer(addresses, Path(folder) / "haproxy") as balancer, requests.Session() as session:
            for name, inputs in INPUTS.items():
                groups = [host.process.pid for host in hosts], [balancer.pid]
                before = [cpu_ms(pids) for pids in groups]
                for path, body in inputs:
                    session.request("GET", balancer.url + path, data=body, timeout=30).raise_for_status()
                taken = [(cpu_ms(pids) - past) / len(inputs) for pids, past in zip(groups, before, strict=True)]
                print(f"| {name} | {taken[0]:.3f} | {taken[1]:.3f} |")
        for host in hosts:
            host.end()


if __name__ == "__main__":
    main()
