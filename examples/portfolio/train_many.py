"""Train a model for each building, on the cores of this computer or of a Ray cluster; README.md says how."""

import argparse
import csv
import logging
import os
import shlex
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would send usage data otherwise
import ray

from forecast_core.errors import DataError, InvalidModel
from forecast_core.forecaster import Forecaster
from serving.onnx_model import open_model
from train import Refused, train
from training.csv_file import read_source
from training.evaluation import WEEKS_COMPARED
from training.load_profile import read_load_profile
from training.model_file import write_whole
from training.options import TrainingOptions, read_options
from training.validation import BASELINES, FOREST, significant
from training.verdict import WEEK

MOST_PENDING = 1000  # more than any cluster has cores; a waiting file of a year takes 250 kB of memory
THERE_ALREADY, TRAINED, KEPT, NOT_TRAINED = "there already", "trained", "old one kept", "not trained"
ROOT = str(Path(__file__).resolve().parents[2])
ON_EACH_HOST = {"working_dir": ROOT, "env_vars": {"LOKY_MAX_CPU_COUNT": "1"}}  # this code, and one core for a forest


class Building(NamedTuple):
    """A building, its CSV, and its options of train.py."""

    name: str
    data: Path
    options: list[str]


class Outcome(NamedTuple):
    """What became of a building: the new model or None, one of the words of the summary, and what there is to say."""

    model: bytes | None
    summary: str
    detail: str


@ray.remote(num_cpus=1, memory=400e6, max_retries=5)  # a training takes 310 MB; a task is lost with its process
def train_building(name: str, content: bytes, options: list[str], old: bytes | None) -> Outcome:
    """Train one building.

    :param old: the model in service, which a new one has to beat where weeks are left that it has not seen.
    """
    with TemporaryDirectory() as folder:
        data = Path(folder, name)
        data.write_bytes(content)
        options = [*options, f"--data={data}", f"--output={folder}/model", f"--report={folder}"]
        service = _usable(old)
        try:
            if service and old and _is_comparable(service, read_options(options)):
                Path(folder, "old").write_bytes(old)
                options.append(f"--replaces={folder}/old")
            trained = train(read_options(options))
        except (DataError, InvalidModel, Refused) as error:
            summary = KEPT if old and isinstance(error, Refused) else NOT_TRAINED
            return Outcome(None, summary, str(error).replace(f"{folder}/", ""))
    forest, *baselines = (trained.validation.scores[name].mae for name in (FOREST, *BASELINES))
    detail = f"MAE {significant(forest)}, the better baseline's {significant(min(baselines))}"
    if trained.content == old:
        return Outcome(None, KEPT, f"the same model again, {detail}")
    if service:
        (before,) = (score["mae"] for score in service.card.validation["scores"] if score["name"] == FOREST)
        last, last_before = (card.last_event_start[:10] for card in (trained.card, service.card))
        detail += f"; before {before}; trained until {last}, before until {last_before}"
        detail += "" if options[-1].startswith("--replaces=") else "; not compared, as too few weeks are new to both"
    return Outcome(trained.content, TRAINED, detail)


def _usable(old: bytes | None) -> Forecaster | None:
    try:
        return open_model(old) if old else None
    except (InvalidModel, ValueError):  # of an earlier version, or damaged: any new one is better
        return None


def _is_comparable(service: Forecaster, options: TrainingOptions) -> bool:
    """Tell whether the data has weeks that a model in the same unit has not seen."""
    end = read_load_profile(*read_source(options.data), options).power.index[-1]
    is_new = end - service.calendar.last_event_start >= WEEKS_COMPARED * WEEK
    return bool(is_new and options.power_unit == service.card.unit)


def read_buildings(table: Path) -> list[Building]:
    """Read a CSV with the columns name, data and options; paths start at its folder.

    :raises DataError: it cannot be read.
    """
    buildings: list[Building] = []
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if not {"name", "data"} <= {*(rows.fieldnames or [])}:
                raise DataError(f"{table}: the first line must be name,data,options")
            for row in rows:
                where = f"{table}: line {rows.line_num}"
                name, data = row["name"] or "", row["data"] or ""
                if not name or Path(name).name != name or name.startswith("."):
                    raise DataError(f"{where}: {name!r} cannot be the name of a file")
                if not (table.parent / data).is_file():
                    raise DataError(f"{where}: there is no file {table.parent / data}")
                if any(building.name == name for building in buildings):
                    raise DataError(f"{where}: there is a {name} already")
                options = shlex.split(row.get("options") or "")
                buildings.append(Building(name, table.parent / data, options))
    except (OSError, ValueError, csv.Error) as error:  # also quotes that do not end, or another encoding
        raise DataError(f"{table}: {getattr(error, 'strerror', None) or error}") from error
    return buildings


def main() -> int:
    """Train the buildings that have no model, or all; 1 if one could not be trained, whose old model stays."""
    parser = argparse.ArgumentParser(prog="train_many", description="Train a model for each building.")
    parser.add_argument("--loads", type=Path, default="loads", help="a folder of CSVs, each named after its building")
    parser.add_argument("--buildings", type=Path, metavar="CSV", help="instead: a table of name, data and options")
    parser.add_argument("--models", type=Path, default="models", help="a folder for the models")
    parser.add_argument(
        "--retrain", action="store_true", help="also those that have a model; it stays until it is beaten"
    )
    parser.add_argument("options", nargs="*", help="of train.py, for all: -- --timezone Europe/Amsterdam")
    parser.add_argument("--address", default="local", help="of a Ray cluster, or auto (default: this computer)")
    given = parser.parse_args()
    try:
        folder = [Building(data.stem, data, []) for data in sorted(given.loads.glob("*.csv"))]
        buildings = read_buildings(given.buildings) if given.buildings else folder
    except DataError as error:
        parser.error(str(error))
    if not buildings:
        parser.error(
            f"there is no .csv in {given.loads}; name another folder with --loads, or a table with --buildings"
        )
    given.models.mkdir(parents=True, exist_ok=True)
    models = {building.name: given.models / f"{building.name}.onnx" for building in buildings}
    waiting = [building for building in buildings if given.retrain or not models[building.name].exists()]
    pending: dict[ray.ObjectRef[Outcome], str] = {}
    outcomes = Counter({THERE_ALREADY: len(buildings) - len(waiting)})
    ray.init(given.address, runtime_env=ON_EACH_HOST, logging_level=logging.ERROR, log_to_driver=False)
    while waiting or pending:
        while waiting and len(pending) < MOST_PENDING:
            name, data, options = waiting.pop(0)
            old = models[name].read_bytes() if models[name].exists() else None
            options = [*given.options, *options]
            pending[train_building.remote(data.name, data.read_bytes(), options, old)] = name
        [done], _ = ray.wait(list(pending))
        name = pending.pop(done)
        try:
            outcome = ray.get(done)
        except ray.exceptions.RayError as error:  # its process died too often, or the code has an error
            outcome = Outcome(None, NOT_TRAINED, str(error).strip().splitlines()[-1])
        if outcome.model:  # only this process writes, so a task that dies leaves no half of a model
            write_whole(models[name], outcome.model)
        outcomes[outcome.summary] += 1
        to = sys.stderr if outcome.summary == NOT_TRAINED else sys.stdout
        print(f"{outcomes.total()}/{len(models)} {name}: {outcome.detail}", file=to, flush=True)
    print(*(f"{outcome:15}{n:7,}" for outcome, n in outcomes.items()), sep="\n")
    return int(bool(outcomes[NOT_TRAINED]))


if __name__ == "__main__":
    sys.exit(main())
