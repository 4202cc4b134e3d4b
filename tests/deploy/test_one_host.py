"""A host with two workers: SIGHUP takes over a new model file, and never a broken one."""

import signal
from collections.abc import Iterator
from pathlib import Path

import onnx
import pytest
import requests

from tests.conftest import ROOT
from training.model_file import sealed_file

from .conftest import Host, wait_until

CONTENT = (ROOT / "model.onnx").read_bytes()


def with_unit(unit: str) -> bytes:
    """The committed model, in another unit: so one sees which one answers."""
    model = onnx.load_from_string(CONTENT)
    metadata = {prop.key: prop.value for prop in model.metadata_props}
    return sealed_file(model, metadata | {"unit": f'"{unit}"'})


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Two workers on a model file of their own."""
    model = tmp_path / "model.onnx"
    model.write_bytes(CONTENT)
    started = Host("--workers", "2", "--timeout-worker-healthcheck", "30", model=model, log=tmp_path / "log")
    wait_until(lambda: started.log.read_text().count("startup complete") == 2, "both workers are ready")
    yield started
    started.end()


def units(host: Host) -> set[str]:
    """Ask on new connections, which the workers share."""
    asked = (requests.get(f"http://{host.address}/v1/forecast?N=1", timeout=30) for _ in range(20))
    return {response.json()["unit"] for response in asked}


def reload(host: Host, replaced: int) -> None:
    """Tell the supervisor, and wait until so many workers have ended since the start."""
    host.process.send_signal(signal.SIGHUP)
    wait_until(lambda: host.log.read_text().count("Finished server process") == replaced, "the workers are replaced")


def test_a_new_model_file_is_taken_over_and_a_broken_one_is_not(host: Host) -> None:
    """The workers are replaced one by one, and only by workers that answer."""
    host.model.write_bytes(with_unit("MW"))
    assert units(host) == {"kW"}
    reload(host, replaced=2)
    assert units(host) == {"MW"}

    host.model.write_bytes(CONTENT[:-1])
    host.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "aborting the restart" in host.log.read_text(), "the supervisor gives up")
    assert "serve: cannot use the model" in host.log.read_text()
    assert units(host) == {"MW"}

    host.model.write_bytes(CONTENT)
    reload(host, replaced=4)
    assert units(host) == {"kW"}
