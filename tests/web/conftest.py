"""What the page does in a browser, with the published model and with another one behind a mount."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, serving
from tests.serving.test_startup import changed_model

CARD_OF_ANOTHER = {
    "unit": '"MW"',
    "timezone": '"Asia/Kolkata"',
    "first_event_start": '"2017-01-01T00:00:00+05:30"',
    "last_event_start": '"2017-12-31T23:00:00+05:30"',
    "label_weekday_shift": "0",
    "holidays": None,
    "training_data": json.dumps(
        {"sha256": "0" * 64, "rows": 8000, "missing_hours": 760, "days_left_out_of_fit": [], "remarks": []}
    ),
}


@pytest.fixture(scope="session")
def mounted_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of a site half an hour off: its address."""
    model = changed_model(tmp_path_factory.mktemp("mounted") / "other.onnx", **CARD_OF_ANOTHER)
    with serving("tests.web.mounted:app", FORECAST_MODEL=str(model)) as address:
        yield f"http://{address}/site/one/"


@pytest.fixture(scope="session")
def visits(live_server: str, mounted_server: str) -> dict[str, Any]:
    """What visits.mjs saw: by visit, ``seen`` or ``error``, and ``noise``: console messages and foreign requests."""
    node = shutil.which("node")
    if node is None or not (ROOT / "tests/clients/node_modules/axe-core").is_dir():
        pytest.skip("there is no Node with axe-core: run apt-get install nodejs npm; npm ci --prefix tests/clients")
    if not Path(os.environ.get("CHROMIUM", "/usr/bin/chromium")).exists():
        pytest.skip("there is no browser: run apt-get install chromium, or set CHROMIUM to the path of one")
    command = [node, str(ROOT / "tests/web/visits.mjs"), f"http://{live_server}", mounted_server]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    return dict(json.loads(run.stdout))
