"""What many tests share: data, the app, a running server and programs, and the list of the tests that are left out."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.builders import ROOT, hour_ending_csv, hourly_load, running_server
from training.csv_file import PUBLISHED_FILE

LEFT_OUT = pytest.StashKey[Counter[str]]()


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count the slow tests that are left out, by what makes them slow."""
    for item in items:
        if mark := item.get_closest_marker("slow"):
            item.config.stash.setdefault(LEFT_OUT, Counter())[mark.args[0]] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say at the end which tests were left out, and how to run them."""
    if left_out := config.stash.get(LEFT_OUT, None):
        kinds = ", ".join(f"{kind} {count}" for kind, count in left_out.most_common())
        line = f"left out: {left_out.total()} slow tests ({kinds}); all: python -m pytest -m ''"
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(scope="session")
def published_csv() -> Path:
    """Return the path of the published data set, which train.py downloads; tests have no network."""
    if not PUBLISHED_FILE.exists():
        pytest.skip("data/SF_hospital_load.csv is not there: run python train.py once to download it")
    return PUBLISHED_FILE


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Write what ``hourly_load`` makes of the arguments as a CSV."""

    def write(**building: Any) -> Path:
        path = tmp_path / "load.csv"
        path.write_bytes(hour_ending_csv(hourly_load(**building)))
        return path

    return write


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """Make a client of the real app with the committed model; it gets a 500 as any other client does."""
    from serve import app

    with TestClient(app, raise_server_exceptions=False) as test_client:
        yield test_client


@pytest.fixture(scope="session")
def live_server() -> Iterator[str]:
    """Run a server in a process of its own, and return its address: ``localhost:PORT``."""
    with running_server() as (_, address):
        yield address


@pytest.fixture(scope="session")
def curl() -> str:
    """Return the path of curl."""
    if (found := shutil.which("curl")) is None:
        pytest.skip("there is no curl: run apt-get install curl")
    return found


@pytest.fixture(scope="session")
def node() -> str:
    """Return the path of Node, for which the packages of tests/clients are installed."""
    if (found := shutil.which("node")) is None:
        pytest.skip("there is no Node: run apt-get install nodejs npm")
    if not (ROOT / "tests/clients/node_modules").is_dir():
        pytest.skip("there are no packages for Node: run npm ci --prefix tests/clients")
    return found


@pytest.fixture(scope="session")
def chromium() -> None:
    """Skip the test unless there is a browser."""
    if not Path(os.environ.get("CHROMIUM", "/usr/bin/chromium")).exists():
        pytest.skip("there is no browser: run apt-get install chromium, or set CHROMIUM to the path of one")


@pytest.fixture(scope="session")
def curl_with_http2(curl: str) -> str:
    """Return the path of a curl that knows HTTP/2."""
    if "HTTP2" not in subprocess.run([curl, "-V"], capture_output=True, text=True, check=True).stdout:
        pytest.skip("there is no curl with HTTP/2: run apt-get install curl")
    return curl
