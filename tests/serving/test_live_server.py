"""What only a real process shows: bodies behind Upgrade, and the end of the server."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.conftest import ROOT

BODY = b'{"hour_of_day": 8, "day_of_week": 3, "day_of_year": 122}'
SERVE_COMMAND = re.search(r"uvicorn (serve:app .*)", (ROOT / "README.md").read_text("utf-8"))
UPGRADE_REFUSED = {
    "title": "Bad Request",
    "status": 400,
    "detail": "a body is not read where the header Upgrade asks for another protocol; send it by HTTP/1.1 alone",
}


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
def test_a_body_behind_upgrade_is_refused_and_never_run(
    live_server: str, method: str, path: str, announced: str, together: bool
) -> None:
    """Whether it comes with the head or later, and though it is itself a request, there is one answer and the end."""
    smuggled = head("GET", "/v1/model")
    with connected(live_server) as connection:
        request = head(method, path, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", announced)
        connection.sendall(request + smuggled if together else request)
        received = connection.recv(65536)
        if not together:
            with suppress(OSError):  # the server may have closed the connection already
                connection.sendall(smuggled)
        with suppress(ConnectionResetError):  # what came after its answer is not read
            received += read_to_end(connection)
    assert len(re.findall(rb"HTTP/1\.1 \d{3} ", received)) == 1
    status_line, _, rest = received.partition(b"\r\n")
    assert status_line == b"HTTP/1.1 400 Bad Request"
    assert b"connection: close" in rest.lower()
    assert json.loads(rest.partition(b"\r\n\r\n")[2]) == UPGRADE_REFUSED


def test_an_upgrade_without_body_is_answered_as_if_it_did_not_ask(live_server: str) -> None:
    """As curl --http2 does with a query string."""
    with connected(live_server) as connection:
        connection.sendall(head("GET", "/health", "Connection: Upgrade, close", "Upgrade: h2c"))
        assert read_to_end(connection).endswith(b'\r\n\r\n{"status":"ok"}')


@pytest.mark.parametrize(
    "path", ["/v1/prediction", "/v1/prediction?hour_of_day=24", "/nothing", "/v1/prediction?a=%zz"]
)
def test_the_status_line_and_the_title_say_the_same(live_server: str, path: str) -> None:
    """Whatever the Python version calls a status."""
    with connected(live_server) as connection:
        connection.sendall(head("GET", path, "Connection: close"))
        received = read_to_end(connection)
    _, status, phrase = received.partition(b"\r\n")[0].decode().split(" ", 2)
    document = json.loads(received.partition(b"\r\n\r\n")[2])
    assert (document["status"], document["title"]) == (int(status), phrase)
    assert phrase == HTTPStatus(int(status)).phrase


def test_curl_that_asks_for_http_2_is_told_what_to_change(live_server: str) -> None:
    """It sends Upgrade with its body."""
    if (
        shutil.which("curl") is None
        or "HTTP2" not in subprocess.run(["curl", "-V"], capture_output=True, text=True).stdout
    ):
        pytest.skip("there is no curl with HTTP/2: run apt-get install curl")
    printed = subprocess.run(
        ["curl", "--silent", "--http2", "-X", "GET", f"http://{live_server}/v1/prediction", "-d", BODY.decode()],
        capture_output=True,
        check=True,
    ).stdout
    assert json.loads(printed) == UPGRADE_REFUSED


def test_java_is_told_what_to_change(live_server: str, tmp_path: Path) -> None:
    """Its HttpClient asks for HTTP/2 unless it is told to speak HTTP/1.1, which is answered."""
    if shutil.which("java") is None:
        pytest.skip("there is no Java: run apt-get install default-jdk-headless")
    printed = subprocess.run(
        ["java", str(ROOT / "tests/clients/JavaClient.java"), f"http://{live_server}/v1/prediction"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    ).stdout.splitlines()  # fmt: skip
    assert json.loads(printed[0]) == UPGRADE_REFUSED
    assert list(json.loads(printed[1])) == ["prediction"]


@contextmanager
def own_server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a server by the README's command, on a free port, and see that it is gone in the end."""
    assert SERVE_COMMAND is not None
    command = [sys.executable, "-m", "uvicorn", *SERVE_COMMAND[1].split(), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            for line in server.stderr:
                if found := re.search(r"running on http://127\.0\.0\.1:(\d+)", line):
                    yield server, f"localhost:{found[1]}"
                    break
        finally:
            server.kill()


def test_a_server_ends_though_a_client_does_not(tmp_path: Path) -> None:
    """SIGTERM while one client sends half a body, and another does not read a year that it asked for."""
    with own_server() as (server, address), connected(address) as half, connected(address) as deaf:
        half.sendall(head("POST", "/v1/prediction", f"Content-Length: {len(BODY)}") + BODY[:10])
        deaf.sendall(head("GET", "/v1/forecast?N=8784") * 50)
        with connected(address) as asking:  # both were there before this answer
            asking.sendall(head("GET", "/health", "Connection: close"))
            assert read_to_end(asking).startswith(b"HTTP/1.1 200")
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=5)


def test_a_request_in_flight_is_answered_before_the_end() -> None:
    """Whose body arrives after SIGTERM."""
    with own_server() as (server, address), connected(address) as client:
        client.sendall(head("POST", "/v1/prediction", f"Content-Length: {len(BODY)}", "Connection: close") + BODY[:10])
        with connected(address) as asking:
            asking.sendall(head("GET", "/health", "Connection: close"))
            assert read_to_end(asking).startswith(b"HTTP/1.1 200")
        server.send_signal(signal.SIGTERM)
        assert server.stderr is not None
        assert "Shutting down" in server.stderr.readline()
        client.sendall(BODY[10:])
        assert list(json.loads(read_to_end(client).partition(b"\r\n\r\n")[2])) == ["prediction"]
        server.wait(timeout=5)


def test_a_bad_request_is_one_line_in_the_log() -> None:
    """Behind Upgrade, not HTTP at all, or with a line break in its address."""
    with own_server() as (server, address):
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
