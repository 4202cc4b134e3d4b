import pytest
from starlette.testclient import TestClient

from serve import app

ADDRESS = "/v1/prediction?hour_of_day=8&day_of_week=3&day_of_year=122"
BODY = b'{"hour_of_day": 8, "day_of_week": 3, "day_of_year": 122}'


@pytest.fixture(scope="module")
def etag(client: TestClient) -> str:
    return str(client.get(ADDRESS).headers["etag"])


@pytest.mark.parametrize("address", [ADDRESS, "/v1/forecast?N=3"])
def test_an_answer_to_a_query_string_may_be_kept(client: TestClient, address: str) -> None:
    """By any cache, for an hour, under a strong validator that stays the same."""
    first, second = client.get(address), client.get(address)
    assert first.headers["cache-control"] == "public, max-age=3600"
    assert first.headers["etag"] == second.headers["etag"]
    assert first.headers["etag"].startswith('"')


def test_another_answer_has_another_etag(client: TestClient, etag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The validator is a digest of the answer: of another input, and of another model for the same input."""
    assert client.get(ADDRESS.replace("=8", "=9")).headers["etag"] != etag
    assert client.get("/v1/forecast?N=3").headers["etag"] != client.get("/v1/forecast?N=4").headers["etag"]
    monkeypatch.setattr(app.state.forecaster, "predict", lambda label: 1.0)
    assert client.get(ADDRESS).headers["etag"] != etag


@pytest.mark.parametrize("given", ["{etag}", "W/{etag}", '"x", {etag} , "y"', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_kept_answer_is_confirmed_without_a_body(client: TestClient, etag: str, method: str, given: str) -> None:
    """304 with the same validator and lifetime."""
    response = client.request(method, ADDRESS, headers={"If-None-Match": given.format(etag=etag)})
    assert (response.status_code, response.content) == (304, b"")
    assert (response.headers["etag"], response.headers["cache-control"]) == (etag, "public, max-age=3600")


@pytest.mark.parametrize("given", ['"x"', "{bare}", ""])
def test_an_answer_of_another_validator_is_sent_anew(client: TestClient, etag: str, given: str) -> None:
    """A tag counts with its quotation marks, or not at all."""
    response = client.get(ADDRESS, headers={"If-None-Match": given.format(bare=etag.strip('"'))})
    assert (response.status_code, response.headers["etag"]) == (200, etag)


@pytest.mark.parametrize("method", ["GET", "QUERY", "POST"])
def test_an_answer_to_a_body_is_never_confirmed(client: TestClient, etag: str, method: str) -> None:
    """Its address says nothing of the input."""
    headers = {"If-None-Match": f"{etag}, *", "Content-Type": "application/json"}
    response = client.request(method, "/v1/prediction", content=BODY, headers=headers)
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize("method", ["QUERY", "POST"])
def test_an_answer_to_another_method_must_not_be_kept(client: TestClient, method: str) -> None:
    """Not even with the input in the query string: caches keep what GET gets."""
    response = client.request(method, ADDRESS, headers={"If-None-Match": "*", "Content-Type": "application/json"})
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in response.headers


def test_an_error_is_not_confirmed_and_not_kept(client: TestClient) -> None:
    """If-None-Match: * asks for no more than there is."""
    response = client.get("/v1/prediction?hour_of_day=24", headers={"If-None-Match": "*"})
    assert (response.status_code, response.headers["cache-control"]) == (422, "no-store")


def test_head_is_get_without_the_body(client: TestClient) -> None:
    """The same status and headers, for a good and for a bad input."""
    for address in (
        ADDRESS,
        "/v1/forecast?N=8",
        "/v1/prediction?hour_of_day=24",
        "/health",
        "/schemas/v1/problem.json",
    ):
        get, head = client.get(address), client.head(address)
        assert (head.status_code, head.headers) == (get.status_code, get.headers), address


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/v1/prediction", "GET, HEAD, OPTIONS, POST, QUERY"),
        ("/v1/forecast", "GET, HEAD, OPTIONS, POST, QUERY"),
        ("/v1/model", "GET, HEAD, OPTIONS"),
        ("/schemas/v1/problem.json", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_says_what_is_allowed(client: TestClient, path: str, allow: str) -> None:
    """Without a body, and without doing anything."""
    response = client.options(path)
    assert (response.status_code, response.content, response.headers["allow"]) == (204, b"", allow)
