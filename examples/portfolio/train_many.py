"""Train a model for each CSV of a folder, on the cores of this computer or of a Ray cluster; README.md says how."""

import argparse
import logging
import os
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would send usage data otherwise
import ray

from forecast_core.errors import DataError
from train import Refused, train
from training.model_file import write_whole
from training.options import read_options
from training.validation import BASELINES, FOREST, significant

MOST_PENDING = 1000  # more than any cluster has cores; a waiting file of a year takes 250 kB of memory
ROOT = str(Path(__file__).resolve().parents[2])
ON_EACH_HOST = {"working_dir": ROOT, "env_vars": {"LOKY_MAX_CPU_COUNT": "1"}}  # this code, and one core for a forest


@ray.remote(num_cpus=1, memory=400e6, max_retries=5)  # a training takes 310 MB; a task is lost with its process
def train_building(name: str, content: bytes, options: list[str]) -> tuple[bytes | None, str]:
    """Train one building: the model and its errors, or None and the reason why there is no model."""
    with TemporaryDirectory() as folder:
        csv = Path(folder, name)
        csv.write_bytes(content)
        try:
            trained = train(read_options([*options, f"--data={csv}", f"--output={folder}/model", f"--report={folder}"]))
        except (DataError, Refused) as error:
            return None, str(error).replace(f"{folder}/", "")
    forest, *baselines = (trained.validation.scores[name].mae for name in (FOREST, *BASELINES))
    return trained.content, f"MAE {significant(forest)}, the better baseline's {significant(min(baselines))}"


def main() -> int:
    """Train the buildings that have no model; 1 if some have none afterwards."""
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
        except ray.exceptions.RayError as error:  # its process died too often, or the code has an error
            model, word = None, str(error).strip().splitlines()[-1]
        if model:
            write_whole(models[csv], model)  # only this process writes, so a task that dies leaves no half of a model
        outcomes["trained" if model else "not trained"] += 1
        print(f"{outcomes.total()}/{len(models)} {csv.stem}: {word}", file=None if model else sys.stderr, flush=True)
    print(*(f"{outcome:15}{n:7,}" for outcome, n in outcomes.items()), sep="\n")
    return int(bool(outcomes["not trained"]))


if __name__ == "__main__":
    sys.exit(main())
