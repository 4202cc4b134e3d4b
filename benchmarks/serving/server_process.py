"""A server under measurement: one process on 127.0.0.1. Any error ends the benchmark."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UVICORN = "uvicorn --loop uvloop --http httptools --no-access-log --log-level warning --host 127.0.0.1 --port "
GUNICORN = "gunicorn --workers 1 --log-level warning --bind 127.0.0.1:"  # for Flask: WSGI, which uvicorn cannot run
QUERY = "/v1/prediction?hour_of_day={}&day_of_week={}&day_of_year={}"
BODY = '{{"hour_of_day": {}, "day_of_week": {}, "day_of_year": {}}}'
GOOD, REFUSED = range(200, 201), range(400, 500)
socket.setdefaulttimeout(60)  # seconds, for every connection


class Server(HTTPConnection):
    """A connection to a running server; ``first_response`` came that many seconds after the start of the process."""

    process: "subprocess.Popen[bytes]"
    first_response: float

    def predict(self, text: str, expected: range = GOOD) -> bytes:
        """Ask for a prediction, by a path with a query string or by a JSON body, and wait for the response."""
        path, body = (text, None) if text.startswith("/") else ("/v1/prediction", text)
        self.request("GET", path, body, {"Content-Type": "application/json"})
        return self.response(expected)

    def response(self, expected: range = GOOD) -> bytes:
        """Wait for the response to the last request."""
        response = self.getresponse()
        content = response.read()
        if response.status not in expected:
            sys.exit(f"got {response.status} {content[:300]!r}")
        return content

    def milliseconds(self, path: str) -> float:
        """Tell how long it takes to GET something."""
        began = time.perf_counter()
        self.request("GET", path)
        self.response()
        return (time.perf_counter() - began) * 1e3

    def resident_mb(self) -> float:
        """Return the memory of the serving process; MB of 10^6 bytes."""
        pid = self.process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()  # gunicorn has one
        status = Path(f"/proc/{[pid, *workers][-1]}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6


@contextmanager
def running(app: str) -> Iterator[Server]:
    """Run an app, ``module:name``, until the block ends; it has sent a response by then."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        server = Server(*free.getsockname())
    command = f"{GUNICORN if 'flask' in app else UVICORN}{server.port} {app}".split()
    started = time.perf_counter()
    server.process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT)
    try:
        while server.process.poll() is None and time.perf_counter() - started < 60:
            with suppress(ConnectionRefusedError):
                server.predict(QUERY.format(8, 3, 122))
                break
            server.close()  # what was refused is not tried again by itself
            time.sleep(0.002)
        else:
            sys.exit(f"{app} does not start")
        server.first_response = time.perf_counter() - started
        yield server
    finally:
        server.process.terminate()
        server.process.wait()
