"""The page reads a CSV of measured power as train.py does."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from serving.page import WEB_FOLDER
from tests.builders import AMSTERDAM, ROOT, Export, Site

pytestmark = pytest.mark.slow("browsers")

LAYOUTS: list[dict[str, Any]] = [
    {"clock": "standard"},
    {"clock": "local", "marks": "start"},
    {"clock": "local", "marks": "end"},
    {"clock": "offset", "marks": "start", "time_format": "%Y-%m-%dT%H:%M:%S%z"},
    {"time_format": "%d.%m.%Y %H:%M", "separator": ";", "decimal": ","},
    {"time_format": "%m/%d/%Y %H:%M", "separator": "\t"},
]
EXPORTS = [Export(site=Site(minutes=minutes), **layout) for minutes in (15, 60) for layout in LAYOUTS]


def test_the_page_reads_what_train_reads(node: str, tmp_path: Path) -> None:
    """Over both clock changes of a year, each hour of each layout has the power that train.py finds."""
    for module in WEB_FOLDER.glob("*.js"):
        shutil.copy(module, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    expected, files = [], []
    for export in EXPORTS:
        load = export.site.load(400)
        profile = export.read(load)
        expected.append([[event.timestamp() * 1000, power] for event, power in profile.power.items()])
        timestamps = {
            "marks": export.marks,
            "clock": "local" if export.clock == "offset" else export.clock,
            "weekday_shift": 0,
        }
        card = {
            "timezone": AMSTERDAM,
            "first_event_start": load.index[0].isoformat(),
            "known_years": {"first": 2012, "last": 2042},
            "weekend": [5, 6],
            "closures": {},
            "timestamps": timestamps,
        }
        files.append({"text": export.content(load).decode(), "card": card})
    (tmp_path / "input.json").write_text(json.dumps(files))
    command = [node, str(ROOT / "tests/web/read_measured.mjs"), str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    for export, hours, read in zip(EXPORTS, expected, json.loads(run.stdout), strict=True):
        assert read == [[start, pytest.approx(power)] for start, power in hours], export
