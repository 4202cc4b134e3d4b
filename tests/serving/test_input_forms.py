"""The forms in which an input can be sent, and what can be wrong with each."""

import json
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from typing import Any

import pytest
from starlette.testclient import TestClient

from serve import app
from serving.request_input import LARGEST_BODY, LONGEST_QUERY_STRING
from tests.builders import BODY, JSON, QUERY_STRING, problem

NO_STORE = "no-store"


def send(
    client: TestClient,
    method: str,
    query: str = "",
    body: bytes | Iterator[bytes] = b"",
    content_type: str | None = "application/json",
) -> Any:
    headers = {} if content_type is None else {"Content-Type": content_type}
    return client.request(method, f"/v1/prediction{query}", content=body, headers=headers)


@pytest.fixture(scope="module")
def expected(client: TestClient) -> bytes:
    """Return the response to the input of this module."""
    response = client.get(f"/v1/prediction?{QUERY_STRING}")
    assert response.status_code == 200
    return response.content


@pytest.mark.parametrize("method", ["GET", "QUERY", "POST"])
@pytest.mark.parametrize(
    "body",
    [
        BODY,
        b'{"hour_of_day": 8.0, "day_of_week": 3e0, "day_of_year": 1.22e2}',
        b'\n{ "day_of_year" :122,\t"hour_of_day":8,"day_of_week":3 } ',
        b'{"\\u0068our_of_day": 8, "day_of_week": 3, "day_of_year": 122}',
    ],
)
def test_a_body_is_read_with_every_method(client: TestClient, expected: bytes, method: str, body: bytes) -> None:
    """8.0, 3e0 and 1.22e2 are integers, as in JSON Schema, and no cache may keep the response."""
    response = send(client, method, body=body)
    assert (response.status_code, response.content) == (200, expected)
    assert response.headers["cache-control"] == NO_STORE
    assert "etag" not in response.headers


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", None])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_body_without_a_content_type_is_json(
    client: TestClient, expected: bytes, method: str, content_type: str | None
) -> None:
    """Parameters and case of the Content-Type do not matter."""
    response = send(client, method, body=BODY, content_type=content_type)
    assert (response.status_code, response.content) == (200, expected)


@pytest.mark.parametrize(
    ("query", "method"),
    [
        (f"?{QUERY_STRING}", "GET"),
        (f"?{QUERY_STRING}", "POST"),
        ("?day_of_year=122&hour_of_day=8&day_of_week=3", "GET"),
        ("?hour_of_day=%38&day%5Fof_week=3&day_of_year=12%32", "GET"),
        (f"?{QUERY_STRING}&", "GET"),
        ("?hour_of_day=8.0&day_of_week=3.00&day_of_year=122", "GET"),
    ],
)
def test_a_query_string_is_read(client: TestClient, expected: bytes, query: str, method: str) -> None:
    """Order and percent-encoding do not matter."""
    response = send(client, method, query)
    assert (response.status_code, response.content) == (200, expected)


TWICE = problem(400, "the body gives the same name twice in one object; give each once")
NOT_UTF8 = problem(400, "the body is not UTF-8: byte 0 does not fit")
HALF_PAIR = problem(400, "the body is not Unicode: it escapes half of a surrogate pair")


