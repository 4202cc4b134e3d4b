"""The commands of docs/operations.md, typed as they stand but for the ports: the story of a building that changes."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import requests
from starlette.testclient import TestClient

from serving.app import create_app
from tests.builders import ROOT, hour_ending_csv, hourly_load

from .hosts import free_port, haproxy_environment, responds, wait_until

pytestmark = pytest.mark.slow("proxies")

DOCUMENT = (ROOT / "docs/operations.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)
NOT_TYPED = ("docker ", "kubectl ")  # they need an engine and a cluster; ci.yml builds and runs both images
TYPED = [block for block in BLOCKS if not any(word in block for word in NOT_TYPED)]
PORTS = ("8000", "8001", "8002", "8003", "8404")
WHOLE = [
    "train.py", "evaluate.py", "serve.py", "requirements-serve.txt", "constraints.txt",
    "forecast_core", "training", "serving", "schemas", "web", "deploy",
]  # fmt: skip
NEW_HOURS = 12 * 7 * 24


class Seen(NamedTuple):
    """A response behind HAProxy."""

    block: int
    case: int
    status: int
    digest: str
    document: Any


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the project, with a model of the first year, and with two histories of twelve more weeks."""
    folder = tmp_path_factory.mktemp("project")
    for name in WHOLE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    load = hourly_load(days=365 + NEW_HOURS // 24)
    load = (load + np.random.default_rng(1).normal(0, 15, len(load))).round(3)
    (folder / "unchanged.csv").write_bytes(hour_ending_csv(load))
    (folder / "first.csv").write_bytes(hour_ending_csv(load[:-NEW_HOURS]))
    load[-NEW_HOURS:] *= 1.15  # from 1 January 2024 on
    (folder / "history.csv").write_bytes(hour_ending_csv(load.round(3)))
    command = [".venv/bin/python", "train.py", "--data", "first.csv", "--output", "my.onnx", "--report", "my-report"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture
def ports() -> dict[str, str]:
    """Choose a free port for each that the document names."""
    chosen = {name: str(free_port()) for name in PORTS}
    assert len({*chosen.values()}) == len(PORTS)
    return chosen


def script(ports: dict[str, str]) -> str:
    """Write all blocks as a script that tells which one it types, and which command failed."""
    lines = ["set -E", """trap 'echo "failed: $BASH_COMMAND"' ERR""", "trap 'kill $(jobs -p)' EXIT"]
    for number, block in enumerate(TYPED):
        if number == len(TYPED) - 1:
            lines.append("echo 'the end'; read")  # until the test has looked at all hosts
        lines += [f"echo '== {number}'", re.sub("|".join(PORTS), lambda found: ports[found[0]], block)]
    return "\n".join(lines)


def test_what_is_not_typed_says_so() -> None:
    """The other blocks are typed below."""
    left_out = [block for block in BLOCKS if any(word in block for word in NOT_TYPED)]
    assert len(left_out) == 4
    assert "It cannot type those for containers and Kubernetes" in DOCUMENT


def test_the_story_of_a_changed_building(folder: Path, ports: dict[str, str]) -> None:
    """From its first model over the alarm and the retraining to the new model's responses.

    Meanwhile, clients send requests to the two hosts: none is lost, and each response is that of the model it names.
    """
    output, url = folder / "output", f"http://127.0.0.1:{ports['8000']}"
    environment = os.environ | haproxy_environment([f"127.0.0.1:{ports['8001']}", f"127.0.0.1:{ports['8002']}"])
    environment |= {"BIND": f":{ports['8000']}", "METRICS": f"127.0.0.1:{ports['8404']}"}
    environment |= {"UVICORN_PORT": ports["8000"], "PATH": os.environ["PATH"] + ":/usr/sbin"}
    seen: list[Seen] = []
    over = threading.Event()

    def block() -> int:
        return int(re.findall(r"^== (\d+)$", output.read_text(), re.MULTILINE)[-1])

    def ask(headers: dict[str, str]) -> None:
        with requests.Session() as session:
            while not over.is_set():
                for case in range(24):
                    path = f"/v1/forecast?N=24&start=2024-03-{case + 1:02}T00:00:00-08:00"
                    began = block()
                    response = session.get(url + path, headers=headers, timeout=30)
                    digest = response.headers.get("Model-Digest", "")
                    seen.append(Seen(began, case, response.status_code, digest, response.json()))
                    time.sleep(0.01)

    clients = [threading.Thread(target=ask, args=[each]) for each in ({}, {"Cache-Control": "no-cache"})]
    with (
        output.open("w") as printed,
        subprocess.Popen(
            ["bash", "-c", script(ports)], cwd=folder, env=environment, stdin=subprocess.PIPE, text=True,
            stdout=printed, stderr=subprocess.STDOUT,
        ) as shell,
    ):  # fmt: skip
        try:
            wait_until(lambda: (folder / "b/pid").exists() and responds(f"{url}/health"), "HAProxy responds", 120)
            for client in clients:
                client.start()
            wait_until(lambda: "the end" in output.read_text() or shell.poll() is not None, "all is typed", 400)
        finally:
            over.set()
            for client in clients:
                if client.ident:
                    client.join()
            shell.communicate("\n", timeout=60)
    text = output.read_text()
    print(text)
    failed = re.findall(r"^failed: (.*)", text, re.MULTILINE)
    assert {each for each in failed if not each.startswith("wait ")} == set()

    apps = {}
    for name in ("old.onnx", "new.onnx"):
        app = create_app(folder / name)
        apps[app.model_digest[1].decode()] = TestClient(app)
    old, new = apps
    right = {
        (digest, case): app.get(f"/v1/forecast?N=24&start=2024-03-{case + 1:02}T00:00:00-08:00").json()
        for digest, app in apps.items()
        for case in range(24)
    }
    assert Counter(each.status for each in seen).keys() == {200}
    assert [each for each in seen if each.document != right[each.digest, each.case]] == []

    def block_with(words: str) -> int:
        return next(number for number, typed in enumerate(TYPED) if words in typed)

    rolled_out, went_back = block_with("roll_out my.onnx"), block_with("roll_out old.onnx")
    by_block = {number: {each.digest for each in seen if each.block == number} for number in range(len(TYPED))}
    assert by_block[rolled_out - 1] == {old}
    assert by_block[rolled_out] == {old, new}
    assert [each.digest for each in seen if each.block == rolled_out + 1][-1:] == [new]
    assert by_block[went_back + 1] == {old}

    assert "The model is outdated: the load is 15% above the forecast since the week of 1 January 2024" in text
    assert "train.py --since 2024-01-01 --replaces MODEL" in text
    assert f"my.onnx is replaced, Model-Digest {new}; my.onnx.old is the old one" in text
    assert (folder / "my.onnx").read_bytes() == (folder / "new.onnx").read_bytes()
    models = Counter(
        json.loads(line)["model"] for line in (folder / "haproxy.log").read_text().splitlines() if line[0] == "{"
    )
    assert {old, new} <= {*models}


def retrain(folder: Path, data: str, command: str = "echo reloaded", **environment: str) -> tuple[int, str]:
    """Run deploy/retrain.sh."""
    run = subprocess.run(
        ["deploy/retrain.sh", data, "served.onnx", command], cwd=folder, env=os.environ | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return run.returncode, run.stdout + run.stderr


@pytest.fixture
def served(folder: Path) -> Iterator[bytes]:
    """Put the first model into service under a name of its own."""
    content = (folder / "old.onnx" if (folder / "old.onnx").exists() else folder / "my.onnx").read_bytes()
    (folder / "served.onnx").write_bytes(content)
    yield content


def test_the_story_of_an_unchanged_building(folder: Path, served: bytes) -> None:
    """It ends with "holds", and nothing is replaced."""
    status, text = retrain(folder, "unchanged.csv")
    assert (status, text.splitlines()[-1]) == (
        0,
        "The model holds: its errors of the last weeks do not repeat themselves.",
    )
    assert (folder / "served.onnx").read_bytes() == served


def test_a_timer_waits_for_enough_weeks(folder: Path, served: bytes) -> None:
    """Eight weeks after the change, the model is outdated, and there is not yet enough data for a new one."""
    rows = (folder / "history.csv").read_text().splitlines(keepends=True)
    (folder / "short.csv").write_text("".join(rows[: -4 * 7 * 24]))
    status, text = retrain(folder, "short.csv")
    assert (status, "From 11 March 2024 on, there are the 10 weeks" in text) == (1, True), text
    assert (folder / "served.onnx").read_bytes() == served


def test_a_timer_tells_of_data_that_cannot_be_read(folder: Path, served: bytes) -> None:
    """The old model stays."""
    (folder / "broken.csv").write_text("ds,y\n2024-01-01 00:00,abc\n")
    status, text = retrain(folder, "broken.csv")
    assert (status, "reloaded" in text) == (2, False), text
    assert (folder / "served.onnx").read_bytes() == served


def test_a_timer_tells_of_a_reload_that_fails(folder: Path, served: bytes) -> None:
    """The new file is in place then, and the old one beside it."""
    status, text = retrain(folder, "history.csv", "false")
    assert status == 2, text
    assert (folder / "served.onnx.old").read_bytes() == served
    assert (folder / "served.onnx").read_bytes() != served
    assert not (folder / "served.onnx.new").exists()
