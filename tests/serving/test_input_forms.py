"""Each way in which an input can come, and each way in which it can come wrong."""

import json
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any

import pytest
from starlette.testclient import TestClient

from serve import app
from serving.request_input import LARGEST_BODY, LONGEST_QUERY_STRING

JSON = {"Content-Type": "application/json"}
BODY = b'{"hour_of_day": 8, "day_of_week": 3, "day_of_year": 122}'
QUERY_STRING = "hour_of_day=8&day_of_week=3&day_of_year=122"
NO_STORE = "no-store"


def ask(client: TestClient, method: str, query: str = "", body: bytes | Iterator[bytes] = b"", **headers: str) -> Any:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.request(method, f"/v1/prediction{query}", content=body, headers=names)


@pytest.fixture(scope="module")
def expected(client: TestClient) -> bytes:
    """The one right answer to the input of this module."""
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
def test_a_body_answers_with_every_method(client: TestClient, expected: bytes, method: str, body: bytes) -> None:
    """8.0, 3e0 and 1.22e2 are integers, as in JSON Schema; no cache may keep the answer."""
    response = ask(client, method, body=body, content_type="application/json")
    assert (response.status_code, response.content) == (200, expected)
    assert response.headers["cache-control"] == NO_STORE
    assert "etag" not in response.headers


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", None])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_body_is_json_by_its_type_or_by_default(
    client: TestClient, expected: bytes, method: str, content_type: str | None
) -> None:
    """Parameters and case do not matter, and without a type it is taken as JSON."""
    headers = {} if content_type is None else {"content_type": content_type}
    response = ask(client, method, body=BODY, **headers)
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
def test_a_query_string_answers(client: TestClient, expected: bytes, query: str, method: str) -> None:
    """Order and percent-encoding do not matter."""
    response = ask(client, method, query)
    assert (response.status_code, response.content) == (200, expected)


