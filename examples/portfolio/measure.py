"""Measure what many buildings take: ``python -m examples.portfolio.measure``; needs wrk and curl.

With ``--replaced``, measure what replacing models costs instead.

Each of the 500 models is a copy of ``model.onnx``: a file of its own, of which an open model shares nothing.
"""

import os
import re
import resource
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median, quantiles
from subprocess import DEVNULL, Popen, check_call, check_output
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import monotonic

import requests

ROOT = Path(__file__).resolve().parents[2]
URL = "http://127.0.0.1:8018"
ONCE = "curl -sf --retry 60 --retry-connrefused --retry-delay 1 --output /dev/null --write-out %{time_total}_"
LOAD = "wrk --threads 1 --connections 8 --duration 10s --timeout 30s --latency --script"
QUESTION = "/v1/prediction?hour_of_day=8&day_of_week=3&day_of_year=122"


def serve(app: str, first: str, asked: str, **environment: str) -> str:
    """Run a server, ask for each of the first paths once, and then for random ones."""

    def resident() -> float:
        return float(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[0]) * 1024 / 1e6

    def ask(path: str) -> list[float]:
        return [float(time) for time in check_output([*ONCE.split(), URL + path], text=True).split("_")[:-1]]

    command = f"-m uvicorn {app} --no-access-log --log-level warning --port 8018".split()
    server = Popen([sys.executable, *command], cwd=ROOT, env=os.environ | environment)
    try:
        ask("/health")
        start, seconds, opened = resident(), ask(first), resident()
        with TemporaryDirectory() as folder:
            Path(folder, "load.lua").write_text(f"function request() return wrk.format('GET', {asked}) end")
            report = check_output([*LOAD.split(), f"{folder}/load.lua", URL], text=True)
        if "Non-2xx" in report or "Socket errors" in report:
            sys.exit(report)
        (speed,), (slow,) = re.findall(r"Requests/sec:\s+(\S+)", report), re.findall(r"99%\s+(\S+)", report)
        memory = f"{start:,.0f} MB at the start, {opened:,.0f} after the first requests, {resident():,.0f} at the end"
        return f"{float(speed):,.0f} requests/s, 99 % within {slow}; first {1e3 * mean(seconds):.0f} ms; {memory}"
    finally:
        server.terminate()
        server.wait()


def replaced(n_buildings: int = 20, n_times: int = 50) -> Iterator[str]:
    """Replace each model some times, ask for it, and ask for another building while it is opened."""
    with TemporaryDirectory() as models:
        for number in range(n_buildings + 1):
            shutil.copy(ROOT / "model.onnx", f"{models}/b{number}.onnx")
        command = [
            "-m",
            "uvicorn",
            "examples.portfolio.serve_many:app",
            "--no-access-log",
            "--log-level",
            "error",
            "--port",
            "8018",
        ]
        environment = os.environ | {"FORECAST_MODELS": models}
        with Popen([sys.executable, *command], cwd=ROOT, env=environment) as server, requests.Session() as session:
            try:
                check_call([*ONCE.split(), f"{URL}/health"], stdout=DEVNULL)
                status = Path(f"/proc/{server.pid}/status")
                alone = [_milliseconds(session, f"b{n_buildings}") for _ in range(1000)]
                opening, times = [], []
                over = Event()

                def replace() -> None:
                    with requests.Session() as other:
                        for turn in range(n_times + 1):
                            for number in range(n_buildings):
                                if turn:
                                    shutil.copy(ROOT / "model.onnx", f"{models}/new")
                                    Path(models, "new").replace(f"{models}/b{number}.onnx")
                                opening.append(_milliseconds(other, f"b{number}"))
                            resident.append(int(re.findall(r"VmRSS:\s+(\d+)", status.read_text())[0]) * 1024 / 1e6)
                    over.set()

                resident: list[float] = []
                replacing = Thread(target=replace)
                replacing.start()
                while not over.is_set():
                    times.append(_milliseconds(session, f"b{n_buildings}"))
                replacing.join()
            finally:
                server.terminate()
        counts = ", ".join(f"{resident[turn]:.0f}" for turn in (0, 1, 10, 25, n_times))
        yield f"{n_buildings} buildings, each replaced 0, 1, 10, 25 and {n_times} times: {counts} MB"
        for name, taken in (
            ("a prediction alone", alone),
            ("while others open", times),
            ("that opens a model", opening),
        ):
            slow = quantiles(taken, n=100)[98]
            yield f"{name}: median {median(taken):.1f} ms, 99 % within {slow:.1f}, all within {max(taken):.1f}"


def _milliseconds(session: requests.Session, building: str) -> float:
    began = monotonic()
    session.get(f"{URL}/{building}{QUESTION}", timeout=30).raise_for_status()
    return 1e3 * (monotonic() - began)


def main() -> None:
    """Print the figures."""
    if sys.argv[1:] == ["--replaced"]:
        for line in replaced():
            print(line)
        return
    with TemporaryDirectory() as models:
        one_core = os.environ | {"LOKY_MAX_CPU_COUNT": "1"}
        train = [sys.executable, "train.py", f"--output={models}/b0.onnx", f"--report={models}/report"]
        check_call(train, cwd=ROOT, env=one_core, stdout=DEVNULL)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"train.py: {used.ru_utime + used.ru_stime:.0f} s of a core, {used.ru_maxrss * 1024 / 1e6:.0f} MB")
        for number in range(500):
            shutil.copy(ROOT / "model.onnx", f"{models}/b{number}.onnx")
        print(f"a model file: {Path(models, 'b0.onnx').stat().st_size / 1e6:.2f} MB")
        print("a server of its own:", serve("serve:app", QUESTION, f"'{QUESTION}'"))
        for n, most_open in ((1, 500), (500, 500), (500, 50)):
            environment = {"FORECAST_MODELS": models, "FORECAST_MODELS_OPEN": f"{most_open}"}
            asked = f"'/b' .. math.random(0, {n - 1}) .. '{QUESTION}'"
            figures = serve("examples.portfolio.serve_many:app", f"/b[0-{n - 1}]{QUESTION}", asked, **environment)
            print(f"{n} buildings, at most {most_open} open:", figures)


if __name__ == "__main__":
    main()
