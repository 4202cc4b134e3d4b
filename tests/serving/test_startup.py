import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from forecast_core.forecaster import Forecaster
from forecast_core.timestamps import CalendarFields
from serving.app import create_app
from tests.builders import MODEL_FILE, ROOT, changed_model


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "serve: cannot read the model {path} (No such file or directory); make it with train.py\n"),
        (b"a model", "serve: cannot use the model {path}: it is damaged, or train.py did not make it; restore it, "),
    ],
)
def test_a_model_that_cannot_be_used_stops_the_start_in_one_line(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    """The line says what is wrong, without a traceback; a control character in the path is escaped."""
    path = tmp_path / "a\nmodel.onnx"
    if content is not None:
        path.write_bytes(content)
    ended = subprocess.run(
        [sys.executable, "-m", "uvicorn", "--app-dir", str(ROOT), "serve:app", "--port", "0"],
        cwd="/", env=os.environ | {"FORECAST_MODEL": str(path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert ended.stderr.startswith(message.format(path=str(path).replace("\n", r"\n")))
    assert ended.stderr.count("\n") == 1


def test_two_apps_with_two_models_live_in_one_process(tmp_path: Path) -> None:
    """Each responds by its own model, card and calendar, even if they take turns."""
    other_file, unshifted = tmp_path / "other.onnx", '{"marks": "end", "clock": "standard", "weekday_shift": 0}'
    other_file.write_bytes(changed_model(unit='"MW"', timestamps=unshifted, holidays=None))
    query = "/v1/prediction?hour_of_day=12&day_of_week=3&day_of_year=122"
    with TestClient(create_app(MODEL_FILE)) as published, TestClient(create_app(other_file)) as other:
        for _ in range(2):
            sunday, thursday = (client.get(query).json()["prediction"] for client in (published, other))
            assert sunday < 980 < 1200 < thursday
            assert [client.get("/v1/forecast?N=1").json()["unit"] for client in (published, other)] == ["kW", "MW"]
            assert ["holidays" in client.get("/v1/model").json() for client in (published, other)] == [True, False]


def test_a_second_app_does_not_filter_the_log_twice() -> None:
    """A process may make hundreds of apps, one for each building."""
    create_app(MODEL_FILE)
    filters = list(logging.getLogger("uvicorn.error").filters)
    create_app(MODEL_FILE)
    assert logging.getLogger("uvicorn.error").filters == filters


def test_threads_get_the_predictions_of_their_own_hours() -> None:
    """A server uses one thread, but the app may be called from several."""
    from serve import app

    forecaster: Forecaster = app.forecaster
    inputs = [CalendarFields(number % 24, number % 7, number % 366 + 1) for number in range(4000)]
    with ThreadPoolExecutor(8) as threads:
        predictions = list(threads.map(forecaster.predict, inputs))
    assert predictions == [forecaster.predict(fields) for fields in inputs]