@pytest.mark.parametrize(
    ("body", "expected_problem"),
    [
        (b"hour_of_day=8", problem(400, "the body is not JSON: Expecting value at line 1, column 1")),
        (b"{'hour_of_day': 8}", None),
        (BODY[:-1], problem(400, "the body is not JSON: Expecting ',' delimiter at line 1, column 56")),
        (BODY + BODY, problem(400, "the body is not JSON: Extra data at line 1, column 57")),
        (b" ", problem(400, "the body is not JSON: Expecting value at line 1, column 2")),
        (b'{"hour_of_day": 8, "hour_of_day": 8, "day_of_week": 3, "day_of_year": 122}', TWICE),
        (b'{"a": {"b": 1, "b": 2}}', TWICE),
        (b'{"hour_of_day": NaN}', problem(400, "the body is not JSON: NaN is not a JSON number")),
        (b"[Infinity]", problem(400, "the body is not JSON: Infinity is not a JSON number")),
        (b'{"x": -Infinity}', problem(400, "the body is not JSON: -Infinity is not a JSON number")),
        (b'{"hour_of_day": 1e400}', problem(400, "the body has a number that is too large for a double")),
        (b"-1e400", problem(400, "the body has a number that is too large for a double")),
        (b"[" * 8_000, problem(400, "the body has 8,000 opening brackets; at most 500 are accepted")),
        (b'{"a":' * 501, problem(400, "the body has 501 opening brackets; at most 500 are accepted")),
        (
            b"[" + b"1," * 1_001 + b"1]",
            problem(400, "the body has 1,001 colons and commas; at most 1,000 are accepted"),
        ),
        (b"9" * 5_000, problem(400, "the body has an integer of more than 30 digits")),
        (b'{"hour_of_day": -' + b"9" * 40 + b"}", problem(400, "the body has an integer of more than 30 digits")),
        (b'\xff{"hour_of_day": 8}', NOT_UTF8),
        (BODY.decode().encode("utf-16"), NOT_UTF8),
        (b"\xef\xbb\xbf" + BODY, None),
        (b'{"\\ud800": 1}', HALF_PAIR),
        (b'{"hour_of_day": ["\\udfff"]}', HALF_PAIR),
        (b'{"hour_of_day": 08}', None),
        (b'{"hour_of_day": +8}', None),
        (b'{"hour_of_day": 0x8}', None),
        (b'{"hour_of_day": 8,}', None),
        (b'{"hour_of_day": 8} // eight', None),
        (b'{"hour_of_day": "8\n"}', None),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, bytes) else "",
)
def test_a_body_that_is_not_strict_json_is_refused(
    client: TestClient, body: bytes, expected_problem: dict[str, Any] | None
) -> None:
    """The status is 400, and the detail says what is wrong and where; None stands for a message with a position."""
    response = send(client, "GET", body=body)
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    assert response.headers["cache-control"] == NO_STORE
    if expected_problem is None:
        assert response.json()["detail"].startswith("the body ")
        assert "line 1, column" in response.json()["detail"]
    else:
        assert response.json() == expected_problem


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        (f"{QUERY_STRING}&hour_of_day=8", "the query string gives the same parameter twice; give each once"),
        (f"{QUERY_STRING}&hour%5Fof_day=9", "the query string gives the same parameter twice; give each once"),
        ("hour_of_day=%zz", "the query string has a % that is not followed by two hexadecimal digits; write it as %25"),
        ("hour_of_day=8%", "the query string has a % that is not followed by two hexadecimal digits; write it as %25"),
        ("hour_of_day=%ff", "the query string is not percent-encoded UTF-8"),
    ],
)
def test_a_malformed_query_string_is_refused(client: TestClient, query: str, detail: str) -> None:
    """The status is 400, because the server would have to guess a value."""
    assert raw_get(client, query) == (400, problem(400, detail))