def refusal(status: int, detail: str) -> dict[str, Any]:
    """A problem document; its title is the status's name in the status line, which newer Pythons call otherwise."""
    return {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def bad_request(detail: str) -> dict[str, Any]:
    return refusal(400, detail)


TWICE = bad_request("the body gives the same name twice in one object; give each once")
NOT_UTF8 = bad_request("the body is not UTF-8: byte 0 does not fit")
HALF_PAIR = bad_request("the body is not Unicode: it escapes half of a surrogate pair")


@pytest.mark.parametrize(
    ("body", "expected_problem"),
    [
        (b"hour_of_day=8", bad_request("the body is not JSON: Expecting value at line 1, column 1")),
        (b"{'hour_of_day': 8}", None),
        (BODY[:-1], bad_request("the body is not JSON: Expecting ',' delimiter at line 1, column 56")),
        (BODY + BODY, bad_request("the body is not JSON: Extra data at line 1, column 57")),
        (b" ", bad_request("the body is not JSON: Expecting value at line 1, column 2")),
        (b'{"hour_of_day": 8, "hour_of_day": 8, "day_of_week": 3, "day_of_year": 122}', TWICE),
        (b'{"a": {"b": 1, "b": 2}}', TWICE),
        (b'{"hour_of_day": NaN}', bad_request("the body is not JSON: NaN is not a JSON number")),
        (b"[Infinity]", bad_request("the body is not JSON: Infinity is not a JSON number")),
        (b'{"x": -Infinity}', bad_request("the body is not JSON: -Infinity is not a JSON number")),
        (b'{"hour_of_day": 1e400}', bad_request("the body has a number that is too large for a double")),
        (b"-1e400", bad_request("the body has a number that is too large for a double")),
        (b"[" * 8_000, bad_request("the body has 8,000 opening brackets; at most 500 are read")),
        (b'{"a":' * 501, bad_request("the body has 501 opening brackets; at most 500 are read")),
        (b"[" + b"1," * 1_001 + b"1]", bad_request("the body has 1,001 colons and commas; at most 1,000 are read")),
        (b"9" * 5_000, bad_request("the body has an integer of more than 30 digits")),
        (b'{"hour_of_day": -' + b"9" * 40 + b"}", bad_request("the body has an integer of more than 30 digits")),
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
def test_what_is_not_strict_json_is_refused(
    client: TestClient, body: bytes, expected_problem: dict[str, Any] | None
) -> None:
    """400 with what is wrong and where; None stands for a message of the parser with a position."""
    response = ask(client, "GET", body=body, content_type="application/json")
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
    """400, since which value is meant would be a guess."""
    assert raw_get(client, query) == (400, bad_request(detail))


def raw_get(
    client: TestClient, query: str, headers: Sequence[tuple[bytes, bytes]] = (), disconnected: bool = False
) -> tuple[int, dict[str, Any]]:
    """Ask with a query string exactly as given, which a client library would mend before sending it."""
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
def test_a_query_value_is_read_by_its_type_and_never_guessed(client: TestClient, value: str, detail: str) -> None:
    """Anything but plain ASCII digits stays text, which the schema refuses with a short echo."""
    status, document = raw_get(client, f"hour_of_day={value}&day_of_week=3&day_of_year=122")
    assert (status, document) == (
        422,
        refusal(422, "the input does not fit the schema prediction-request: 1 fault")
        | {"errors": [{"parameter": "hour_of_day", "detail": detail}]},
    )


def test_minus_zero_is_zero_in_a_query_string_too(client: TestClient) -> None:
    """As in a body."""
    zero = client.get("/v1/prediction?hour_of_day=0&day_of_week=3&day_of_year=122").content
    assert client.get("/v1/prediction?hour_of_day=-0&day_of_week=3&day_of_year=122").content == zero


def test_at_most_twenty_faults_are_listed_and_all_are_counted(client: TestClient) -> None:
    """Nobody mends thousands by hand, and to list them costs more than a thousand answers."""
    body = {"hour_of_day": 24, **{f"x{number}": [number] for number in range(300)}}
    response = client.post("/v1/prediction", json=body)
    document = response.json()
    assert document["detail"] == (
        "the input does not fit the schema prediction-request: 303 faults, of which 20 are listed"
    )
    pointers = [error["pointer"] for error in document["errors"]]
    assert len(pointers) == 20
    assert pointers == sorted(pointers)
    assert {"#/day_of_week", "#/day_of_year", "#/hour_of_day"} <= set(pointers)


@pytest.mark.parametrize("method", ["GET", "QUERY", "POST"])
def test_a_content_encoding_is_refused(client: TestClient, method: str) -> None:
    """Nothing is unpacked here."""
    response = ask(client, method, body=BODY, content_type="application/json", content_encoding="gzip")
    detail = "the body has a Content-Encoding, and none is read; send it as it is"
    assert (response.status_code, response.json()) == (415, refusal(415, detail))


def test_a_query_of_another_type_is_refused_without_a_body_too(client: TestClient) -> None:
    """Its type is wrong, whatever it holds."""
    assert ask(client, "QUERY", f"?{QUERY_STRING}", content_type="text/plain").status_code == 415


@pytest.mark.parametrize("length", ["9" * 5_000, "9" * 20, "99999999"])
@pytest.mark.parametrize("path", ["/v1/prediction", "/v1/forecast"])
def test_a_declared_length_may_have_any_number_of_digits(client: TestClient, path: str, length: str) -> None:
    """Python reads 4,300 of them."""
    response = client.post(path, content=iter([b"{}"]), headers={**JSON, "Content-Length": length})
    assert (response.status_code, response.json()) == (413, TOO_LARGE)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/v1/prediction?{QUERY_STRING}"),
        ("GET", "/v1/forecast?N=2"),
        ("GET", "/v1/model"),
        ("GET", "/schemas/v1/problem.json"),
        ("GET", "/openapi.json"),
        ("GET", "/health"),
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/v1/prediction"),
        ("OPTIONS", "/v1/prediction"),
        ("DELETE", "/v1/prediction"),
    ],
)
def test_no_answer_may_be_taken_for_another_type(client: TestClient, method: str, path: str) -> None:
    """Every answer says nosniff, good or bad, and a confirmation of one that is kept."""
    response = client.request(method, path)
    assert response.headers["x-content-type-options"] == "nosniff"
    if "etag" in response.headers:
        kept = client.request(method, path, headers={"If-None-Match": response.headers["etag"]})
        assert (kept.status_code, kept.headers["x-content-type-options"]) == (304, "nosniff")


def test_markup_in_a_name_is_escaped(client: TestClient) -> None:
    """As JSON allows, so that it is harmless even for what sniffs."""
    response = client.post("/v1/forecast", json={"N": 1, "<script>": 1})
    assert b"<" not in response.content
    assert response.json()["errors"][0]["detail"].startswith('"<script>" is not known here')


def test_the_server_knows_the_prefix_that_it_is_served_under() -> None:
    """In its OpenAPI document, and where it hints at that."""
    with TestClient(app, root_path="/load/") as client:
        assert client.get("/openapi.json").json()["servers"] == [{"url": "/load"}]
        hint = "there is no such resource; /load/openapi.json lists what there is"
        assert client.get("/nothing").json()["detail"] == hint
    with TestClient(app) as client:
        assert client.get("/openapi.json").json()["servers"] == [{"url": "/"}]


def test_an_unknown_parameter_is_named(client: TestClient) -> None:
    """A typing error in an optional parameter would otherwise answer another question."""
    assert client.get("/v1/forecast?N=1&quantil=0.9").json()["errors"] == [
        {"parameter": "quantil", "detail": '"quantil" is not known here; known are N, start, quantile'}
    ]


@pytest.mark.parametrize("method", ["GET", "HEAD", "QUERY", "POST"])
def test_body_and_query_string_together_are_refused(client: TestClient, method: str) -> None:
    """Even if they agree: the next time they may not."""
    response = ask(client, method, f"?{QUERY_STRING}", BODY, content_type="application/json")
    assert response.status_code == 400
    if method != "HEAD":
        assert response.json() == bad_request("the input came twice, as body and as query string; send one of them")


@pytest.mark.parametrize("method", ["GET", "QUERY", "POST"])
def test_no_input_is_an_empty_object(client: TestClient, method: str) -> None:
    """The schema says what is missing."""
    response = ask(client, method, content_type="application/json")
    assert response.status_code == 422
    assert [error["detail"] for error in response.json()["errors"]] == [
        "day_of_week is required", "day_of_year is required", "hour_of_day is required",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json", ""]
)
@pytest.mark.parametrize("method", ["GET", "QUERY", "POST"])
def test_a_body_of_another_type_is_refused(client: TestClient, method: str, content_type: str) -> None:
    """A form is not JSON, whatever it holds."""
    response = ask(client, method, body=BODY, content_type=content_type)
    assert response.status_code == 415
    assert response.json() == refusal(415, "the body's Content-Type is not JSON; send application/json")


def test_a_query_says_its_type(client: TestClient) -> None:
    """RFC 10008 wants a Content-Type, so there is no default."""
    response = ask(client, "QUERY", body=BODY)
    assert response.status_code == 400
    assert response.json() == bad_request("a QUERY needs a Content-Type (RFC 10008); send application/json")


TOO_LARGE = refusal(413, "the body is larger than 16,384 bytes; a request fits in a hundred")


@pytest.mark.parametrize("method", ["GET", "QUERY", "POST"])
@pytest.mark.parametrize("streamed", [False, True], ids=["declared", "streamed"])
def test_the_body_limit_holds(client: TestClient, expected: bytes, method: str, streamed: bool) -> None:
    """At the limit it is read, one byte over it is not, and the answer is still a problem document."""
    for size, status in ((LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)):
        padded = BODY + b" " * (size - len(BODY))
        body = iter([padded[:10_000], padded[10_000:]]) if streamed else padded
        response = ask(client, method, body=body, content_type="application/json")
        assert response.status_code == status
        assert response.headers["cache-control"] == NO_STORE
        assert response.json() == (TOO_LARGE if status == 413 else json.loads(expected))


def test_the_limit_of_the_query_string_holds(client: TestClient, expected: bytes) -> None:
    """At the limit it is read, one byte over it is not."""
    at_the_limit = QUERY_STRING + "&" * (LONGEST_QUERY_STRING - len(QUERY_STRING))
    assert client.get(f"/v1/prediction?{at_the_limit}").content == expected
    response = client.get(f"/v1/prediction?{at_the_limit}&")
    detail = "the query string is over 1,024 bytes; a request fits in a hundred"
    assert (response.status_code, response.json()) == (414, refusal(414, detail))


def test_a_20_000_deep_array_is_over_the_limit(client: TestClient) -> None:
    """Its brackets alone do not fit in a body; shorter ones are refused by depth, above."""
    assert ask(client, "POST", body=b"[" * 20_000).json() == TOO_LARGE


def test_a_client_that_goes_away_is_no_defect(client: TestClient) -> None:
    """Nothing is raised into the server's log when a body breaks off."""
    status, document = raw_get(client, "", headers=[(b"content-length", b"56")], disconnected=True)
    assert (status, document) == (400, bad_request("the body ended before it was complete"))


@pytest.mark.parametrize(
    ("length", "status", "content_type"), [(60_000, 414, "application/problem+json"), (70_000, 400, "text/plain")]
)
def test_a_very_long_address_ends_at_the_servers_parser(
    live_server: str, length: int, status: int, content_type: str
) -> None:
    """Up to 65,535 bytes the app answers; beyond, uvicorn's parser does so by itself, as docs/operations.md says."""
    connection = HTTPConnection(live_server)
    connection.request("GET", f"/v1/prediction?hour_of_day={'x' * length}&day_of_week=3&day_of_year=122")
    response = connection.getresponse()
    content = response.read()
    connection.close()
    assert (response.status, response.headers.get_content_type()) == (status, content_type)
    assert len(content) < 1_000


def test_a_long_unknown_parameter_is_not_echoed_as_its_place(client: TestClient) -> None:
    """A query string has no pointers either, so the fault has a detail alone."""
    answer = client.get(f"/v1/forecast?N=1&{'x' * 50}=1")
    assert answer.json()["errors"] == [{"detail": f'"{"x" * 39}... is not known here; known are N, start, quantile'}]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"[" + b"{}," * 400 + b"{}]", "the input must be a JSON object, got an array"),
        (b'"' + b"[" * 500 + b'"', 'the input must be a JSON object, got "' + "[" * 39 + "..."),
        (b"[" * 500 + b"]" * 500, "the input must be a JSON object, got an array"),
    ],
    ids=["many and flat", "in a text", "deep"],
)
def test_what_has_many_brackets_is_judged_by_the_schema(client: TestClient, body: bytes, detail: str) -> None:
    """A list of inputs gets the answer of a list."""
    response = client.post("/v1/prediction", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["errors"]) == (422, [{"pointer": "#", "detail": detail}])
