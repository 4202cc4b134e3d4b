"""Training and serving build on the core, and never on one another."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

CORE_MODULES = sorted((ROOT / "forecast_core").glob("*.py"))
MAY_IMPORT = {
    "forecast_core": {"forecast_core"},
    "training": {"training", "forecast_core"},
    "serving": {"serving", "forecast_core"},
}


def imported_packages(file: Path) -> set[str]:
    """Name the top-level packages that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("file", CORE_MODULES, ids=lambda file: file.name)
def test_the_core_needs_the_standard_library_alone(file: Path) -> None:
    """It runs wherever Python does."""
    assert imported_packages(file) <= sys.stdlib_module_names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_the_core_and_itself(package: str) -> None:
    """Training and serving never import one another."""
    for file in (ROOT / package).rglob("*.py"):
        ours = imported_packages(file) & {"forecast_core", "training", "serving", "train", "serve"}
        assert ours <= MAY_IMPORT[package], file


def test_the_server_loads_no_training_library() -> None:
    """A fresh interpreter that imports serve has neither pandas nor scikit-learn."""
    code = "import serve, sys; print(sorted({'pandas', 'sklearn', 'skl2onnx', 'onnx', 'scipy'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


@pytest.mark.parametrize(
    "code", ["import serve", "import training.model_file as m; m.onnxruntime.InferenceSession('model.onnx')"]
)
def test_nothing_is_reported_to_anyone(tmp_path: Path, code: str) -> None:
    """onnxruntime, which does so unless told (and never where CI is set), leaves no trace in the home folder."""
    places = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment | places, check=True)
    assert list(tmp_path.rglob("*")) == []