def raw_get(
    client: TestClient, query: str, headers: Sequence[tuple[bytes, bytes]] = (), disconnected: bool = False
) -> tuple[int, dict[str, Any]]:
    """Send a query string exactly as given, which a client library would mend first."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"} if disconnected else {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/v1/prediction", "raw_path": b"/v1/prediction", "root_path": "",
        "query_string": query.encode("latin-1"), "headers": list(headers), "scheme": "http",
        "server": ("localhost", 80),
    }  # fmt: skip
    assert client.portal is not None
    client.portal.call(client.app, scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


NOT_AN_INTEGER = "hour_of_day must be an integer, got {}"


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ("", NOT_AN_INTEGER.format('""')),
        ("+8", NOT_AN_INTEGER.format('"+8"')),
        ("%2B8", NOT_AN_INTEGER.format('"+8"')),
        ("08", NOT_AN_INTEGER.format('"08"')),
        ("8.5", NOT_AN_INTEGER.format('"8.5"')),
        ("8.", NOT_AN_INTEGER.format('"8."')),
        ("8e0", NOT_AN_INTEGER.format('"8e0"')),
        ("%208", NOT_AN_INTEGER.format('" 8"')),
        ("8%0A", NOT_AN_INTEGER.format('"8\\n"')),
        ("8%00", NOT_AN_INTEGER.format('"8\\u0000"')),
        ("%EF%BC%98", NOT_AN_INTEGER.format('"\\uff18"')),
        ("true", NOT_AN_INTEGER.format('"true"')),
        ("null", NOT_AN_INTEGER.format('"null"')),
        ("8;day_of_week=3", NOT_AN_INTEGER.format('"8;day_of_week=3"')),
        ("-1", "hour_of_day must be at least 0, got -1"),
        ("99999999999999999999", "hour_of_day must be at most 23, got 99999999999999999999"),
        ("9" * 900, NOT_AN_INTEGER.format('"' + "9" * 39 + "...")),
        ("x" * 900, NOT_AN_INTEGER.format('"' + "x" * 39 + "...")),
    ],
    ids=lambda value: value[:30],
)
def test_a_query_value_that_is_not_of_its_type_stays_a_string(client: TestClient, value: str, detail: str) -> None:
    """The schema refuses it, and the detail shows a short piece of it."""
    status, document = raw_get(client, f"hour_of_day={value}&day_of_week=3&day_of_year=122")
    errors = [{"parameter": "hour_of_day", "detail": detail}]
    refused = problem(422, "the input does not fit the schema prediction-request: 1 error", errors=errors)
    assert (status, document) == (422, refused)


def test_minus_zero_is_zero_in_a_query_string(client: TestClient) -> None:
    """It is zero in a body, too."""
    zero = client.get("/v1/prediction?hour_of_day=0&day_of_week=3&day_of_year=122").content
    assert client.get("/v1/prediction?hour_of_day=-0&day_of_week=3&day_of_year=122").content == zero


def test_at_most_twenty_errors_are_listed_and_all_are_counted(client: TestClient) -> None:
    """They are sorted by place, and the server does not spend time on thousands."""
    body = {"hour_of_day": 24, **{f"x{number}": [number] for number in range(300)}}
    response = client.post("/v1/prediction", json=body)
    document = response.json()
    assert document["detail"].endswith("prediction-request: 303 errors, of which 20 are listed")
    pointers = [error["pointer"] for error in document["errors"]]
    assert len(pointers) == 20
    assert pointers == sorted(pointers)
    assert {"#/day_of_week", "#/day_of_year", "#/hour_of_day"} <= set(pointers)


@pytest.mark.parametrize("method", ["GET", "QUERY", "POST"])
def test_a_content_encoding_is_refused(client: TestClient, method: str) -> None:
    """The server does not unpack bodies."""
    response = client.request(method, "/v1/prediction", content=BODY, headers=JSON | {"Content-Encoding": "gzip"})
    detail = "the body has a Content-Encoding, and none is supported; send it without"
    assert (response.status_code, response.json()) == (415, problem(415, detail))


def test_a_query_of_another_type_is_refused_without_a_body(client: TestClient) -> None:
    """The Content-Type is checked first."""
    assert send(client, "QUERY", f"?{QUERY_STRING}", content_type="text/plain").status_code == 415


@pytest.mark.parametrize("length", ["9" * 5_000, "9" * 20, "99999999"])
@pytest.mark.parametrize("path", ["/v1/prediction", "/v1/forecast"])
def test_a_declared_length_may_have_any_number_of_digits(client: TestClient, path: str, length: str) -> None:
    """Python itself reads at most 4,300 of them."""
    response = client.post(path, content=iter([b"{}"]), headers={**JSON, "Content-Length": length})
    assert (response.status_code, response.json()) == (413, TOO_LARGE)


@pytest.mark.parametrize(
    "request_line",
    [
        f"GET /v1/prediction?{QUERY_STRING}", "GET /v1/forecast?N=2", "GET /v1/model", "GET /schemas/v1/problem.json",
        "GET /openapi.json", "GET /health", "GET /", "GET /nothing", "GET /v1/prediction", "OPTIONS /v1/prediction",
        "DELETE /v1/prediction",
    ],
)  # fmt: skip
def test_every_response_has_nosniff(client: TestClient, request_line: str) -> None:
    """A browser must believe the Content-Type of good responses, errors and confirmations."""
    method, path = request_line.split()
    response = client.request(method, path)
    assert response.headers["x-content-type-options"] == "nosniff"
    if "etag" in response.headers:
        confirmed = client.request(method, path, headers={"If-None-Match": response.headers["etag"]})
        assert (confirmed.status_code, confirmed.headers["x-content-type-options"]) == (304, "nosniff")


def test_markup_in_a_name_is_escaped(client: TestClient) -> None:
    """It is harmless even for a browser that ignores the Content-Type."""
    response = client.post("/v1/forecast", json={"N": 1, "<script>": 1})
    assert b"<" not in response.content
    assert response.json()["errors"][0]["detail"].startswith('"<script>" is not a known field')


def test_the_prefix_of_a_mount_is_in_addresses() -> None:
    """The OpenAPI document and the 404 have it."""
    with TestClient(app, root_path="/load/") as client:
        assert client.get("/openapi.json").json()["servers"] == [{"url": "/load"}]
        hint = "there is no such resource; /load/openapi.json lists those that exist"
        assert client.get("/nothing").json()["detail"] == hint
    with TestClient(app) as client:
        assert client.get("/openapi.json").json()["servers"] == [{"url": "/"}]


def test_an_unknown_parameter_is_an_error(client: TestClient) -> None:
    """A typing error in an optional parameter would otherwise give another forecast."""
    detail = '"quantil" is not a known field; known are N, start, quantile, quantiles'
    response = client.get("/v1/forecast?N=1&quantil=0.9")
    assert response.json()["errors"] == [{"parameter": "quantil", "detail": detail}]


@pytest.mark.parametrize("method", ["GET", "HEAD", "QUERY", "POST"])
def test_body_and_query_string_together_are_refused(client: TestClient, method: str) -> None:
    """They are refused even if they agree."""
    response = send(client, method, f"?{QUERY_STRING}", BODY)
    assert response.status_code == 400
    if method != "HEAD":
        assert response.json() == problem(400, "the request has a body and a query string; send one of them")


@pytest.mark.parametrize("method", ["GET", "QUERY", "POST"])
def test_no_input_is_an_empty_object(client: TestClient, method: str) -> None:
    """The errors list the required fields."""
    response = send(client, method)
    assert response.status_code == 422
    required = ["day_of_week is required", "day_of_year is required", "hour_of_day is required"]
    assert [error["detail"] for error in response.json()["errors"]] == required


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json", ""]
)
@pytest.mark.parametrize("method", ["GET", "QUERY", "POST"])
def test_a_body_of_another_type_is_refused(client: TestClient, method: str, content_type: str) -> None:
    """The server reads JSON only."""
    response = send(client, method, body=BODY, content_type=content_type)
    refused = problem(415, "the body's Content-Type is not JSON; send application/json")
    assert (response.status_code, response.json()) == (415, refused)


def test_a_query_needs_a_content_type(client: TestClient) -> None:
    """RFC 10008 requires it."""
    response = send(client, "QUERY", body=BODY, content_type=None)
    refused = problem(400, "a QUERY needs a Content-Type (RFC 10008); send application/json")
    assert (response.status_code, response.json()) == (400, refused)


TOO_LARGE = problem(413, "the body is larger than 16,384 bytes; a request fits in a hundred")


@pytest.mark.parametrize("method", ["GET", "QUERY", "POST"])
@pytest.mark.parametrize("streamed", [False, True], ids=["declared", "streamed"])
def test_a_body_over_the_limit_is_refused(client: TestClient, expected: bytes, method: str, streamed: bool) -> None:
    """A body at the limit is read, and one byte more is not."""
    for size, status in ((LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)):
        padded = BODY + b" " * (size - len(BODY))
        body = iter([padded[:10_000], padded[10_000:]]) if streamed else padded
        response = send(client, method, body=body)
        assert response.status_code == status
        assert response.headers["cache-control"] == NO_STORE
        assert response.json() == (TOO_LARGE if status == 413 else json.loads(expected))


def test_a_query_string_over_the_limit_is_refused(client: TestClient, expected: bytes) -> None:
    """A query string at the limit is read, and one byte more is not."""
    at_the_limit = QUERY_STRING + "&" * (LONGEST_QUERY_STRING - len(QUERY_STRING))
    assert client.get(f"/v1/prediction?{at_the_limit}").content == expected
    response = client.get(f"/v1/prediction?{at_the_limit}&")
    detail = "the query string is over 1,024 bytes; a request fits in a hundred"
    assert (response.status_code, response.json()) == (414, problem(414, detail))


def test_a_content_length_of_other_digits_is_not_an_internal_error(client: TestClient) -> None:
    """Python calls a superscript a digit; uvicorn refuses it itself, and the body is read all the same."""
    status, document = raw_get(client, "", headers=[(b"content-length", "²".encode("latin-1"))])
    assert (status, document["status"]) == (422, 422)


def test_a_body_that_breaks_off_is_not_an_internal_error(client: TestClient) -> None:
    """The client has left, and the server's log has no traceback."""
    status, document = raw_get(client, "", headers=[(b"content-length", b"56")], disconnected=True)
    assert (status, document) == (400, problem(400, "the body ended before it was complete"))


