"""What HAProxy keeps from the hosts, and how it says so: in the words and the form of the app."""

import json
import re
import select
import socket
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
from starlette.testclient import TestClient

from forecast_core.contract import schema
from serving.request_input import LARGEST_BODY

from .conftest import HAPROXY_CFG, Balancer, free_port, running_balancer, wait_until

JSON = {"Content-Type": "application/json"}
OWN_ANSWERS = re.findall(
    r"status (\d{3}) content-type application/problem\+json string '(.*?)'(.*)", HAPROXY_CFG.read_text()
)
TITLES = {413: "Content Too Large"}  # as RFC 9110 and newer Pythons call it


def form(response: Any) -> tuple[Any, ...]:
    """Give what all problem documents have in common, and the document."""
    headers = ("Content-Type", "Cache-Control", "X-Content-Type-Options")
    document = response.json()
    title = TITLES.get(response.status_code, HTTPStatus(response.status_code).phrase)
    return response.status_code, document | {"title": title}, [response.headers[name] for name in headers]


@pytest.mark.parametrize(("status", "document", "headers"), OWN_ANSWERS)
def test_an_answer_of_its_own_is_a_problem_document(status: str, document: str, headers: str) -> None:
    """By the contract's schema, with the title of its status, and with the headers of the app's."""
    problem = json.loads(document)
    jsonschema.validate(problem, schema("problem"))
    assert (problem["status"], problem["title"]) == (
        int(status),
        TITLES.get(int(status), HTTPStatus(int(status)).phrase),
    )
    assert headers.startswith(" hdr Cache-Control no-store hdr X-Content-Type-Options nosniff")


@pytest.mark.parametrize("announced", ["by its length", "in chunks"])
@pytest.mark.parametrize("n_bytes", [LARGEST_BODY, LARGEST_BODY + 1, 4 * LARGEST_BODY])
@pytest.mark.parametrize("method", ["GET", "POST", "QUERY"])
def test_a_large_body_gets_the_apps_own_answer(
    balancer: Balancer, client: TestClient, method: str, n_bytes: int, announced: str
) -> None:
    """Up to the limit it is the app that answers; above it, no host is asked."""
    body = b" " * n_bytes
    pieces = iter([body]) if announced == "in chunks" else body
    response = requests.request(method, f"{balancer.url}/v1/forecast", data=pieces, headers=JSON, timeout=30)
    assert form(response) == form(client.request(method, "/v1/forecast", content=body, headers=JSON))
    assert ("server" in response.headers) is (n_bytes <= LARGEST_BODY)


def test_a_large_header_is_refused_and_a_long_query_string_left_to_the_app(
    balancer: Balancer, client: TestClient
) -> None:
    """Both with problem documents."""
    response = requests.get(f"{balancer.url}/health", headers={"X": "x" * 8192}, timeout=30)
    detail = "the header is larger than 8,192 bytes; a request fits in a hundred"
    expected = {"title": "Request Header Fields Too Large", "status": 431, "detail": detail}
    assert (response.status_code, response.json()) == (431, expected)
    path = "/v1/forecast?N=" + "1" * 8192
    assert form(requests.get(balancer.url + path, timeout=30)) == form(client.get(path))


def test_a_request_that_drips_is_cut_off(balancer: Balancer) -> None:
    """A byte every tenth of a second: in the header, in the body, and in a chunked one."""
    body = b"POST /v1/forecast HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    heads = [
        b"GET /health HTTP/1.1\r\nHost: x\r\nX: ",
        body + b"Content-Length: 1000\r\n\r\n",
        body + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n",
    ]
    dripping = [balancer.connected() for _ in heads]
    for connection, head in zip(dripping, heads, strict=True):
        connection.sendall(head)
    answers: dict[socket.socket, bytes] = {}
    for _ in range(999):  # one byte fewer than the body has
        for connection in select.select([*{*dripping} - answers.keys()], [], [], 0.1)[0]:
            answers[connection] = connection.recv(65536)
        if len(answers) == len(heads):
            break
        for connection in {*dripping} - answers.keys():
            connection.sendall(b"x")
    received = [answers[connection] for connection in dripping]
    for connection in dripping:
        connection.close()
    assert [answer[:13] for answer in received] == [b"HTTP/1.1 408 "] * 3
    document = json.loads({status: text for status, text, _ in OWN_ANSWERS}["408"])
    # A request whose header never came is refused by HAProxy's parser, in words that no configuration changes.
    assert [json.loads(answer.partition(b"\r\n\r\n")[2]) for answer in received[1:]] == [document] * 2


def test_a_body_behind_upgrade_is_answered(balancer: Balancer, client: TestClient) -> None:
    """As curl --http2 and Java send it, which a host by itself must refuse."""
    body = b'{"N": 1}'
    upgrade = JSON | {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAoAAA"}
    response = requests.get(f"{balancer.url}/v1/forecast", data=body, headers=upgrade, timeout=30)
    assert response.json() == client.request("GET", "/v1/forecast", content=body, headers=JSON).json()


def test_without_a_host_it_says_when_to_ask_again(tmp_path: Path) -> None:
    """503, as a problem document."""
    nobody = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    with running_balancer(nobody, tmp_path / "log") as balancer:
        balancer.wait_for("BACKEND", "DOWN")
        response = requests.get(f"{balancer.url}/health", timeout=30)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert response.json()["detail"] == "no host is free; ask again in a second"


def test_a_request_is_a_line_of_json_in_the_log_and_counted(balancer: Balancer) -> None:
    """Whatever its address; and the metrics are for Prometheus."""
    path = '/no"thing\\'
    with balancer.connected() as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        while connection.recv(65536):
            pass

    def entries() -> list[dict[str, Any]]:
        lines = balancer.log.read_text().splitlines()
        return [entry for entry in map(json.loads, filter(re.compile("{").match, lines)) if entry["uri"] == path]

    wait_until(lambda: len(entries()) == 1, "the request is in the log")
    (entry,) = entries()
    assert (entry["method"], entry["status"], entry["ended"]) == ("GET", 404, "--")
    assert (
        'haproxy_server_status{proxy="hosts",server="a",state="UP"} 1'
        in requests.get(f"{balancer.metrics_url}/metrics", timeout=30).text
    )
