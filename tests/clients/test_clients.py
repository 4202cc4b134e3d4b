"""The contract in other hands: Ajv, Node, a browser, and clients that send a body with GET."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import httpx
import pytest
import requests
from starlette.testclient import TestClient

from forecast_core.contract import schema
from tests.conftest import ROOT
from tests.contract_cases import cases

CLIENTS = ROOT / "tests" / "clients"
INPUT = {"hour_of_day": 8, "day_of_week": 3, "day_of_year": 122}
Outcome = dict[str, Any]


@pytest.fixture(scope="session")
def node() -> str:
    """Node, with what the clients import."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("there is no Node: run apt-get install nodejs npm")
    if not (CLIENTS / "node_modules" / "ajv").is_dir():
        pytest.skip("there is no Ajv: run npm ci --prefix tests/clients")
    return found


@pytest.fixture(scope="session")
def chromium() -> None:
    """The browser that browser_client.mjs starts."""
    if not Path(os.environ.get("CHROMIUM", "/usr/bin/chromium")).exists():
        pytest.skip("there is no browser: run apt-get install chromium, or set CHROMIUM to the path of one")


@pytest.fixture(scope="session")
def prediction(client: TestClient) -> Any:
    """The one right answer to the clients' input."""
    response = client.get("/v1/prediction", params=INPUT)
    assert response.status_code == 200
    return response.json()


def run(*command: str, code: str | None = None) -> str:
    """Run a program, or code given to it, and return what it prints."""
    finished = subprocess.run(
        command, input=code, cwd=CLIENTS, capture_output=True, text=True, timeout=120, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def answered(body: Any, status: int = 200, cache_control: str = "no-store") -> Outcome:
    return {"status": status, "cacheControl": cache_control, "body": body}


def test_ajv_in_strict_mode_gives_every_case_its_verdict(node: str) -> None:
    """Ajv accepts every published schema, and judges each case of the requests as the cases say."""
    assert run(node, "cases.mjs") == f"{len(cases('prediction', 'forecast'))} cases, 0 wrong verdicts\n"


def test_nodes_fetch_is_answered_but_for_a_get_body(node: str, live_server: str, prediction: Any) -> None:
    """Query string, QUERY and POST get the same answer; a GET body never leaves the client."""
    assert json.loads(run(node, "node_client.mjs", f"http://{live_server}")) == {
        "GET with a query string": answered(prediction, cache_control="public, max-age=3600"),
        "QUERY with a body": answered(prediction),
        "POST with a body": answered(prediction),
        "GET with a body": "TypeError: Request with GET/HEAD method cannot have body.",
    }


@pytest.mark.usefixtures("chromium")
def test_a_browser_is_answered_but_for_a_get_body(node: str, live_server: str, prediction: Any) -> None:
    """As Node, but XMLHttpRequest drops a GET body silently; a page from elsewhere may read schemas, not answers."""
    assert json.loads(run(node, "browser_client.mjs", f"http://{live_server}")) == {
        "the address bar": answered(prediction, cache_control="public, max-age=3600"),
        "GET with a query string": answered(prediction, cache_control="public, max-age=3600"),
        "QUERY with a body": answered(prediction),
        "POST with a body": answered(prediction),
        "GET with a body": "TypeError: Failed to execute 'fetch' on 'Window': "
        "Request with GET/HEAD method cannot have body.",
        "GET with a body by XMLHttpRequest": answered(
            {
                "title": HTTPStatus(422).phrase,
                "status": 422,
                "detail": "the input does not fit the schema prediction-request: 3 faults",
                "errors": [
                    {"pointer": "#/day_of_week", "detail": "day_of_week is required"},
                    {"pointer": "#/day_of_year", "detail": "day_of_year is required"},
                    {"pointer": "#/hour_of_day", "detail": "hour_of_day is required"},
                ],
            },
            status=422,
        ),
        "a schema, from another origin": answered(
            schema("prediction-request"), cache_control="public, max-age=31536000, immutable"
        ),
        "an answer, from another origin": "TypeError: Failed to fetch",
    }


def by_curl(url: str) -> Outcome:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl: run apt-get install curl")
    printed = run(
        "curl", "--silent", "--show-error", "-X", "GET", url, "-H", "Content-Type: application/json",
        "-d", json.dumps(INPUT), "--write-out", r"\n%{http_code}\n%header{cache-control}",
    )  # fmt: skip
    body, status, cache_control = printed.rsplit("\n", 2)
    return answered(json.loads(body), int(status), cache_control)


def by_requests(url: str) -> Outcome:
    response = requests.get(url, json=INPUT, timeout=30)
    return answered(response.json(), response.status_code, response.headers["Cache-Control"])


def by_httpx(url: str) -> Outcome:
    response = httpx.request("GET", url, json=INPUT)
    return answered(response.json(), response.status_code, response.headers["Cache-Control"])


def by_urllib(url: str) -> Outcome:
    request = Request(url, json.dumps(INPUT).encode(), {"Content-Type": "application/json"}, method="GET")
    with urlopen(request, timeout=30) as response:
        return answered(json.load(response), response.status, response.headers["Cache-Control"])


@pytest.mark.parametrize("ask", [by_curl, by_requests, by_httpx, by_urllib])
def test_a_client_that_sends_a_get_body_is_answered(
    live_server: str, prediction: Any, ask: Callable[[str], Outcome]
) -> None:
    """A body with GET gets the answer of the query string, which no cache may keep."""
    assert ask(f"http://{live_server}/v1/prediction") == answered(prediction)


def documented_example(language: str, live_server: str) -> tuple[str, str]:
    """Find the example of docs/api.md in a language, and what stands below it as its output."""
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    ((code, printed),) = re.findall(rf"```{language}\n(.*?)```\n+```text\n(.*?)```", page, re.DOTALL)
    assert "http://localhost:8000" in code
    return code.replace("http://localhost:8000", f"http://{live_server}"), printed


def test_the_documented_javascript_prints_what_stands_below_it(node: str, live_server: str) -> None:
    """Node runs it as it stands, with the Ajv that is installed here."""
    code, printed = documented_example("js", live_server)
    assert run(node, "--input-type=module", code=code) == printed


def test_the_documented_python_prints_what_stands_below_it(live_server: str) -> None:
    """Python runs it as it stands."""
    code, printed = documented_example("python", live_server)
    assert run(sys.executable, "-", code=code) == printed
