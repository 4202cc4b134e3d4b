"""The contract in other hands: other validators, Node, a browser, and clients that send a body with GET."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

import httpx
import jsonschema_rs
import pytest
import requests
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from forecast_core.contract import schema
from tests.builders import BODY, FIELDS, JSON, ROOT, contract_cases, problem

CLIENTS = ROOT / "tests" / "clients"
API = (ROOT / "docs" / "api.md").read_text("utf-8")
Outcome = dict[str, Any]


@pytest.fixture(scope="session")
def prediction(client: TestClient) -> Any:
    """Return the response to the input that every client sends."""
    response = client.get("/v1/prediction", params=FIELDS)
    assert response.status_code == 200
    return response.json()


def run(*command: str, code: str | None = None) -> str:
    """Run a program, or the code that it reads, and return its output."""
    ended = subprocess.run(command, input=code, cwd=CLIENTS, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def outcome(body: Any, status: int = 200, cache_control: str = "no-store") -> Outcome:
    return {"status": status, "cacheControl": cache_control, "body": body}


def test_validators_in_javascript_give_every_case_its_verdict(node: str) -> None:
    """Ajv in strict mode and cfworker accept every published schema, and their verdicts are the schema's."""
    n_cases = len(contract_cases("prediction", "forecast"))
    assert run(node, "cases.mjs") == f"{n_cases} cases, 0 wrong verdicts\n"


@pytest.mark.parametrize(("resource", "case"), contract_cases("prediction", "forecast"))
def test_a_validator_in_rust_gives_every_case_its_verdict(resource: str, case: dict[str, Any]) -> None:
    """It shares no code with the validators in Python and JavaScript."""
    assert jsonschema_rs.is_valid(schema(f"{resource}-request"), case["input"]) is case["valid"]


@pytest.mark.parametrize(("resource", "case"), contract_cases("prediction", "forecast"))
def test_the_openapi_document_gives_every_case_its_verdict(
    client: TestClient, resource: str, case: dict[str, Any]
) -> None:
    """Its copy of a schema is that of the file; a client may read nothing else."""
    document = client.get("/openapi.json").json()
    body = document["paths"][f"/v1/{resource}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    whole = {"$ref": body["$ref"], "components": document["components"]}
    assert Draft202012Validator(whole).is_valid(case["input"]) is case["valid"]


def test_a_list_is_sent_with_commas_as_the_openapi_document_says(node: str, live_server: str) -> None:
    """A client in JavaScript builds the query string from the parameter's style, and gets the list that it sent."""
    sent = json.loads(run(node, "openapi_client.mjs", f"http://{live_server}"))
    assert sent["query"] == "N=2&quantiles=0.05,0.95"
    body = requests.post(f"http://{live_server}/v1/forecast", json={"N": 2, "quantiles": [0.05, 0.95]}, timeout=30)
    assert (sent["status"], sent["body"]) == (200, body.json())


def test_fetch_in_node_works_except_for_a_body_with_get(node: str, live_server: str, prediction: Any) -> None:
    """A query string, QUERY and POST get the same response; Node does not send a body with GET."""
    assert json.loads(run(node, "node_client.mjs", f"http://{live_server}")) == {
        "GET with a query string": outcome(prediction, cache_control="public, max-age=3600"),
        "QUERY with a body": outcome(prediction),
        "POST with a body": outcome(prediction),
        "GET with a body": "TypeError: Request with GET/HEAD method cannot have body.",
    }


@pytest.mark.slow("browsers")
@pytest.mark.usefixtures("chromium")
def test_a_browser_works_except_for_a_body_with_get(node: str, live_server: str, prediction: Any) -> None:
    """XMLHttpRequest drops a body with GET, and a page of another origin may read schemas only."""
    required = [{"pointer": f"#/{field}", "detail": f"{field} is required"} for field in sorted(FIELDS)]
    assert json.loads(run(node, "browser_client.mjs", f"http://{live_server}")) == {
        "the address bar": outcome(prediction, cache_control="public, max-age=3600"),
        "GET with a query string": outcome(prediction, cache_control="public, max-age=3600"),
        "QUERY with a body": outcome(prediction),
        "POST with a body": outcome(prediction),
        "GET with a body": "TypeError: Failed to execute 'fetch' on 'Window': "
        "Request with GET/HEAD method cannot have body.",
        "GET with a body by XMLHttpRequest": outcome(
            problem(422, "the input does not fit the schema prediction-request: 3 errors", errors=required), status=422
        ),
        "a schema, from another origin": outcome(
            schema("prediction-request"), cache_control="public, max-age=31536000, immutable"
        ),
        "a prediction, from another origin": "TypeError: Failed to fetch",
    }


def by_requests(url: str) -> Outcome:
    response = requests.get(url, json=FIELDS, timeout=30)
    return outcome(response.json(), response.status_code, response.headers["Cache-Control"])


def by_httpx(url: str) -> Outcome:
    response = httpx.request("GET", url, json=FIELDS)
    return outcome(response.json(), response.status_code, response.headers["Cache-Control"])


def by_urllib(url: str) -> Outcome:
    request = Request(url, BODY, JSON, method="GET")
    with urlopen(request, timeout=30) as response:
        return outcome(json.load(response), response.status, response.headers["Cache-Control"])


@pytest.mark.parametrize("send", [by_requests, by_httpx, by_urllib])
def test_a_python_client_may_send_a_body_with_get(
    live_server: str, prediction: Any, send: Callable[[str], Outcome]
) -> None:
    """It gets the response of the query string, which no cache may keep."""
    assert send(f"http://{live_server}/v1/prediction") == outcome(prediction)


def documented(language: str) -> list[Any]:
    """List the examples of docs/api.md in a language, each with the output that stands below it."""
    found = re.findall(rf"```{language}\n(.*?)```\s+```text\n(.*?)```", API, re.DOTALL)
    assert found, f"docs/api.md shows no example in {language} with its output"
    return [pytest.param(code, printed, id=str(number)) for number, (code, printed) in enumerate(found)]


@pytest.mark.parametrize(("code", "printed"), documented("js"))
def test_the_documented_javascript_prints_what_is_documented(
    node: str, live_server: str, code: str, printed: str
) -> None:
    """Node runs it as it is, with the Ajv that is installed here."""
    assert run(node, "--input-type=module", code=code.replace("localhost:8000", live_server)) == printed


@pytest.mark.parametrize(("code", "printed"), documented("python"))
def test_the_documented_python_prints_what_is_documented(live_server: str, code: str, printed: str) -> None:
    """Python runs it as it is."""
    assert run(sys.executable, "-", code=code.replace("localhost:8000", live_server)) == printed