@pytest.mark.parametrize(
    ("length", "status", "content_type"), [(60_000, 414, "application/problem+json"), (70_000, 400, "text/plain")]
)
def test_a_very_long_address_is_refused(live_server: str, length: int, status: int, content_type: str) -> None:
    """Up to 65,535 bytes the app responds; beyond, uvicorn's parser does."""
    connection = HTTPConnection(live_server)
    connection.request("GET", f"/v1/prediction?hour_of_day={'x' * length}&day_of_week=3&day_of_year=122")
    response = connection.getresponse()
    content = response.read()
    connection.close()
    assert (response.status, response.headers.get_content_type()) == (status, content_type)
    assert len(content) < 1_000


def test_a_long_unknown_parameter_is_not_repeated_in_full(client: TestClient) -> None:
    """The error has a detail with the beginning of the name, and no ``parameter``."""
    response = client.get(f"/v1/forecast?N=1&{'x' * 50}=1")
    assert response.json()["errors"] == [
        {"detail": f'"{"x" * 39}... is not a known field; known are N, start, quantile, quantiles'}
    ]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"[" + b"{}," * 400 + b"{}]", "the input must be a JSON object, got an array"),
        (b'"' + b"[" * 500 + b'"', 'the input must be a JSON object, got "' + "[" * 39 + "..."),
        (b"[" * 500 + b"]" * 500, "the input must be a JSON object, got an array"),
    ],
    ids=["many and flat", "in a string", "deep"],
)
def test_brackets_within_the_limit_are_read(client: TestClient, body: bytes, detail: str) -> None:
    """The schema then refuses the array or the string."""
    response = client.post("/v1/prediction", content=body, headers=JSON)
    assert (response.status_code, response.json()["errors"]) == (422, [{"pointer": "#", "detail": detail}])
