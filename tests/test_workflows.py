"""The workflows, without a server that runs them: nothing unpinned, no needless right, and what the README promises."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
RIGHTS = {"publish": {"contents": "write", "packages": "write"}}
"""Of jobs; of any other, to read the repository."""


def workflow(file: Path) -> dict[Any, Any]:
    """Parse a workflow; YAML takes its key ``on`` for True."""
    document: dict[Any, Any] = yaml.safe_load(file.read_text("utf-8"))
    return document


def test_a_linter_finds_nothing() -> None:
    """Among other things no action by a tag, no credentials left behind, no input within a script."""
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [str(zizmor), "--offline", "--pedantic", "--no-progress", "--strict-collection", *map(str, FILES)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_action_is_pinned_by_digest_with_its_version_beside_it(file: Path) -> None:
    """A tag could be moved to other code; a digest by itself would tell nobody how old it is."""
    for action in re.findall(r"uses: (.*)", file.read_text("utf-8")):
        assert action.startswith("./") or re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_job_has_no_needless_right(file: Path) -> None:
    """Rights are given by job, and but for publishing they are to read."""
    document = workflow(file)
    assert document["permissions"] == {}
    for name, job in document["jobs"].items():
        assert job["permissions"] == RIGHTS.get(name, {"contents": "read"}), name


def test_each_change_passes_the_gate_on_every_python_that_the_readme_names() -> None:
    """And so does a release, which calls the same workflow."""
    gate = workflow(ROOT / ".github/workflows/ci.yml")["jobs"]["gate"]
    first, last = gate["strategy"]["matrix"]["python"][0], gate["strategy"]["matrix"]["python"][-1]
    assert f"with Python {first} to {last}" in (ROOT / "README.md").read_text("utf-8")
    assert gate["strategy"]["matrix"]["python"] == [f"3.{minor}" for minor in range(11, int(last[2:]) + 1)]
    assert "bash .ci/run" in [step.get("run") for step in gate["steps"]]
    assert workflow(ROOT / ".github/workflows/release.yml")["jobs"]["publish"]["needs"] == "ci"
