"""A site in a FlexMeasures that runs: PostgreSQL, Redis, the servers, and what the README's commands made of it."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import psycopg2
import pytest
import requests
from flexmeasures_client import FlexMeasuresClient

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
POSTGRES = next(Path("/usr/lib/postgresql").glob("*/bin"), Path(shutil.which("initdb") or "/").parent)
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", (HERE / "README.md").read_text("utf-8"), re.DOTALL)

Site = dict[str, str]
"""The environment of the README's commands: addresses, and the IDs of sensors."""
FORECASTS = ("SENSOR", "LOW", "HIGH")  # the sensors of the mean and of its quantiles
CLOCK_CHANGES_AND_A_YEAR = [
    ("2027-03-13T00:00:00-08:00", 72),
    ("2027-11-06T00:00:00-07:00", 72),
    ("2028-01-01T00:00:00-08:00", 8784),
]


def block(words: str) -> str:
    """Find the one block of the README that these words stand in."""
    (code,) = (code for _, code in BLOCKS if words in code)
    return code


@contextmanager
def started(command: str | list[str], ready: str, site: Site, folder: Path = ROOT) -> Iterator[None]:
    """Run a server until the end of the block, which begins when it says that it is ready."""
    shell = isinstance(command, str)
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"] if shell else command,
        env=site, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as server:  # fmt: skip
        assert server.stdout
        said = []
        for line in server.stdout:
            said.append(line)
            if re.search(ready, line):
                break
        else:
            pytest.fail(f"{command} does not start: {''.join(said)}")
        threading.Thread(target=server.stdout.read, daemon=True).start()
        try:
            yield
        finally:
            server.terminate()


def typed(code: str, site: Site, answer: str = "", folder: Path = ROOT) -> str:
    """Run a block in bash, with what it asks for, and keep what it exports."""
    with tempfile.NamedTemporaryFile() as exported:
        run = subprocess.run(
            ["bash", "-e", "-c", f"{code}\nenv -0 > {exported.name}"],
            env=site, cwd=folder, input=answer, capture_output=True, text=True, start_new_session=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, f"{code}\n{run.stdout}\n{run.stderr}"
        site.update(pair.split("=", 1) for pair in exported.read().decode().split("\0") if pair)
    return run.stdout


@contextmanager
def following_the_readme() -> Iterator[Site]:
    """Everything started, and the README followed up to the first forecast; stopped and removed afterwards."""
    if not (POSTGRES / "initdb").exists() or not shutil.which("redis-server"):
        pytest.skip("there is no PostgreSQL or Redis: run apt-get install postgresql redis-server")
    if not (ROOT / ".venv").exists() or not (ROOT / "data" / "SF_hospital_load.csv").exists():
        pytest.skip("there is no .venv or no data set: test and train the project first, as its README says")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o777)  # PostgreSQL does not run as root
        postgres, redis, forecast, flexmeasures = (str(free_port()) for _ in range(4))
        site = {
            **os.environ,
            "HOME": str(folder),
            "PATH": f"{POSTGRES}:{os.environ['PATH']}",
            "PGHOST": "localhost",
            "PGPORT": postgres,
            "PGUSER": "flexmeasures",
            "FLEXMEASURES_REDIS_PORT": redis,
            "FLASK_RUN_PORT": flexmeasures,
            "FORECAST": f"http://localhost:{forecast}",
            "FLEXMEASURES": f"http://localhost:{flexmeasures}",
        }
        site.pop("PYTHONDONTWRITEBYTECODE", None)  # FlexMeasures starts in half the time
        run_as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        control = [*run_as, str(POSTGRES / "pg_ctl"), "--pgdata", f"{folder}/postgres", "--silent"]
        subprocess.run(
            [*control, "initdb", "--options", "--username=flexmeasures --auth=trust"], check=True, cwd=folder
        )
        options = ["--options", f"-p {postgres} -k {folder} -c fsync=off", "--log", f"{folder}/postgres.log"]
        subprocess.run([*control, "start", *options], check=True, cwd=folder)
        stack.callback(subprocess.run, [*control, "stop", "--mode", "immediate"], check=True, cwd=folder)
        # FlexMeasures would have ten forecasts in five minutes at most, and this is more.
        (folder / ".flexmeasures.cfg").write_text('FLEXMEASURES_API_TRIGGER_RATE_LIMIT = "1000 per minute"\n')
        stack.enter_context(started(["redis-server", "--port", redis, "--save", ""], "Ready to accept", site))
        serve = [".venv/bin/uvicorn", "serve:app", "--port", forecast]
        stack.enter_context(started(serve, "running on", site))
        typed(block("createdb"), site, answer="a-long-password\n" * 2)
        address = stack.enter_context(stub_service())
        others = {"stub": address, "nobody": "http://localhost:1", "stranger": site["FLEXMEASURES"]}
        with (folder / ".flexmeasures.cfg").open("a") as configuration:
            configuration.write(f"LOAD_FORECAST_SERVICES |= {others}\n")
        stack.enter_context(started(block("flexmeasures run"), "Running on", site))
        stack.enter_context(started(block("run-worker"), "Scheduler for .* started", site))
        typed(block("create_site.py"), site)
        typed(block("add forecasts"), site)
        finished(typed(block("forecasts/trigger"), site), site)
        yield site


