"""Many buildings, served by one process."""

import os
import shutil
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import onnx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from serving.app import create_app
from tests.builders import ROOT
from training.forest import serialize

pytest.importorskip("async_lru", reason="no async-lru: run pip install -r examples/portfolio/requirements.txt")
os.environ.setdefault("FORECAST_MODELS", "examples")  # no server of it is asked
from examples.portfolio import serve_many


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two different models, and one that is not in the folder."""
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(ROOT / "model.onnx", folder / "hospital.onnx")
    shutil.copy(ROOT / "model.onnx", tmp_path / "outside.onnx")
    model = onnx.load(ROOT / "model.onnx")
    metadata = {entry.key: entry.value for entry in model.metadata_props if entry.key != "sha256"}
    (folder / "Alte Mühle.onnx").write_bytes(serialize(model, {**metadata, "unit": '"MW"'}))
    return folder


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Callable[[], Any]]]:
    """The models in the order in which they were opened: the name, and a weak reference to what answers."""
    models: list[tuple[str, Callable[[], Any]]] = []

    def open_and_note(file: Path) -> Starlette:
        app = create_app(file)
        models.append((file.stem, weakref.ref(app.state.forecaster)))
        return app

    monkeypatch.setattr(serve_many, "create_app", open_and_note)
    return models


@pytest.fixture
def client(folder: Path, opened: list[Any]) -> Iterator[TestClient]:
    """A client of a server that keeps one model open."""
    with TestClient(serve_many.create_portfolio(folder, most_open=1), raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/health", "/v1/model", "/v1/forecast?N=3", "/v1/forecast?N=0", "/schemas/v1/model.json"]
)
def test_a_building_answers_as_a_server_of_its_own(client: TestClient, folder: Path, path: str) -> None:
    """Wherever its addresses are not part of the answer."""
    for address, name in (("/hospital", "hospital"), ("/Alte%20M%C3%BChle", "Alte Mühle")):
        alone = TestClient(create_app(folder / f"{name}.onnx")).get(path)
        answer = client.get(address + path)
        assert (answer.status_code, answer.headers, answer.content) == (alone.status_code, alone.headers, alone.content)


def test_the_addresses_of_a_building_start_with_its_name(client: TestClient) -> None:
    """In the list of buildings, and in each building's OpenAPI document; its page has relative ones."""
    assert client.get("/").json() == {"Alte Mühle": "/Alte%20M%C3%BChle/", "hospital": "/hospital/"}
    assert client.get("/hospital/").headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/hospital/openapi.json").json()["servers"] == [{"url": "/hospital"}]


@pytest.mark.parametrize("name", ["school", "%2E%2E", "..%2Foutside", "..%5Coutside", "a%00b", "x" * 300, "%FF"])
def test_an_unknown_building_is_a_problem(client: TestClient, opened: list[Any], name: str) -> None:
    """Also if it is no name of a file, or leads to a file elsewhere; nothing is opened."""
    answer = client.get(f"/{name}/health")
    detail = "there is no such building; / lists those that there are"
    assert answer.json() == {"title": "Not Found", "status": 404, "detail": detail}
    assert answer.headers["content-type"] == "application/problem+json"
    assert not opened


def test_a_damaged_model_is_a_problem_of_its_building_alone(client: TestClient, folder: Path, caplog: Any) -> None:
    """It is one line in the log; as soon as the file is mended, the building answers."""
    whole = (folder / "hospital.onnx").read_bytes()
    (folder / "hospital.onnx").write_bytes(whole[:-1])
    answer = client.get("/hospital/health")
    detail = "the model of this building cannot be used; the server's log says why"
    assert answer.json() == {"title": "Service Unavailable", "status": 503, "detail": detail}
    (message,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert message.startswith(f"cannot use the model {folder / 'hospital.onnx'}: it is damaged")
    assert client.get("/Alte Mühle/health").status_code == 200
    (folder / "hospital.onnx").write_bytes(whole)
    assert client.get("/hospital/health").status_code == 200


def test_the_model_that_was_asked_last_stays_open(client: TestClient, opened: list[Any]) -> None:
    """Eight first requests at once open it once; as one may be open, the other closes it and frees its memory."""
    with ThreadPoolExecutor(8) as threads:
        assert {answer.status_code for answer in threads.map(client.get, ["/hospital/health"] * 8)} == {200}
    for name in ("hospital", "Alte Mühle", "Alte Mühle", "hospital"):
        assert client.get(f"/{name}/health").status_code == 200
    assert [name for name, _ in opened] == ["hospital", "Alte Mühle", "hospital"]
    assert opened[0][1]() is None
