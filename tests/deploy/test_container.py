"""The Dockerfile; continuous integration builds the image, starts it without permissions, and sends it a request."""

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.builders import ROOT, serve_arguments


def instruction(name: str) -> str:
    """Return the arguments of the only instruction of a name."""
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", "")
    (found,) = re.findall(rf"^{name} (.*)", dockerfile, re.MULTILINE)
    return str(found)


def test_the_container_runs_the_readmes_command_and_not_as_root() -> None:
    """It listens on all addresses, because a container engine does not forward to localhost."""
    assert json.loads(instruction("CMD")) == ["uvicorn", *serve_arguments(), "--host", "0.0.0.0"]
    assert int(instruction("USER").split(":")[0]) > 0


def test_hadolint_finds_nothing() -> None:
    """It checks every line of the Dockerfile."""
    hadolint = Path(sys.executable).parent / "hadolint"
    run = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout + run.stderr) == (0, "")
