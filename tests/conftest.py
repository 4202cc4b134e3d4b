"""What many tests need: the data set, a generated one, and the app."""

import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
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
    """Write what ``hourly_load`` makes as a CSV of hour-ending labels in standard time."""

    def write(**site: Any) -> Path:
        path = tmp_path / "load.csv"
        load = hourly_load(**site)
        labels = (load.index + pd.Timedelta(hours=1)).tz_localize(None)
        pd.DataFrame({"ds": labels, "y": load.to_numpy()}).to_csv(path, index=False)
        return path

    return write


def hourly_load(
    days: int = 120,
    first: str = "2023-01-01T00:00-08:00",
    time_zone: str = "America/Los_Angeles",
    *,
    offset: float = 1000,
    at_rest: float = -200,
    rest_days: Collection[int] = (5, 6),
    holidays: Collection[date] = (),
    closed: Collection[date] = (),
) -> pd.Series:
    """Generate the load of a building whose people live by the local clock; hospital-like by default.

    :param first: the first event start, in standard time.
    :param at_rest: what is added on days of rest, which are some weekdays, holidays,
        and days on which the building is closed for a reason that no calendar knows.
    :returns: indexed by event start, in the offset of ``first``.
    """
    event_starts = pd.date_range(first, periods=days * 24, freq="h")
    local = event_starts.tz_convert(time_zone)
    rests = local.day_of_week.isin(rest_days) | pd.Index(local.date).isin([*holidays, *closed])
    hour = np.arange(len(event_starts))
    wiggle = 20 * np.sin(hour * 0.7)  # unknown to the calendar, so that no model is perfect
    trend = 60 * np.sin(math.tau * hour / (366 * 24))
    daily = -150 * np.cos(math.tau * local.hour / 24)
    return pd.Series((offset + daily + at_rest * rests + wiggle + trend).round(3), index=event_starts)


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """A client of the real app with the committed model; a 500 is an answer, as for any client."""
    from serve import app

    with TestClient(app, raise_server_exceptions=False) as test_client:
        yield test_client


@pytest.fixture(scope="session")
def live_server() -> Iterator[str]:
    """A real server process on a free port of this machine: ``localhost:PORT``."""
    with serving("serve:app") as address:
        yield address


@contextmanager
def serving(app: str, **environment: str) -> Iterator[str]:
    """Serve an app in a process of its own, on a free port: ``localhost:PORT``."""
    command = [sys.executable, "-m", "uvicorn", app, "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stderr
        for line in server.stderr:
            if found := re.search(r"running on http://127\.0\.0\.1:(\d+)", line):
                yield f"localhost:{found[1]}"
                break
        server.terminate()
        server.stderr.read()
