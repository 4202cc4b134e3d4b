"""A host with two workers loads a new model file after SIGHUP."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.builders import MODEL_FILE, changed_model

from .hosts import Host, wait_until

pytestmark = pytest.mark.slow("several workers")
CONTENT = MODEL_FILE.read_bytes()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Run two workers with a model file of their own."""
    model = tmp_path / "model.onnx"
    model.write_bytes(CONTENT)
    started = Host("--workers", "2", "--timeout-worker-healthcheck", "30", model=model, log=tmp_path / "log")
    wait_until(lambda: started.log.read_text().count("startup complete") == 2, "both workers are ready")
    yield started
    started.end()


def units(host: Host) -> set[str]:
    """Return the units of responses to new connections, which the workers share."""
    responses = (requests.get(f"http://{host.address}/v1/forecast?N=1", timeout=30) for _ in range(20))
    return {response.json()["unit"] for response in responses}


def reload(host: Host, replaced: int) -> None:
    """Send SIGHUP, and wait until so many workers have ended since the start."""
    host.process.send_signal(signal.SIGHUP)
    wait_until(lambda: host.log.read_text().count("Finished server process") == replaced, "the workers are replaced")


def test_a_new_model_file_is_loaded_and_a_broken_one_is_not(host: Host) -> None:
    """The supervisor replaces a worker only by one that responds."""
    host.model.write_bytes(changed_model(unit='"MW"'))
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
