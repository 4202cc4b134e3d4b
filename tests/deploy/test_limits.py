"""What HAProxy refuses by itself, with problem documents like the app's."""

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
from tests.builders import JSON

from .hosts import HAPROXY_CFG, Balancer, free_port, running_balancer, wait_until

OWN_RESPONSES = re.findall(
    r"status (\d{3}) content-type application/problem\+json string '(.*?)'(.*)", HAPROXY_CFG.read_text()
)
TITLES = {413: "Content Too Large"}  # the name in RFC 9110 and newer Pythons


def own_document(status: str) -> Any:
    """Return the problem document that the configuration has for a status."""
    return next(json.loads(document) for its_status, document, _ in OWN_RESPONSES if its_status == status)


def form(response: Any) -> tuple[Any, ...]:
    """Return status, document and headers; the title of the document does not depend on the Python version."""
    headers = ("Content-Type", "Cache-Control", "X-Content-Type-Options")
    document = response.json()
    title = TITLES.get(response.status_code, HTTPStatus(response.status_code).phrase)
    return response.status_code, document | {"title": title}, [response.headers[name] for name in headers]


@pytest.mark.parametrize(("status", "document", "headers"), OWN_RESPONSES)
def test_haproxys_own_response_is_a_problem_document(status: str, document: str, headers: str) -> None:
    """It fits the contract's schema, and has the headers that the app's have."""
    problem = json.loads(document)
    jsonschema.validate(problem, schema("problem"))
    assert (problem["status"], problem["title"]) == (
        int(status),
        TITLES.get(int(status), HTTPStatus(int(status)).phrase),
    )
    assert headers.startswith(" hdr Cache-Control no-store hdr X-Content-Type-Options nosniff")


@pytest.mark.slow("proxies")
@pytest.mark.parametrize("announced", ["by its length", "in chunks"])
@pytest.mark.parametrize("n_bytes", [LARGEST_BODY, LARGEST_BODY + 1, 4 * LARGEST_BODY])
@pytest.mark.parametrize("method", ["GET", "POST", "QUERY"])
def test_a_large_body_gets_the_same_response_as_from_the_app(
    balancer: Balancer, client: TestClient, method: str, n_bytes: int, announced: str
) -> None:
    """Over the limit, HAProxy does not send it to a host."""
    body = b" " * n_bytes
    pieces = iter([body]) if announced == "in chunks" else body
    response = requests.request(method, f"{balancer.url}/v1/forecast", data=pieces, headers=JSON, timeout=30)
    assert form(response) == form(client.request(method, "/v1/forecast", content=body, headers=JSON))
    assert ("server" in response.headers) is (n_bytes <= LARGEST_BODY)


@pytest.mark.slow("proxies")
def test_a_large_header_is_refused_by_haproxy_and_a_long_query_string_by_the_app(
    balancer: Balancer, client: TestClient
) -> None:
    """Both responses are problem documents."""
    response = requests.get(f"{balancer.url}/health", headers={"X": "x" * 8192}, timeout=30)
    detail = "the header is larger than 8,192 bytes; a request fits in a hundred"
    expected = {"title": "Request Header Fields Too Large", "status": 431, "detail": detail}
    assert (response.status_code, response.json()) == (431, expected)
    path = "/v1/forecast?N=" + "1" * 8192
    assert form(requests.get(balancer.url + path, timeout=30)) == form(client.get(path))


@pytest.mark.slow("proxies")
def test_a_request_that_drips_is_cut_off(balancer: Balancer) -> None:
    """A byte comes every tenth of a second, in the header, in the body, or in a chunked body."""
    body = b"POST /v1/forecast HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    heads = [
        b"GET /health HTTP/1.1\r\nHost: x\r\nX: ",
        body + b"Content-Length: 1000\r\n\r\n",
        body + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n",
    ]
    dripping = [balancer.connected() for _ in heads]
    for connection, head in zip(dripping, heads, strict=True):
        connection.sendall(head)
    responses: dict[socket.socket, bytes] = {}
    for _ in range(999):  # one byte fewer than the body has
        for connection in select.select([*{*dripping} - responses.keys()], [], [], 0.1)[0]:
            responses[connection] = connection.recv(65536)
        if len(responses) == len(heads):
            break
        for connection in {*dripping} - responses.keys():
            connection.sendall(b"x")
    received = [responses[connection] for connection in dripping]
    for connection in dripping:
        connection.close()
    assert [response[:13] for response in received] == [b"HTTP/1.1 408 "] * 3
    document = own_document("408")
    # If the header is not complete, HAProxy's parser refuses the request, with a text that no configuration changes.
    assert [json.loads(response.partition(b"\r\n\r\n")[2]) for response in received[1:]] == [document] * 2


@pytest.mark.slow("proxies")
@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 32_000 + b"\r\n\r\n"),
        (400, b"POST /v1/forecast HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n"),
        (400, b"no HTTP\r\n\r\n"),
        (422, b"POST /v1/forecast HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    ],
)
def test_what_haproxys_parser_refuses_is_no_problem_document(balancer: Balancer, status: int, request_: bytes) -> None:
    """docs/operations.md names each; no configuration changes them."""
    with balancer.connected() as connection:
        connection.sendall(request_)
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    assert response.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"application/problem+json" not in response


@pytest.mark.slow("proxies")
def test_a_body_with_upgrade_gets_a_response(balancer: Balancer, client: TestClient) -> None:
    """``curl --http2`` and Java send it; a host alone must refuse it."""
    body = b'{"N": 1}'
    upgrade = JSON | {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAoAAA"}
    response = requests.get(f"{balancer.url}/v1/forecast", data=body, headers=upgrade, timeout=30)
    assert response.json() == client.request("GET", "/v1/forecast", content=body, headers=JSON).json()


@pytest.mark.slow("proxies")
def test_without_a_host_the_response_is_503_with_retry_after(tmp_path: Path) -> None:
    """It is a problem document."""
    nobody = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    with running_balancer(nobody, tmp_path / "log") as balancer:
        balancer.wait_for("BACKEND", "DOWN")
        response = requests.get(f"{balancer.url}/health", timeout=30)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert response.json() == own_document("503")


@pytest.mark.slow("proxies")
def test_a_request_is_a_line_of_json_in_the_log(balancer: Balancer) -> None:
    """Its address is escaped, and Prometheus can read the metrics."""
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
