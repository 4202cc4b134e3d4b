"""A server under measurement: one process that answers on 127.0.0.1."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
FIRST_REQUEST = "/v1/prediction?hour_of_day=8&day_of_week=3&day_of_year=122"

_LONGEST_START_SECONDS = 60
_POLL_SECONDS = 0.002  # short beside any start

UVICORN = ("uvicorn", "--no-access-log", "--log-level", "warning", "--port")
"""As in the README; uvloop and httptools are what uvicorn takes by itself where they are installed."""
GUNICORN = ("gunicorn", "--workers", "1", "--log-level", "warning", "--bind")
"""Flask is WSGI, so uvicorn cannot run it; one synchronous gunicorn worker is how people run it in one process."""


class BenchmarkError(Exception):
    """The benchmark cannot be run, or its figures would mean nothing."""


@dataclass(frozen=True)
class ServerProcess:
    """A running server.

    :param pid: of the process that answers.
    :param seconds_to_first_answer: from the start of the process.
    """

    pid: int
    port: int
    seconds_to_first_answer: float

    def resident_mb(self) -> float:
        """Tell how much memory the process holds now; MB of 10^6 bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        kibibytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(kibibytes) * 1024 / 1e6


@contextmanager
def running(command: Sequence[str], app: str, models: Path | None = None) -> Iterator[ServerProcess]:
    """Run an app until the block ends; its first answer has been checked.

    :param command: ``UVICORN`` or ``GUNICORN``.
    :param app: ``module:name``, from the project's root.
    :param models: folder of the rivals' models.
    :raises BenchmarkError: it does not start, or its first answer is not a prediction.
    """
    port = _free_port()
    address = str(port) if command is UVICORN else f"{HOST}:{port}"
    environment = {**os.environ, "RIVAL_MODELS": str(models)}
    with tempfile.TemporaryFile() as messages:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", *command, address, app], cwd=ROOT, env=environment, stdout=messages, stderr=messages
        )
        try:
            _await_prediction(process, port, started)
            seconds = time.perf_counter() - started
            yield ServerProcess(_answering_pid(process.pid), port, seconds)
        except BenchmarkError as error:
            messages.seek(0)
            raise BenchmarkError(f"{app}: {error}\n{messages.read().decode(errors='replace')}") from error
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _await_prediction(process: subprocess.Popen[bytes], port: int, started: float) -> None:
    while process.poll() is None and time.perf_counter() - started < _LONGEST_START_SECONDS:
        connection = http.client.HTTPConnection(HOST, port, timeout=_LONGEST_START_SECONDS)
        try:
            connection.request("GET", FIRST_REQUEST)
            response = connection.getresponse()
            content = response.read()
        except ConnectionError:
            time.sleep(_POLL_SECONDS)
            continue
        finally:
            connection.close()
        if response.status != 200 or not isinstance(json.loads(content)["prediction"], float):
            raise BenchmarkError(f"the first answer is {response.status} {content[:200]!r}")
        return
    raise BenchmarkError("the server does not start")


def _answering_pid(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else pid
