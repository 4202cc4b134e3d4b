"""Measure what serving costs, for docs/operations.md: ``python -m tests.deploy.measure``."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from tests.builders import ROOT

from .hosts import Host, free_port, responds, running_balancer, wait_until

SECONDS = 15
YEARS = """
function setup(thread) all = thread end
function init() answered, refused, other = 0, 0, 0 end
function request()
  local start = string.format("20%02d-01-01T00:00:00-08:00", math.random(10, 40))
  local body = '{"N":8784,"start":"' .. start .. '"}'
  return wrk.format("POST", "/v1/forecast", {["Content-Type"] = "application/json"}, body)
end
function response(status)
  if status == 200 then answered = answered + 1
  elseif status == 503 then refused = refused + 1 else other = other + 1 end
end
function done(summary)
  local none = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  print(all:get("answered"), all:get("refused"), all:get("other") + none)
end
"""
"""A script for wrk: forecasts of a year, none asked twice in a row, by body, so that no cache has them."""

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


def overload_row(name: str, url: str, connections: int, downs: Callable[[], int]) -> str:
    """Post forecasts of a year over many connections at once, and time small requests meanwhile, one after another."""
    before = downs()
    with TemporaryDirectory() as folder, requests.Session() as session:
        script = Path(folder, "years.lua")
        script.write_text(YEARS)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--timeout", "30s", "-s", str(script), url]
        load = subprocess.Popen(command, stdout=subprocess.PIPE, text=True) if connections else None
        time.sleep(2)  # until the queues are full
        times, end, wrong = [], time.monotonic() + SECONDS - 3, 0
        for path in cycle(HOURS):
            began = time.monotonic()
            if began > end:
                break
            response = session.get(url + path, headers={"Cache-Control": "no-cache"}, timeout=30)
            wrong += response.status_code != 200
            times.append(1e3 * (time.monotonic() - began))
            time.sleep(0.01)  # as small requests of many clients come, and not as fast as they can
        counts = load.communicate()[0].splitlines()[-1].split() if load else ["0", "0", "0"]
    answered, refused, other = (f"{int(count) / SECONDS:,.0f}" for count in counts)
    median, slow = statistics.median(times), statistics.quantiles(times, n=100)[98]
    return (
        f"| {name} | {connections} | {answered} | {refused} | {other} | "
        f"{len(times):,} | {wrong} | {median:.0f} | {slow:.0f} | {downs() - before} |"
    )


def overload_table() -> Iterator[str]:
    """Measure an overload of one host, and of two behind HAProxy; needs wrk."""
    columns = "connections, answered/s, refused/s, lost/s, short requests, not answered, median ms, 99 % ms, hosts down"
    yield f"| asked | {columns.replace(', ', ' | ')} |"
    yield "|---|" + "---:|" * len(columns.split(", "))
    with TemporaryDirectory() as folder:
        hosts = [Host(log=Path(folder) / "log") for _ in range(2)]
        yield overload_row("one host", f"http://{hosts[0].address}", 200, int)
        with running_balancer([host.address for host in hosts], Path(folder) / "haproxy") as balancer:
            balancer.wait_for("a", "UP")

            def downs() -> int:
                return sum(int(balancer.figure(server, "chkdown")) for server in ("a", "b"))

            for connections in (0, 50, 100, 200):
                yield overload_row("two hosts behind HAProxy", balancer.url, connections, downs)
        for host in hosts:
            host.end()


def main() -> None:
    """Print the tables; the rows of gunicorn need an installed gunicorn."""
    if sys.argv[1:] == ["--overload"]:
        for line in overload_table():
            print(line, flush=True)
        return
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
