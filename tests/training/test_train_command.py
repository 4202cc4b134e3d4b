"""The command ``python train.py``: its exit status, its one line on an error, and what it writes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

import train
from forecast_core.errors import DataError, InvalidModel
from tests.builders import MODEL_FILE, ROOT

REPORT = ROOT / "docs/validation"


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name an old model and a new report on the command line; return the path of the model."""
    path = tmp_path / "model.onnx"
    path.write_text("old")
    monkeypatch.setattr(sys, "argv", ["train.py", "--output", str(path), "--report", str(tmp_path / "report")])
    return path


def run(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as a user does, from another folder, with warnings as errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "train.py"), *map(str, arguments)],
        cwd="/", env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow("whole trainings")
def test_the_command_makes_the_committed_files_on_one_core(published_csv: Path, tmp_path: Path) -> None:
    """Model and report have the same bytes, whatever the number of cores."""
    one_core = {"LOKY_MAX_CPU_COUNT": "1", "OMP_NUM_THREADS": "1"}
    ended = run("--output", tmp_path / "model.onnx", "--report", tmp_path / "report", **one_core)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[0].startswith("load      SF_hospital_load.csv: 8,760 hours from ")
    made = {file.name: file.read_bytes() for file in tmp_path.rglob("*.*") if file.is_file()}
    committed = [MODEL_FILE, REPORT / "figures.json", REPORT / "forecast.png"]
    assert set(made) == {file.name for file in committed}
    for file in committed:
        assert made[file.name] == file.read_bytes(), f"{file.name} differs: run python train.py and commit it"


def test_a_data_error_is_one_line(tmp_path: Path) -> None:
    """The exit status is 2, the old model stays, and nothing else is written."""
    data, output = tmp_path / "load.csv", tmp_path / "model.onnx"
    data.write_text("ds,y\n2015-01-01 01:00,x\n")
    output.write_text("old")
    ended = run("--data", data, "--output", output, "--report", tmp_path / "report")
    message = f"train.py: {data}: line 2: y 'x' is not a number\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", message)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["load.csv", "model.onnx"]
    assert output.read_text() == "old"


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (train.Refused("the model is bad"), 1, "train.py: nothing saved: the model is bad\n"),
        (InvalidModel("it cannot be run"), 1, "train.py: nothing saved: it cannot be run\n"),
        (DataError("is not a file", file="x"), 2, "train.py: x: is not a file\n"),
        (
            DataError("cannot download http://x (Not\x1b[2J\r\nFound); name a copy with --data PATH"),
            2,
            "train.py: cannot download http://x (Not\\x1b[2J\\r\\nFound); name a copy with --data PATH\n",
        ),
        (
            DataError("cannot read " + "x" * 5000 + ": No such file or directory"),
            2,
            "train.py: cannot read " + "x" * 235 + "..." + "x" * 223 + ": No such file or directory\n",
        ),
        (KeyboardInterrupt(), 130, "\ntrain.py: interrupted; the model is as it was\n"),
    ],
)
def test_an_error_has_its_exit_status(
    output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    error: BaseException, status: int, line: str,
) -> None:  # fmt: skip
    """A check that fails is 1, data at fault 2, and an interruption 130; foreign text is shortened and escaped."""

    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(train, "train", fail)
    assert train.main() == status
    assert capsys.readouterr().err == line
    assert output.read_text() == "old"


def test_an_error_of_the_program_is_status_3(
    output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script must not take it for a verdict; the traceback is for whoever mends it."""

    def fail(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(train, "train", fail)
    assert train.main() == 3
    traceback, last_line = capsys.readouterr().err.rstrip("\n").rsplit("\n", 1)
    assert traceback.startswith("Traceback ")
    assert last_line == "train.py: nothing saved: that is an error of the program; please report it"
    assert output.read_text() == "old"


def test_a_report_that_cannot_be_written_leaves_the_old_model(
    output: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The model is written last, so a full disk leaves no new model beside an old report; its checksum is printed."""

    class Trained:
        content, card, validation = b"new", None, None

    def full(*_: object) -> None:
        raise DataError("figures.json cannot be written (No space left on device); what was there is as it was")

    monkeypatch.setattr(train, "train", lambda options: Trained)
    monkeypatch.setattr(train, "write_report", full)
    assert train.main() == 2
    assert capsys.readouterr().err.startswith("train.py: figures.json cannot be written (No space left on device); ")
    assert output.read_text() == "old"
    monkeypatch.setattr(train, "write_report", lambda *_: None)
    assert train.main() == 0
    assert output.read_bytes() == b"new"
    assert f"sha256 {sha256(b'new').hexdigest()}" in caplog.messages[-1]


def test_without_the_training_libraries_the_command_says_what_to_install() -> None:
    """The serve command of the README installs fewer libraries, and this is one line without a traceback."""
    code = "import runpy, sys; sys.modules['pandas'] = None; runpy.run_path('train.py', run_name='__main__')"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (
        2,
        f"train.py: pandas is not installed; run {sys.executable} -m pip install -r requirements.txt first\n",
    )


def test_ctrl_c_ends_the_command_in_one_line(write_csv: Callable[..., Path], tmp_path: Path) -> None:
    """It may come at any time of the work, and nothing is left behind."""
    output = tmp_path / "model.onnx"
    output.write_text("old")
    command = [sys.executable, "-u", str(ROOT / "train.py"), "--data", str(write_csv()), "--output", str(output)]
    # A shell starts a background job with SIGINT ignored, which tests that run in one would pass on.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    command += ["--report", str(tmp_path / "report")]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True, preexec_fn=heed) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("load")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stderr.read() == "\ntrain.py: interrupted; the model is as it was\n"
    assert {file.name for file in tmp_path.iterdir()} == {"load.csv", "model.onnx"}
    assert output.read_text() == "old"
