"""How much more do several workers answer? ``python -m benchmarks.serving --workers 1 2 4 8``; needs wrk, on Linux.

Clients and workers share the cores, so give wrk as many cores as the workers have.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.serving.server_process import ROOT, UVICORN

APPS = {"bare Starlette": "benchmarks.serving.servers.bare_starlette:app", "ours": "serve:app"}
CONNECTIONS, SECONDS = 8, 5  # connections a worker
RANDOM_HOURS = """
local thread_number = 0
function setup(thread) thread:set("seed", thread_number); thread_number = thread_number + 1 end
function init() math.randomseed(seed) end
function request()
  local hour, weekday, day = math.random(0, 23), math.random(0, 6), math.random(366)
  local query = "?hour_of_day=" .. hour .. "&day_of_week=" .. weekday .. "&day_of_year=" .. day
  return wrk.format("GET", "/v1/prediction" .. query)
end
function done(summary, latency)
  local failures = 0
  for _, count in pairs(summary.errors) do failures = failures + count end
  print(summary.requests / summary.duration * 1e6, latency:percentile(99) / 1e3, failures)
end
"""


def worker_lines(counts: Sequence[int]) -> Iterator[str]:
    """Measure each number of workers, ours and those of a bare Starlette endpoint, one after the other."""
    yield "| workers | requests/s | times one worker | of bare Starlette | 99 % ms | MB together |"
    yield "|---:|" + "---:|" * 5
    one = None
    for n_workers in counts:
        bare, _, _ = _measure(APPS["bare Starlette"], n_workers)
        speed, slow, mb = _measure(APPS["ours"], n_workers)
        one = one or speed / n_workers
        ratios = f"{speed / one:.1f} | {speed / bare:.2f}"
        yield f"| {n_workers} | {speed:,.0f} | {ratios} | {slow:.1f} | {mb:.0f} |"


def _measure(app: str, n_workers: int) -> tuple[float, float, float]:
    """Return requests/s, the 99th percentile in ms, and the memory of all processes, with what they share once."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", *f"{UVICORN}{port} --workers {n_workers} {app}".split()]
    with subprocess.Popen(command, cwd=ROOT) as server, TemporaryDirectory() as folder:
        try:
            _wait(port, n_workers)
            script = Path(folder, "random_hours.lua")
            script.write_text(RANDOM_HOURS)
            sizes = f"--threads {n_workers} --connections {CONNECTIONS * n_workers} --duration {SECONDS}s --timeout 30s"
            load = ["wrk", *sizes.split(), "--latency", "--script", str(script), f"http://127.0.0.1:{port}"]
            shown = subprocess.run(load, stdout=subprocess.PIPE, text=True, check=True).stdout
            speed, slow, failures = map(float, shown.splitlines()[-1].split())
            if failures:
                sys.exit(f"not all responses were good: {shown}")
            return speed, slow, _memory(server.pid)
        finally:
            server.terminate()


def _wait(port: int, n_workers: int) -> None:
    """Wait until the workers respond; then give the last one some time."""
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/v1/prediction?hour_of_day=8&day_of_week=3&day_of_year=122")
            connection.getresponse().read()
            break
        except (OSError, HTTPException):
            if time.monotonic() > deadline:
                sys.exit("the server does not start")
            time.sleep(0.1)
    time.sleep(0.5 + 0.5 * n_workers)


def _memory(pid: int) -> float:
    pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    lines = [line.split() for each in pids for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()]
    return sum(int(line[1]) * 1024 / 1e6 for line in lines if line[0] == "Pss:")
