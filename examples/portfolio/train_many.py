"""Train a model for each CSV of a folder, on the cores of this computer or of a Ray cluster; README.md says how."""

import argparse
import json
import logging
import os
import runpy
import sys
from collections import Counter
from contextlib import chdir, redirect_stderr
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # or Ray would report its use to its makers
import ray

from training.replacing import write_whole

MOST_PENDING = 1000  # enough for as many cores; a file of a year takes 250 kB of memory while it waits
ROOT = str(Path(__file__).resolve().parents[2])
ON_EACH_HOST = {"working_dir": ROOT, "env_vars": {"LOKY_MAX_CPU_COUNT": "1"}}  # this code; a forest on one core


@ray.remote(num_cpus=1, memory=400e6, max_retries=5)  # train.py takes 310 MB; a task is lost with its process
def train_building(name: str, content: bytes, options: list[str]) -> tuple[bytes | None, str]:
    """Run train.py: the model and its errors, or None and what train.py says is wrong."""
    with TemporaryDirectory() as folder, chdir(folder), redirect_stderr(StringIO()) as said:
        Path(name).write_bytes(content)
        sys.argv = ["train.py", *options, f"--data={name}", "--output=model.onnx", "--report=report"]
        try:
            runpy.run_module("train", run_name="__main__")
        except SystemExit as end:
            if end.code:
                return None, said.getvalue().splitlines()[-1]
        scores = json.loads(Path("report/figures.json").read_text())["scores"]
        forest, *baselines = (score["mae"] for score in scores.values())
        return Path("model.onnx").read_bytes(), f"MAE {forest}, the better baseline's {min(baselines)}"


def main() -> int:
    """Train what is missing; 1 if something is missing afterwards."""
    parser = argparse.ArgumentParser(description="Train a model for each CSV of a folder; what exists is skipped.")
    parser.add_argument("--loads", type=Path, default="loads", help="a folder of CSVs, each named after its building")
    parser.add_argument("--models", type=Path, default="models", help="a folder for the models")
    parser.add_argument("options", nargs="*", help="of train.py, for all: -- --timezone Europe/Amsterdam")
    parser.add_argument("--address", default="local", help="of a Ray cluster, or auto (default: this computer)")
    given = parser.parse_args()
    models = {csv: given.models / f"{csv.stem}.onnx" for csv in sorted(given.loads.glob("*.csv"))}
    if not models:
        parser.error(f"there is no .csv in {given.loads}; name another folder with --loads")
    given.models.mkdir(parents=True, exist_ok=True)
    waiting = [csv for csv, model in models.items() if not model.exists()]
    pending: dict[ray.ObjectRef[tuple[bytes | None, str]], Path] = {}
    outcomes = Counter({"there already": len(models) - len(waiting)})
    ray.init(given.address, runtime_env=ON_EACH_HOST, logging_level=logging.ERROR, log_to_driver=False)
    while waiting or pending:
        while waiting and len(pending) < MOST_PENDING:
            csv = waiting.pop(0)
            pending[train_building.remote(csv.name, csv.read_bytes(), given.options)] = csv
        [done], _ = ray.wait(list(pending))
        csv = pending.pop(done)
        try:
            model, word = ray.get(done)
        except ray.exceptions.RayError as error:  # its process died too often, or train.py has a defect
            model, word = None, str(error).strip().splitlines()[-1]
        if model:
            write_whole(models[csv], model)  # by this process alone, so that no death leaves half a model
        outcomes["trained" if model else "not trained"] += 1
        print(f"{outcomes.total()}/{len(models)} {csv.stem}: {word}", file=None if model else sys.stderr, flush=True)
    print(*(f"{outcome:15}{n:7,}" for outcome, n in outcomes.items()), sep="\n")
    return int(bool(outcomes["not trained"]))


if __name__ == "__main__":
    sys.exit(main())
