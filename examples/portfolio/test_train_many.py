"""Many buildings, trained through the death of a worker and of a node."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.builders import ROOT, hour_ending_csv, hourly_load
from tests.deploy.hosts import free_port

pytest.importorskip("ray", reason="there is no Ray: run pip install -r examples/portfolio/requirements.txt")

from examples.portfolio.train_many import read_buildings
from forecast_core.errors import DataError
from serving.onnx_model import open_model

README = (ROOT / "examples/portfolio/README.md").read_text("utf-8")
TRAIN_MANY = [sys.executable, "-m", "examples.portfolio.train_many"]
OPTIONS = ["--holidays", "none"]  # the fastest that train.py does
BUILDINGS = ["bakery", "library", "school"]
ERROR = r"\d/4 atelier: atelier.csv: line 50: y 'broken' is not a number\n"


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def documented(words: str, **changes: str) -> list[str]:
    """Return the command of README.md that starts with some words, with this Python's programs."""
    (line,) = re.findall(rf"^{words}.*?(?=  +#|$)", README, re.MULTILINE)
    for old, new in changes.items():
        line = line.replace(old, new)
    program, *rest = line.split()
    return [str(Path(sys.executable).with_name(program)), *rest]


def descendants(pid: int) -> list[int]:
    """List the processes that a process has started, and those that they have started."""
    found = []
    with suppress(FileNotFoundError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in map(int, children.read_text().split()):
                found += [child, *descendants(child)]
    return found


def kill_host(host: "subprocess.Popen[str]") -> None:
    """Kill all processes of a Ray host; ``ray stop`` would end those of others on this computer, too."""
    for pid in [*descendants(host.pid), host.pid]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    host.wait()


@contextmanager
def ray_host(command: list[str], home: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start a Ray host with one core as README.md does; ``--block`` keeps its processes together."""
    environment = os.environ | {"HOME": str(home), "RAY_AUTH_MODE": "token"}
    options = ["--block", "--num-cpus", "1"] + (["--include-dashboard", "false"] if "--head" in command else [])
    with (
        Path(home, "log").open("a+") as log,
        subprocess.Popen([*command, *options], env=environment, stdout=log, stderr=log, text=True) as host,
    ):
        try:
            for _ in range(600):
                if "Ray runtime started" in Path(home, "log").read_text():
                    break
                assert host.poll() is None, Path(home, "log").read_text()
                time.sleep(0.1)
            yield host
        finally:
            kill_host(host)


def train_alone(load: Path, folder: Path) -> bytes:
    """The model that train.py makes by itself."""
    output = folder / "model.onnx"
    run(sys.executable, "train.py", f"--data={load}", f"--output={output}", f"--report={folder}", *OPTIONS)
    return output.read_bytes()


def busy_worker(host: "subprocess.Popen[str]", other_than: int = 0) -> int:
    """Wait for a worker process that is training on a host."""
    for _ in range(1200):
        for pid in descendants(host.pid):
            with suppress(FileNotFoundError):
                if pid != other_than and b"ray::train_building" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        time.sleep(0.1)
    raise TimeoutError("nothing is trained on the host")


def test_all_models_are_trained_though_a_worker_and_a_node_die(tmp_path: Path) -> None:
    """They are those of train.py, byte for byte; an error is one line; a second run skips what is there."""
    loads, models = tmp_path / "loads", tmp_path / "models"
    folders = ["--loads", str(loads), "--models", str(models)]
    loads.mkdir()
    for number, name in enumerate([*BUILDINGS, "atelier"]):
        load = hourly_load(days=71, offset=1000 + number)
        (loads / f"{name}.csv").write_bytes(hour_ending_csv(load))
    broken = (loads / "atelier.csv").read_text().splitlines()
    broken[49] = broken[49].partition(",")[0] + ",broken"
    (loads / "atelier.csv").write_text("\n".join(broken))

    port = str(free_port())
    first, other = tmp_path / "first", tmp_path / "other"
    first.mkdir()
    assert "export RAY_AUTH_MODE=token " in README
    at_first = os.environ | {"HOME": str(first), "RAY_AUTH_MODE": "token"}
    subprocess.run(documented("ray get-auth-token"), env=at_first, check=True, capture_output=True)
    shutil.copytree(first, other)
    with (
        ray_host(documented("ray start --head", **{"6379": port}), first),
        ray_host(documented("ray start --address", **{"FIRST_HOST:6379": f"127.0.0.1:{port}"}), other) as doomed,
    ):
        command = documented("python -m examples.portfolio.train_many --address", auto=f"127.0.0.1:{port}")
        command = [*command, *folders, "--", *OPTIONS]
        with subprocess.Popen(command, cwd=ROOT, env=at_first, stdout=-1, stderr=-1, text=True) as training:
            worker = busy_worker(doomed)
            os.kill(worker, signal.SIGKILL)
            busy_worker(doomed, other_than=worker)
            kill_host(doomed)
            alone = {f"{name}.onnx": train_alone(loads / f"{name}.csv", tmp_path) for name in BUILDINGS}
            progress, errors = training.communicate(timeout=300)
    print(progress)  # pytest shows it if one of these fails
    assert {file.name: file.read_bytes() for file in models.iterdir()} == alone
    assert re.fullmatch(ERROR, errors)
    assert training.returncode == 1

    again = run(*TRAIN_MANY, *folders)
    assert re.fullmatch(ERROR, again.stderr)
    assert (again.stdout, again.returncode) == ("there already        3\nnot trained          1\n", 1)


def test_a_retraining_keeps_the_old_model_until_a_better_one_is_there(tmp_path: Path) -> None:
    """Each building of the table has its own options, and what changed is printed for each."""
    models = tmp_path / "models"
    table = tmp_path / "buildings.csv"
    load = hourly_load(days=71 + 28)
    grown = load.copy()
    grown[71 * 24 :] += 400
    newer = {"library": load, "school": grown, "mill": load}
    for name, series in newer.items():
        (tmp_path / f"{name}.csv").write_bytes(hour_ending_csv(series[: 71 * 24]))
    table.write_text(
        "name,data,options\nlibrary,library.csv,--holidays none\nschool,school.csv,--holidays none --unit MW\n"
        "mill,mill.csv,--holidays none --name 'The mill'\n"
    )
    command = [*TRAIN_MANY, "--buildings", str(table), "--models", str(models)]
    first = run(*command)
    assert (first.returncode, first.stderr) == (0, ""), first.stdout
    old = {name: (models / f"{name}.onnx").read_bytes() for name in newer}
    cards = {name: open_model(content).card for name, content in old.items()}
    assert [(cards[name].unit, cards[name].name) for name in newer] == [
        ("kW", "library"),
        ("MW", "school"),
        ("kW", "The mill"),
    ]

    (tmp_path / "library.csv").write_bytes(b"broken")
    (tmp_path / "school.csv").write_bytes(hour_ending_csv(grown))
    again = run(*command, "--retrain")
    new = {name: (models / f"{name}.onnx").read_bytes() for name in newer}
    assert new["library"] == old["library"]
    assert new["mill"] == old["mill"]
    assert again.returncode == 1
    assert "library: library.csv: " in again.stderr
    assert "mill: the same model again, MAE " in again.stdout
    if new["school"] == old["school"]:
        assert "school: the model in service is better: on the last 4 weeks" in again.stdout
    else:
        assert "; trained until 2023-04-09, before until 2023-03-12\n" in again.stdout


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("x,y\n", "the first line must be name,data,options"),
        ("name,data\n../x,a.csv\n", "line 2: '../x' cannot be the name of a file"),
        ("name,data\na,b.csv\n", "line 2: there is no file"),
        ("name,data\na,a.csv\na,a.csv\n", "line 3: there is a a already"),
        ("name,data,options\na,a.csv,--name 'x\n", "No closing quotation"),
    ],
)
def test_an_error_in_the_table_is_named(tmp_path: Path, table: str, message: str) -> None:
    """Nothing is trained."""
    (tmp_path / "a.csv").touch()
    (tmp_path / "buildings.csv").write_text(table)
    with pytest.raises(DataError) as error:
        read_buildings(tmp_path / "buildings.csv")
    assert message in str(error.value)
