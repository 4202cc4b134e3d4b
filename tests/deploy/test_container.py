"""The image, without an engine: what the Dockerfile copies, installs and runs is enough, and writes nothing."""

import json
import re
import shutil
import signal
import subprocess
import sys
import venv
from fnmatch import fnmatch
from pathlib import Path

import requests

from tests.conftest import ROOT

from .conftest import answers, free_port, serve_command, wait_until

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", "")
DOCKERIGNORE = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if not line.startswith("#")]


def instruction(name: str) -> str:
    """Find the one instruction of a name."""
    (found,) = re.findall(rf"^{name} (.*)", DOCKERFILE, re.MULTILINE)
    return str(found)


def ignored(path: Path) -> bool:
    """Tell whether .dockerignore keeps a path from the engine: the last line that fits decides."""
    parts = [part.as_posix() for part in (path, *path.parents)]
    fitting = [line for line in DOCKERIGNORE if any(fnmatch(part, line.removeprefix("!")) for part in parts)]
    return bool(fitting) and not fitting[-1].startswith("!")


def copy(folder: Path) -> None:
    """Do what the COPY instructions say, within what .dockerignore leaves."""
    for line in re.findall(r"^COPY (.*)", DOCKERFILE, re.MULTILINE):
        *sources, target = line.split()
        for source in (ROOT / name for name in sources):
            files = [file for file in (source, *source.rglob("*")) if file.is_file()]
            files = [file for file in files if not ignored(file.relative_to(ROOT))]
            assert files, f"COPY {line}: {source.name} is not there, or .dockerignore hides it"
            for file in files:
                to = folder / target / (file.relative_to(source) if source.is_dir() else file.name)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, to)


def test_the_dockerfile_serves_from_what_it_copies_and_installs(tmp_path: Path) -> None:
    """Its RUN, CMD, HEALTHCHECK and STOPSIGNAL, as they stand, but for the port."""
    folder, programs, port = tmp_path / "image", tmp_path / "venv" / "bin", free_port()
    copy(folder)
    files = sorted(folder.rglob("*"))
    assert {*folder.rglob("__pycache__"), *folder.rglob("*.csv")} == set()
    venv.create(tmp_path / "venv")
    program, *arguments = instruction("RUN").split()
    assert program == "pip"
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python")]
    subprocess.run([*pip, *arguments, "--no-compile", "--quiet"], cwd=folder, check=True)

    environment = dict([instruction("ENV").split("=")]) | {"HOME": str(folder), "TMPDIR": str(folder)}
    program, *arguments = json.loads(instruction("CMD"))
    check_program, *check = json.loads(instruction("HEALTHCHECK").partition(" CMD ")[2].replace("8000", str(port)))
    health_check = [programs / check_program, *check]
    server = subprocess.Popen([programs / program, *arguments, "--port", str(port)], cwd=folder, env=environment)
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/health"), "the server answers")
        response = requests.get(f"http://127.0.0.1:{port}/v1/forecast?N=1", timeout=30)
        assert (response.status_code, response.json()["duration"]) == (200, "PT1H")
        subprocess.run(health_check, cwd=folder, env=environment, check=True)
        server.send_signal(signal.Signals[instruction("STOPSIGNAL")])
        server.wait(timeout=10)
    finally:
        server.kill()
        server.wait()
    failed = subprocess.run(health_check, cwd=folder, env=environment, capture_output=True, check=False)
    assert failed.returncode == 1
    assert sorted(folder.rglob("*")) == files  # so the file system may be read-only


def test_the_dockerfile_runs_the_readmes_command_for_all_addresses_and_not_as_root() -> None:
    """An engine forwards to an address that is not localhost."""
    assert json.loads(instruction("CMD")) == ["uvicorn", *serve_command(), "--host", "0.0.0.0"]
    assert int(instruction("USER").split(":")[0]) > 0


def test_hadolint_has_no_remark() -> None:
    """On any line of the Dockerfile."""
    hadolint = Path(sys.executable).parent / "hadolint"
    run = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout + run.stderr) == (0, "")