class StubService(BaseHTTPRequestHandler):
    """A forecast service that returns what a test sets."""

    status, content_type, body, model_digest = 200, "application/json", "", "0" * 16
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Respond to any request; the body may hold the number of hours."""
        self.asked.append(self.path)
        n_hours = int(re.findall(r"N=(\d+)", self.path)[0])
        body = (self.body or json.dumps({"values": [150.0] * n_hours, "unit": "kW"})).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", self.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Model-Digest", self.model_digest)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *ignored: Any) -> None:
        """Say nothing."""


@contextmanager
def stub_service() -> Iterator[str]:
    """Run the stub, and tell its address."""
    with ThreadingHTTPServer(("localhost", 0), StubService) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def free_port() -> int:
    """Find a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port: int = free.getsockname()[1]
        return port


def forecast(site: Site, **query: Any) -> dict[str, Any]:
    """Ask the server of this project."""
    response = requests.get(f"{site['FORECAST']}/v1/forecast", params=query, timeout=30)
    answer: dict[str, Any] = response.json()
    assert response.ok, answer
    return answer


def flexmeasures(site: Site, ask: Callable[[FlexMeasuresClient], Any]) -> Any:
    """Ask FlexMeasures, and wait for its jobs."""

    async def asked() -> Any:
        host = site["FLEXMEASURES"].removeprefix("http://")
        client = FlexMeasuresClient(email=site["EMAIL"], password=site["PASSWORD"], host=host, job_polling_interval=0.2)
        try:
            return await ask(client)
        finally:
            await client.close()

    return asyncio.run(asked())


def stored(site: Site, sensor: str, start: str, n_hours: int) -> dict[float, list[float]]:
    """Read what the database holds of a sensor: at each probability, the values in the order of their events."""
    rows = query(
        site,
        "SELECT cumulative_probability, array_agg(event_value ORDER BY event_start, belief_horizon DESC)"
        " FROM timed_belief WHERE sensor_id = %s AND event_start >= %s::timestamptz"
        " AND event_start < %s::timestamptz + %s * interval '1 hour' GROUP BY 1 ORDER BY 1",
        site[sensor], start, start, n_hours,
    )  # fmt: skip
    return dict(rows)


def finished(printed: str, site: Site) -> list[str]:
    """Wait for the jobs that FlexMeasures' answers name."""
    jobs = re.findall(r'"job": "([^"]+)"', printed)
    assert jobs, printed
    for job in jobs:
        flexmeasures(site, lambda client, job=job: client.wait_for_job(job))
    return jobs


def read(site: Site, sensor: str, start: str, n_hours: int, unit: str = "kW", resolution: str = "PT1H") -> list[float]:
    """Read a sensor by the API."""
    duration = timedelta(hours=n_hours)
    data = flexmeasures(
        site, lambda client: client.get_sensor_data(int(site[sensor]), start, duration, unit, resolution)
    )
    values: list[float] = data["values"]
    return values


def trigger(site: Site, sensor: str, start: str, n_hours: int) -> None:
    """Let FlexMeasures forecast by the API's trigger, and wait until it has."""
    duration = timedelta(hours=n_hours)
    job = flexmeasures(site, lambda client: client.trigger_forecast(int(site[sensor]), start=start, duration=duration))
    flexmeasures(site, lambda client: client.wait_for_job(job))


def new_sensor(site: Site, name: str, unit: str = "kW", resolution: str = "PT1H", **attributes: Any) -> str:
    """Make one more sensor, and name it for ``read`` and ``stored``."""
    sensor = flexmeasures(
        site,
        lambda client: client.add_sensor(name, resolution, unit, int(site["SITE"]), "America/Los_Angeles", attributes),
    )
    site[name] = str(sensor["id"])
    return name


def this_hour() -> str:
    """The present hour, as the README's commands have it."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0).isoformat()


def send(site: Site, sensor: str, what: str, body: dict[str, Any]) -> requests.Response:
    """Send a request about a sensor to FlexMeasures' API."""
    address = f"{site['FLEXMEASURES']}/api/v3_0/sensors/{site[sensor]}/{what}"
    return requests.post(address, json=body, headers={"Authorization": site["TOKEN"]}, timeout=60)


def post(site: Site, sensor: str, answer: dict[str, Any], **more: Any) -> None:
    """Post values as sensor data, and wait until they are stored."""
    answered = send(site, sensor, "data", {**answer, **more})
    if not answered.ok:
        raise ValueError(answered.text)
    finished(answered.text, site)


def refused(site: Site, sensor: str, message: str, **parameters: Any) -> None:
    """Check that the trigger refuses with this message, and leaves no job."""
    answer = send(site, sensor, "forecasts/trigger", {"duration": "PT24H", **parameters})
    assert answer.status_code == 422 and message in answer.text, answer.text


def get(site: Site, path: str, **parameters: Any) -> Any:
    """Read a part of FlexMeasures' API."""
    address = f"{site['FLEXMEASURES']}/api/v3_0/{path}"
    answer = requests.get(address, params=parameters, headers={"Authorization": site["TOKEN"]}, timeout=60)
    assert answer.ok, answer.text
    return answer.json()


def sources(site: Site, sensor: str) -> list[tuple[Any, ...]]:
    """Tell of which type and model the sources of a sensor's beliefs are."""
    sql = "SELECT DISTINCT type, model FROM timed_belief JOIN data_source ON data_source.id = source_id"
    return query(site, f"{sql} WHERE sensor_id = %s", site[sensor])


def query(site: Site, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
    """Ask the database itself for what the API does not tell."""
    with (
        closing(
            psycopg2.connect(dbname="flexmeasures", host="localhost", port=site["PGPORT"], user=site["PGUSER"])
        ) as db,
        db,
        db.cursor() as cursor,
    ):
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
