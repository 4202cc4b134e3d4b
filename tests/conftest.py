"""What many tests need: the data set, a generated one, and the app."""

import csv
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from training.source import PUBLISHED_FILE

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def published_csv() -> Path:
    """The published data set, which train.py downloads; tests have no network."""
    if not PUBLISHED_FILE.exists():
        pytest.skip("data/SF_hospital_load.csv is not there: run python train.py once to download it")
    return PUBLISHED_FILE


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV of hourly load with a daily and weekly shape; hospital-like by default."""

    def write(
        days: int = 120, first_label: datetime = datetime(2023, 1, 1, 1), offset: float = 1000, sunday: float = -200
    ) -> Path:
        path = tmp_path / "load.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["ds", "y"])
            for hour in range(days * 24):
                label = first_label + timedelta(hours=hour)
                event_start = label - timedelta(hours=1)
                weekend = sunday if event_start.weekday() >= 5 else 0
                wiggle = 20 * math.sin(hour * 0.7)  # unknown to the calendar, so that no model is perfect
                trend = 60 * math.sin(math.tau * hour / (366 * 24))
                daily = -150 * math.cos(math.tau * event_start.hour / 24)
                writer.writerow([label, round(offset + daily + weekend + wiggle + trend, 3)])
        return path

    return write


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """A client of the real app with the committed model; a 500 is an answer, as for any client."""
    from serve import app

    with TestClient(app, raise_server_exceptions=False) as test_client:
        yield test_client


@pytest.fixture(scope="session")
def live_server() -> Iterator[str]:
    """A real server process on a free port of this machine: ``localhost:PORT``."""
    command = [sys.executable, "-m", "uvicorn", "serve:app", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as server:
        assert server.stderr
        for line in server.stderr:
            if found := re.search(r"running on http://127\.0\.0\.1:(\d+)", line):
                yield f"localhost:{found[1]}"
                break
        server.terminate()
        server.stderr.read()
