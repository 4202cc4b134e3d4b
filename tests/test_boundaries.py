"""Training and serving import the core, and never one another."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import ROOT

OURS = {"forecast_core", "training", "serving", "train", "serve"}
MAY_IMPORT = {
    "forecast_core": {"forecast_core"},
    "training": {"training", "forecast_core"},
    "serving": {"serving", "forecast_core"},
}
MODULES = [file for package in MAY_IMPORT for file in sorted((ROOT / package).rglob("*.py"))]


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imported_packages(file: Path) -> set[str]:
    """List the top-level packages that a module imports anywhere."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_imports_the_core_and_its_own_package(file: Path) -> None:
    """The core imports nothing but the standard library, so it runs wherever Python does."""
    package = file.relative_to(ROOT).parts[0]
    imported = imported_packages(file)
    assert imported & OURS <= MAY_IMPORT[package]
    if package == "forecast_core":
        assert imported - OURS <= sys.stdlib_module_names


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_no_module_has_a_name_of_the_standard_library(file: Path) -> None:
    """Python started in that folder would import ours instead."""
    assert file.stem not in sys.stdlib_module_names


def test_no_test_module_imports_another() -> None:
    """Builders and fixtures are in modules of their own."""
    for file in (ROOT / "tests").rglob("*.py"):
        modules = [
            node.module for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
        ]
        assert not [module for module in modules if module and module.rpartition(".")[2].startswith("test_")], file


def test_the_server_loads_no_training_library() -> None:
    """An interpreter that imports serve has neither pandas nor scikit-learn."""
    code = "import serve, sys; print(sorted({'pandas', 'sklearn', 'skl2onnx', 'onnx', 'scipy'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


@pytest.mark.parametrize(
    "code", ["import serve", "import training.forest as m; m.onnxruntime.InferenceSession('model.onnx')"]
)
def test_onnxruntime_sends_no_usage_data(tmp_path: Path, code: str) -> None:
    """It would, unless CI is set, and it would leave a file in the home folder."""
    places = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment | places, check=True)
    assert list(tmp_path.rglob("*")) == []
