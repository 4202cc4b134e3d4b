"""Many buildings, served by one process."""

import gc
import os
import shutil
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from serving.app import create_app
from tests.builders import MODEL_FILE, ROOT, changed_model

pytest.importorskip("cachetools", reason="no cachetools: run pip install -r examples/portfolio/requirements.txt")
os.environ.setdefault("FORECAST_MODELS", "examples")  # the tests have folders of their own
from examples.portfolio import serve_many

LIST = {"Alte Mühle": "/Alte%20M%C3%BChle/", "hospital": "/hospital/"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two different models, and one that is not in the folder."""
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(MODEL_FILE, folder / "hospital.onnx")
    shutil.copy(MODEL_FILE, tmp_path / "outside.onnx")
    (folder / "Alte Mühle.onnx").write_bytes(changed_model(unit='"MW"'))
    return folder


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Callable[[], Any]]]]:
    """The models in the order in which they were opened: the name, and a weak reference to its forecaster.

    Python's garbage collection is off, so it frees no memory by chance.
    """
    models: list[tuple[str, Callable[[], Any]]] = []

    def open_and_note(file: Path, *rest: Any) -> Starlette:
        app = create_app(file, *rest)
        models.append((file.stem, weakref.ref(app.forecaster)))
        return app

    monkeypatch.setattr(serve_many, "create_app", open_and_note)
    gc.disable()
    yield models
    gc.enable()


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
    for name, address in LIST.items():
        alone = TestClient(create_app(folder / f"{name}.onnx")).get(path)
        answer = client.get(address.rstrip("/") + path)
        assert (answer.status_code, answer.headers, answer.content) == (alone.status_code, alone.headers, alone.content)


def test_the_portfolio_is_healthy_whatever_becomes_of_a_building(client: TestClient) -> None:
    """A load balancer asks without naming a building; no model is opened for it, so none is named."""
    response = client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response.headers["cache-control"] == "no-store"
    assert "model-digest" not in response.headers


def test_the_addresses_of_a_building_start_with_its_name(client: TestClient) -> None:
    """In the list of buildings, and in each building's OpenAPI document; its page has relative ones."""
    assert client.get("/").json() == LIST
    assert client.get("/hospital/").headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/hospital/openapi.json").json()["servers"] == [{"url": "/hospital"}]


def test_a_file_whose_name_is_not_utf_8_is_left_out(client: TestClient, folder: Path) -> None:
    """No address can have its name."""
    shutil.copy(MODEL_FILE, folder / os.fsdecode(b"\xff.onnx"))
    assert client.get("/").json() == LIST


def test_what_is_no_regular_file_is_no_building(client: TestClient, folder: Path) -> None:
    """To open a FIFO would wait for a writer forever."""
    os.mkfifo(folder / "fifo.onnx")
    (folder / "folder.onnx").mkdir()
    (folder / "broken link.onnx").symlink_to("nowhere")
    writer = Timer(5, (folder / "fifo.onnx").write_bytes, [b""])  # ends the test if the FIFO is opened
    writer.daemon = True
    writer.start()
    for name in ("fifo", "folder", "broken link"):
        assert client.get(f"/{name}/health").status_code == 404
    assert client.get("/").json() == LIST
    writer.cancel()


@pytest.mark.parametrize(
    ("path", "location"),
    [("/hospital", "hospital/"), ("/Alte%20M%C3%BChle", "Alte%20M%C3%BChle/"), ("/http:%5C%5Cx", "http%3A%5C%5Cx/")],
)
def test_an_address_without_its_slash_redirects_to_the_one_with_it(
    client: TestClient, path: str, location: str
) -> None:
    """The new address is relative, so it stays on the host that the client asked, whatever it names as ``Host``."""
    response = client.get(path, headers={"Host": "elsewhere.example"}, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (307, location)


@pytest.mark.parametrize("name", ["school", "%2E%2E", "..%2Foutside", "..%5Coutside", "a%00b", "x" * 300, "%FF"])
def test_an_unknown_building_is_a_problem(client: TestClient, opened: list[Any], name: str) -> None:
    """Also if it is no name of a file, or leads to a file elsewhere; nothing is opened."""
    answer = client.get(f"/{name}/health")
    detail = "there is no such building; / lists those that exist"
    assert answer.json() == {"title": "Not Found", "status": 404, "detail": detail}
    assert answer.headers["content-type"] == "application/problem+json"
    assert not opened


def test_a_damaged_model_is_a_problem_of_its_building_alone(client: TestClient, folder: Path, caplog: Any) -> None:
    """It is one line in the log for each version of the file; as soon as the file is mended, the building answers."""
    model = folder / "hospital.onnx"
    whole = model.read_bytes()
    detail = "the model of this building cannot be used; the server's log says why"
    for size in (-1, -2):
        model.write_bytes(whole[:size])
        for _ in range(3):
            answer = client.get("/hospital/health")
            assert answer.json() == {"title": "Service Unavailable", "status": 503, "detail": detail}
    messages = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert [message.partition(", or")[0] for message in messages] == [
        f"cannot use the model {model}: it is damaged"
    ] * 2
    assert client.get("/Alte Mühle/health").status_code == 200
    model.write_bytes(whole)
    assert client.get("/hospital/health").status_code == 200


def test_a_model_that_cannot_be_read_for_a_moment_is_tried_again(
    client: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many files may be open, which passes, and the file does not change by that."""

    def fail(_: Path) -> bytes:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", fail)
        assert client.get("/hospital/health").status_code == 503
    assert client.get("/hospital/health").status_code == 200


def test_a_replaced_model_is_noticed_whatever_its_time_and_size(folder: Path, opened: list[Any]) -> None:
    """Only the inode is another one; the memory of the old model is freed, although two models may be open."""
    model, new = folder / "hospital.onnx", folder / "new"
    new.write_bytes(changed_model(unit='"MW"'))
    old = model.stat()
    assert new.stat().st_size == old.st_size
    with TestClient(serve_many.create_portfolio(folder, most_open=2)) as client:
        assert client.get("/hospital/v1/model").json()["unit"] == "kW"
        os.utime(new, ns=(old.st_atime_ns, old.st_mtime_ns))
        new.replace(model)
        assert client.get("/hospital/v1/model").json()["unit"] == "MW"
        assert client.get("/hospital/v1/model").json()["unit"] == "MW"
        assert [name for name, _ in opened] == ["hospital", "hospital"]
        assert opened[0][1]() is None


def test_the_model_that_was_asked_last_stays_open(client: TestClient, opened: list[Any]) -> None:
    """Eight first requests at once open it once; as one may be open, the other closes it and frees its memory."""
    with ThreadPoolExecutor(8) as threads:
        assert {answer.status_code for answer in threads.map(client.get, ["/hospital/health"] * 8)} == {200}
    for name in ("hospital", "Alte Mühle", "Alte Mühle", "hospital"):
        assert client.get(f"/{name}/health").status_code == 200
    assert [name for name, _ in opened] == ["hospital", "Alte Mühle", "hospital"]
    assert opened[0][1]() is None


@pytest.mark.parametrize("number", ["abc", "0", "-1", "1.5", "", "\u0663", "1" * 5000])
def test_a_wrong_number_of_open_models_is_one_line(number: str) -> None:
    """The server does not start."""
    command = [sys.executable, "-c", "import examples.portfolio.serve_many"]
    environment = os.environ | {"FORECAST_MODELS_OPEN": number}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert ended.stderr.startswith("serve_many: FORECAST_MODELS_OPEN is ")
    assert ended.stderr.endswith("; it must be a whole number from 1 to 999999999\n")
