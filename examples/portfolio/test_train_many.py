"""Many buildings, trained through the death of a worker and of a node."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.builders import ROOT, hourly_load

pytest.importorskip("ray", reason="there is no Ray: run pip install -r examples/portfolio/requirements.txt")
from ray.cluster_utils import Cluster

TRAIN_MANY = [sys.executable, "-m", "examples.portfolio.train_many"]
OPTIONS = ["--holidays", "none"]  # the fastest that train.py does
BUILDINGS = ["bakery", "library", "school"]
ERROR = r"\d/4 atelier: atelier.csv: line 50: y 'broken' is not a number\n"


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def train_alone(load: Path, folder: Path) -> bytes:
    """The model that train.py makes by itself."""
    output = folder / "model.onnx"
    run(sys.executable, "train.py", f"--data={load}", f"--output={output}", f"--report={folder}", *OPTIONS)
    return output.read_bytes()


def busy_worker(node: Any, other_than: int = 0) -> int:
    """Wait for a worker process that is training on a node."""
    (raylet,) = node.all_processes["raylet"]
    for _ in range(1200):
        for children in Path(f"/proc/{raylet.process.pid}/task").glob("*/children"):
            for pid in map(int, children.read_text().split()):
                if pid != other_than and b"ray::train_building" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        time.sleep(0.1)
    raise TimeoutError("nothing is trained on the node")


def test_all_models_are_trained_though_a_worker_and_a_node_die(tmp_path: Path) -> None:
    """They are those of train.py, byte for byte; an error is one line; a second run skips what is there."""
    loads, models = tmp_path / "loads", tmp_path / "models"
    folders = ["--loads", str(loads), "--models", str(models)]
    loads.mkdir()
    for number, name in enumerate([*BUILDINGS, "atelier"]):
        load = hourly_load(days=71, offset=1000 + number)
        rows = pd.DataFrame({"ds": (load.index + pd.Timedelta(hours=1)).tz_localize(None), "y": load.to_numpy()})
        rows.to_csv(loads / f"{name}.csv", index=False)
    broken = (loads / "atelier.csv").read_text().splitlines()
    broken[49] = broken[49].partition(",")[0] + ",broken"
    (loads / "atelier.csv").write_text("\n".join(broken))

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    try:
        doomed = cluster.add_node(num_cpus=1)
        command = [*TRAIN_MANY, *folders, "--address", cluster.address, "--", *OPTIONS]
        with subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True) as training:
            worker = busy_worker(doomed)
            os.kill(worker, signal.SIGKILL)
            busy_worker(doomed, other_than=worker)
            cluster.remove_node(doomed, allow_graceful=False)
            alone = {f"{name}.onnx": train_alone(loads / f"{name}.csv", tmp_path) for name in BUILDINGS}
            progress, errors = training.communicate(timeout=300)
    finally:
        cluster.shutdown()  # type: ignore[no-untyped-call]
    print(progress)  # pytest shows it if one of these fails
    assert {file.name: file.read_bytes() for file in models.iterdir()} == alone
    assert re.fullmatch(ERROR, errors)
    assert training.returncode == 1

    again = run(*TRAIN_MANY, *folders)
    assert re.fullmatch(ERROR, again.stderr)
    assert (again.stdout, again.returncode) == ("there already        3\nnot trained          1\n", 1)
