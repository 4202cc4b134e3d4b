"""What only a real server process shows: requests with Upgrade, and how the server ends."""

import json
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.builders import BODY, ROOT, problem, running_server, serve_arguments

UPGRADE_REFUSED = problem(400, "a request with the header Upgrade may not have a body; send it without Upgrade")
PREDICTION_HEAD = ("POST", "/v1/prediction", f"Content-Length: {len(BODY)}")


@contextmanager
def connected(live_server: str) -> Iterator[socket.socket]:
    host, port = live_server.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        yield connection


def read_to_end(connection: socket.socket) -> bytes:
    """Read until the server closes the connection, which it must."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def head(method: str, path: str, *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Content-Type: application/json", *headers, "", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("method", ["GET", "POST", "QUERY"])
@pytest.mark.parametrize("path", ["/v1/prediction", "/v1/forecast", "/health", "/nothing"])
@pytest.mark.parametrize("announced", [f"Content-Length: {len(BODY)}", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("together", [True, False])
def test_a_body_with_upgrade_is_refused_and_never_read_as_a_request(
    live_server: str, method: str, path: str, announced: str, together: bool
) -> None:
    """There is one response, and then the server closes the connection."""
    smuggled = head("GET", "/v1/model")
    with connected(live_server) as connection:
        request = head(method, path, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", announced)
        connection.sendall(request + smuggled if together else request)
        received = connection.recv(65536)
        if not together:
            with suppress(OSError):  # the server may have closed the connection already
                connection.sendall(smuggled)
        with suppress(ConnectionResetError):  # what comes after the response is not read
            received += read_to_end(connection)
    assert len(re.findall(rb"HTTP/1\.1 \d{3} ", received)) == 1
    status_line, _, rest = received.partition(b"\r\n")
    assert status_line == b"HTTP/1.1 400 Bad Request"
    assert b"connection: close" in rest.lower()
    assert json.loads(rest.partition(b"\r\n\r\n")[2]) == UPGRADE_REFUSED


@pytest.mark.parametrize("announced", [[], ["Content-Length: 0"]])
def test_upgrade_without_a_body_is_ignored(live_server: str, announced: list[str]) -> None:
    """``curl --http2`` sends it with a query string."""
    with connected(live_server) as connection:
        connection.sendall(head("GET", "/health", "Connection: Upgrade, close", "Upgrade: h2c", *announced))
        assert read_to_end(connection).endswith(b'\r\n\r\n{"status":"ok"}')


@pytest.mark.parametrize(
    "path", ["/v1/prediction", "/v1/prediction?hour_of_day=24", "/nothing", "/v1/prediction?a=%zz"]
)
def test_the_title_is_the_name_in_the_status_line(live_server: str, path: str) -> None:
    """Both depend on the Python version in the same way."""
    with connected(live_server) as connection:
        connection.sendall(head("GET", path, "Connection: close"))
        received = read_to_end(connection)
    _, status, phrase = received.partition(b"\r\n")[0].decode().split(" ", 2)
    document = json.loads(received.partition(b"\r\n\r\n")[2])
    assert (document["status"], document["title"]) == (int(status), phrase)
    assert phrase == HTTPStatus(int(status)).phrase


def test_curl_with_http_2_gets_an_error_that_says_what_to_change(live_server: str, curl_with_http2: str) -> None:
    """It sends Upgrade with its body."""
    printed = subprocess.run(
        [
            curl_with_http2,
            "--silent",
            "--http2",
            "-X",
            "GET",
            f"http://{live_server}/v1/prediction",
            "-d",
            BODY.decode(),
        ],
        capture_output=True,
        check=True,
    ).stdout
    assert json.loads(printed) == UPGRADE_REFUSED


def test_java_gets_an_error_that_says_what_to_change(live_server: str, tmp_path: Path) -> None:
    """By default its HttpClient sends Upgrade; with HTTP/1.1 it gets a prediction."""
    if shutil.which("java") is None:
        pytest.skip("there is no Java: run apt-get install default-jdk-headless")
    printed = subprocess.run(
        ["java", str(ROOT / "tests/clients/JavaClient.java"), f"http://{live_server}/v1/prediction"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    ).stdout.splitlines()  # fmt: skip
    assert json.loads(printed[0]) == UPGRADE_REFUSED
    assert list(json.loads(printed[1])) == ["prediction"]


def ask_for_health(address: str) -> None:
    """Wait for a response, so that the server has seen the connections that were made before."""
    with connected(address) as connection:
        connection.sendall(head("GET", "/health", "Connection: close"))
        assert read_to_end(connection).startswith(b"HTTP/1.1 200")


def test_the_server_ends_although_clients_do_not() -> None:
    """One client has sent half a body, and another does not read its responses."""
    with running_server(serve_arguments()) as (server, address), connected(address) as half, connected(address) as deaf:
        half.sendall(head(*PREDICTION_HEAD) + BODY[:10])
        deaf.sendall(head("GET", "/v1/forecast?N=8784") * 50)
        ask_for_health(address)
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def test_a_request_in_flight_gets_its_response_before_the_end() -> None:
    """Half of its body arrives after SIGTERM."""
    with running_server(serve_arguments()) as (server, address), connected(address) as client:
        client.sendall(head(*PREDICTION_HEAD, "Connection: close") + BODY[:10])
        ask_for_health(address)
        server.send_signal(signal.SIGTERM)
        assert server.stderr is not None
        assert "Shutting down" in server.stderr.readline()
        client.sendall(BODY[10:])
        assert list(json.loads(read_to_end(client).partition(b"\r\n\r\n")[2])) == ["prediction"]
        server.wait(timeout=60)


def test_a_bad_request_is_one_line_in_the_log() -> None:
    """The request has Upgrade with a body, is no HTTP, or has a line break in its address."""
    with running_server(serve_arguments()) as (server, address):
        upgrade = head("POST", "/v1/prediction", "Connection: Upgrade", "Upgrade: h2c", "Content-Length: 2")
        for request in (upgrade, b"what?\r\n\r\n", head("GET", "/%0Anothing", "Connection: close")):
            with connected(address) as connection:
                connection.sendall(request)
                assert read_to_end(connection).startswith(b"HTTP/1.1 4")
        server.send_signal(signal.SIGTERM)
        assert server.stderr is not None
        lines = [line for line in server.stderr.read().splitlines() if line.startswith("WARNING")]
    assert [line.split(None, 1)[1] for line in lines] == [
        "Unsupported upgrade request.",
        "Invalid HTTP request received.",
    ]
