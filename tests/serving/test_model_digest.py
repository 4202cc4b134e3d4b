"""Which model a response is of: the header ``Model-Digest``, the card, and the log."""

import subprocess
import sys
from hashlib import sha256
from itertools import takewhile
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.app import create_app
from tests.builders import FIELDS, JSON, MODEL_FILE, QUERY_STRING, ROOT, changed_model

CHECKSUM = sha256(MODEL_FILE.read_bytes()).hexdigest()
DIGEST = CHECKSUM[:16]


@pytest.mark.parametrize(
    "path", [f"/v1/prediction?{QUERY_STRING}", "/v1/forecast?N=2&quantiles=0.05,0.95", "/v1/model", "/health"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_response_of_the_model_names_it(client: TestClient, path: str, method: str) -> None:
    """The header has the first 16 digits that sha256sum prints for the file."""
    response = client.request(method, path)
    assert (response.status_code, response.headers["model-digest"]) == (200, DIGEST)


@pytest.mark.parametrize("resource", ["prediction", "forecast"])
@pytest.mark.parametrize("method", ["GET", "POST", "QUERY"])
def test_a_response_to_a_body_names_the_model(client: TestClient, method: str, resource: str) -> None:
    """It is told apart during a roll-out like any other."""
    document = FIELDS if resource == "prediction" else {"N": 2}
    response = client.request(method, f"/v1/{resource}", json=document, headers=JSON)
    assert (response.status_code, response.headers["model-digest"]) == (200, DIGEST)


def test_a_cached_response_that_is_confirmed_names_the_model(client: TestClient) -> None:
    """The 304 has the header, too."""
    etag = client.get("/v1/forecast?N=2").headers["etag"]
    response = client.get("/v1/forecast?N=2", headers={"If-None-Match": etag})
    assert (response.status_code, response.headers["model-digest"]) == (304, DIGEST)


def test_the_card_that_is_served_has_the_whole_checksum(client: TestClient) -> None:
    """The card within the file cannot have it."""
    assert client.get("/v1/model").json()["sha256"] == CHECKSUM
    assert CHECKSUM.encode() not in MODEL_FILE.read_bytes()


def test_another_model_has_another_digest(tmp_path: Path) -> None:
    """A new name is another file."""
    file = tmp_path / "other.onnx"
    file.write_bytes(changed_model(name='"Another site"'))
    with TestClient(create_app(file)) as other:
        response = other.get("/v1/model")
    assert response.headers["model-digest"] == sha256(file.read_bytes()).hexdigest()[:16] != DIGEST
    assert response.json()["name"] == "Another site"


def test_the_log_begins_with_the_model() -> None:
    """A line before that of the address has the path and the digest."""
    command = [sys.executable, "-m", "uvicorn", "serve:app", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        lines = list(takewhile(lambda line: "running on" not in line, server.stderr))
        server.kill()
    (line,) = (line for line in lines if "Model-Digest" in line)
    assert line.split(None, 1)[1].strip() == f"Serving the model {MODEL_FILE}, Model-Digest {DIGEST}"
