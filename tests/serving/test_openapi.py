import re
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from forecast_core.contract import SCHEMA_FOLDER, schema
from tests.builders import ROOT


def test_the_document_is_valid_openapi(client: TestClient) -> None:
    """It has no references to other files, which many tools do not follow."""
    response = client.get("/openapi.json")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    validate(response.json())
    references = re.findall(r'"\$ref": ?"(.*?)"', response.text)
    assert references
    assert all(reference.startswith("#/components/") for reference in references)


def test_the_document_holds_the_published_schemas(client: TestClient) -> None:
    """Its components are the schema files, and its parameters are the fields of the requests."""
    document = client.get("/openapi.json").json()
    for file in SCHEMA_FOLDER.glob("*.json"):
        published = {name: value for name, value in schema(file.stem).items() if name not in ("$id", "$schema")}
        assert document["components"]["schemas"][file.stem] == published
    for resource in ("prediction", "forecast"):
        request = schema(f"{resource}-request")
        parameters = document["paths"][f"/v1/{resource}"]["get"]["parameters"]
        assert [parameter["name"] for parameter in parameters] == list(request["properties"])
        assert [p["name"] for p in parameters if p["required"]] == request["required"]
    names = document["paths"]["/schemas/v1/{name}"]["get"]["parameters"][0]["schema"]["enum"]
    assert sorted(names) == sorted(file.name for file in SCHEMA_FOLDER.glob("*.json"))


def test_every_route_is_documented(client: TestClient) -> None:
    """Only the document itself and the page with its files are not."""
    paths = client.get("/openapi.json").json()["paths"]
    assert isinstance(client.app, Starlette)
    routes = {route.path for route in client.app.routes if isinstance(route, Route)}
    assert {*paths, "/", "/web/{path:path}", "/openapi.json"} == routes


@pytest.mark.slow("generated requests")
def test_generated_requests_get_documented_responses(live_server: str, tmp_path: Path) -> None:
    """Schemathesis sends at least 1,000 good and bad requests, and applies every check that fits the contract."""
    run = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(ROOT / "tests/serving/schemathesis.toml"),
            "run", f"http://{live_server}/openapi.json", "--continue-on-failure", "--seed", "1",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    generated = re.search(r"(\d[\d,]*) generated", run.stdout)
    assert generated is not None, run.stdout
    assert int(generated[1].replace(",", "")) >= 1_000
