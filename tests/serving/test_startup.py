import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import onnx
import pytest
from starlette.testclient import TestClient

from serving.app import create_app
from tests.conftest import ROOT
from training.model_file import sealed_file

MODEL_FILE = ROOT / "model.onnx"


def start_with(model: Path) -> subprocess.CompletedProcess[str]:
    """Start the server as a user does, from another folder, on a model that stops it."""
    return subprocess.run(
        [sys.executable, "-m", "uvicorn", "--app-dir", str(ROOT), "serve:app", "--port", "0"],
        cwd="/",
        env=os.environ | {"FORECAST_MODEL": str(model)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def changed_model(path: Path, **changes: str | None) -> Path:
    """Write the committed model with other metadata; None takes an entry away."""
    model = onnx.load(MODEL_FILE)
    metadata = {prop.key: prop.value for prop in model.metadata_props} | changes
    path.write_bytes(sealed_file(model, {key: value for key, value in metadata.items() if value is not None}))
    return path


def foreign_model(path: Path) -> Path:
    """Write a valid ONNX file that is not one of ours."""
    info = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["x"], ["y"])], "g", [info], [info])
    graph.output[0].name = "y"
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 21)], ir_version=10), path)
    return path


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("missing", "serve: cannot read the model {path} (No such file or directory); make it with train.py"),
        ("empty", "serve: cannot use the model {path}: it is damaged, or train.py did not make it; restore it"),
        ("truncated", "serve: cannot use the model {path}: it is damaged, or train.py did not make it; restore it"),
        ("text", "serve: cannot use the model {path}: it is damaged, or train.py did not make it; restore it"),
        ("foreign", "serve: cannot use the model {path}: it is damaged, or train.py did not make it; restore it"),
        ("newer", "serve: cannot use the model {path}: its model card says contract_version 'v9', and this code"),
        ("features", "serve: cannot use the model {path}: its model card says features ['temperature'], and this"),
        ("card", "serve: cannot use the model {path}: its model card is damaged: seed must be an integer, got"),
    ],
)
def test_a_model_that_cannot_be_used_stops_the_start_with_one_line(tmp_path: Path, fault: str, message: str) -> None:
    """No traceback, no half-started server: one line that says what is wrong."""
    path = tmp_path / "model.onnx"
    match fault:
        case "empty":
            path.touch()
        case "truncated":
            path.write_bytes(MODEL_FILE.read_bytes()[:100_000])
        case "text":
            path.write_text("a model")
        case "foreign":
            foreign_model(path)
        case "newer":
            changed_model(path, contract_version='"v9"')
        case "features":
            changed_model(path, features=json.dumps(["temperature"]))
        case "card":
            changed_model(path, seed='"x"')
    run = start_with(path)
    assert run.returncode != 0
    assert run.stdout == ""
    assert run.stderr.startswith(message.format(path=path))
    assert run.stderr.count("\n") == 1


def test_two_apps_with_two_models_live_in_one_process(tmp_path: Path) -> None:
    """Each answers from its own model, card and calendar, also while they take turns."""
    other_file = changed_model(tmp_path / "other.onnx", unit='"MW"', label_weekday_shift="0", holidays=None)
    query = "/v1/prediction?hour_of_day=12&day_of_week=3&day_of_year=122"
    with TestClient(create_app(MODEL_FILE)) as published, TestClient(create_app(other_file)) as other:
        for _ in range(2):
            sunday, thursday = (client.get(query).json()["prediction"] for client in (published, other))
            assert sunday < 980 < 1200 < thursday
            assert [client.get("/v1/forecast?N=1").json()["unit"] for client in (published, other)] == ["kW", "MW"]
            assert ["holidays" in client.get("/v1/model").json() for client in (published, other)] == [True, False]


def test_a_second_app_does_not_filter_the_log_once_more() -> None:
    """A process may make hundreds of apps, one for each building."""
    create_app(MODEL_FILE)
    filters = list(logging.getLogger("uvicorn.error").filters)
    create_app(MODEL_FILE)
    assert logging.getLogger("uvicorn.error").filters == filters
