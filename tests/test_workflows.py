"""The workflows of continuous integration, without a server that runs them."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.builders import ROOT

FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
PERMISSIONS = {"publish": {"contents": "write", "packages": "write"}}
"""Of jobs; any other may read the repository."""


def workflow(file: Path) -> dict[Any, Any]:
    """Parse a workflow; YAML reads its key ``on`` as True."""
    document: dict[Any, Any] = yaml.safe_load(file.read_text("utf-8"))
    return document


def test_zizmor_finds_nothing() -> None:
    """It looks for unpinned actions, credentials left behind, and inputs within scripts."""
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [str(zizmor), "--offline", "--pedantic", "--no-progress", "--strict-collection", *map(str, FILES)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_action_is_pinned_by_digest_with_its_version(file: Path) -> None:
    """A tag could be moved to other code, and a digest alone does not show how old it is."""
    for action in re.findall(r"uses: (.*)", file.read_text("utf-8")):
        assert action.startswith("./") or re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_job_has_no_needless_permission(file: Path) -> None:
    """Only publishing may write."""
    document = workflow(file)
    assert document["permissions"] == {}
    for name, job in document["jobs"].items():
        assert job["permissions"] == PERMISSIONS.get(name, {"contents": "read"}), name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_workflow_uses_modules_and_files_that_exist(file: Path) -> None:
    """A workflow runs too rarely to notice a renamed module."""
    text = file.read_text("utf-8")
    for module in re.findall(r"from ((?:training|serving|forecast_core)[\w.]*) import", text):
        path = ROOT / module.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), module
    for path in re.findall(r"hashFiles\('([^'*]+)'\)", text):
        assert (ROOT / path).is_file(), path


def test_all_checks_run_on_every_python_that_the_readme_supports() -> None:
    """A release runs the same workflow first."""
    gate = workflow(ROOT / ".github/workflows/ci.yml")["jobs"]["gate"]
    found = re.search(r"Python 3\.(\d+) to 3\.(\d+)", (ROOT / "README.md").read_text("utf-8"))
    assert found is not None
    versions = range(int(found[1]), int(found[2]) + 1)
    assert gate["strategy"]["matrix"]["python"] == [f"3.{minor}" for minor in versions]
    assert "bash .ci/run" in [step.get("run") for step in gate["steps"]]
    assert workflow(ROOT / ".github/workflows/release.yml")["jobs"]["publish"]["needs"] == "ci"
