"""What a browser sees of the page, with the published model, and with another one under a mount."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import ROOT, changed_model, running_server

CARD_OF_ANOTHER = {
    "name": '"Mill"',
    "unit": '"MW"',
    "timezone": '"Asia/Kolkata"',
    "timestamps": json.dumps({"marks": "start", "clock": "local", "weekday_shift": 0}),
    "first_event_start": '"2017-01-01T00:00:00+05:30"',
    "last_event_start": '"2017-12-31T23:00:00+05:30"',
    "weekend": "[4, 5]",
    "rest_weekday": "5",
    "holidays": None,
    "closures": json.dumps({"2018-01-01": "annual service"}),
    "training_data": json.dumps(
        {
            "sha256": "0" * 64,
            "hours": 8000,
            "missing_hours": 760,
            "unit": "MW",
            "zeros_are_missing": False,
            "outlier_days_left_out": [],
            "warnings": ["It is odd."],
        }
    ),
}


@pytest.fixture(scope="session")
def mounted_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the page of a site with a half-hour offset, and return its address."""
    model = tmp_path_factory.mktemp("mounted") / "other.onnx"
    model.write_bytes(changed_model(**CARD_OF_ANOTHER))
    with running_server(["tests.web.mounted:app"], FORECAST_MODEL=str(model)) as (_, address):
        yield f"http://{address}/site/one/"


@pytest.fixture(scope="session")
def visits(live_server: str, mounted_server: str, node: str, chromium: None) -> dict[str, Any]:
    """Run visits.mjs once; a visit has ``seen`` or ``error``, and ``noise``: console messages and foreign requests."""
    command = [node, str(ROOT / "tests/web/visits.mjs"), f"http://{live_server}", mounted_server]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    return dict(json.loads(run.stdout))
