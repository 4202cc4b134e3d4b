import pytest
from starlette.testclient import TestClient

from serve import app
from tests.builders import BODY, JSON, QUERY_STRING

ADDRESS = f"/v1/prediction?{QUERY_STRING}"


@pytest.fixture(scope="module")
def etag(client: TestClient) -> str:
    return str(client.get(ADDRESS).headers["etag"])


@pytest.mark.parametrize("address", [ADDRESS, "/v1/forecast?N=3"])
def test_a_response_to_a_query_string_may_be_cached(client: TestClient, address: str) -> None:
    """Any cache may keep it for an hour, and its ETag is strong and stays the same."""
    first, second = client.get(address), client.get(address)
    assert first.headers["cache-control"] == "public, max-age=3600"
    assert first.headers["etag"] == second.headers["etag"]
    assert first.headers["etag"].startswith('"')


def test_another_response_has_another_etag(client: TestClient, etag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ETag changes with the content, so with the input and with the model."""
    assert client.get(ADDRESS.replace("=8", "=9")).headers["etag"] != etag
    assert client.get("/v1/forecast?N=3").headers["etag"] != client.get("/v1/forecast?N=4").headers["etag"]
    monkeypatch.setattr(app.forecaster, "predict", lambda fields: 1.0)
    assert client.get(ADDRESS).headers["etag"] != etag


@pytest.mark.parametrize("given", ["{etag}", "W/{etag}", '"x", {etag} , "y"', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_cached_response_is_confirmed_by_304(client: TestClient, etag: str, method: str, given: str) -> None:
    """It has no body, the same ETag and the same lifetime."""
    response = client.request(method, ADDRESS, headers={"If-None-Match": given.format(etag=etag)})
    assert (response.status_code, response.content) == (304, b"")
    assert (response.headers["etag"], response.headers["cache-control"]) == (etag, "public, max-age=3600")


@pytest.mark.parametrize("given", ['"x"', "{bare}", ""])
def test_another_etag_gets_the_whole_response(client: TestClient, etag: str, given: str) -> None:
    """A tag without its quotation marks is another one."""
    response = client.get(ADDRESS, headers={"If-None-Match": given.format(bare=etag.strip('"'))})
    assert (response.status_code, response.headers["etag"]) == (200, etag)


@pytest.mark.parametrize("method", ["GET", "QUERY", "POST"])
def test_a_response_to_a_body_is_never_confirmed(client: TestClient, etag: str, method: str) -> None:
    """The address does not contain the input."""
    headers = JSON | {"If-None-Match": f"{etag}, *"}
    response = client.request(method, "/v1/prediction", content=BODY, headers=headers)
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize("method", ["QUERY", "POST"])
def test_a_response_to_another_method_must_not_be_cached(client: TestClient, method: str) -> None:
    """Caches keep what GET gets, even if the input is in the query string."""
    response = client.request(method, ADDRESS, headers=JSON | {"If-None-Match": "*"})
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in response.headers


def test_an_error_is_neither_confirmed_nor_cached(client: TestClient) -> None:
    """``If-None-Match: *`` does not match an error."""
    response = client.get("/v1/prediction?hour_of_day=24", headers={"If-None-Match": "*"})
    assert (response.status_code, response.headers["cache-control"]) == (422, "no-store")


def test_head_is_get_without_the_body(client: TestClient) -> None:
    """HEAD has the same status and headers for good and for bad input."""
    addresses = [ADDRESS, "/v1/forecast?N=8", "/v1/prediction?hour_of_day=24", "/health", "/schemas/v1/problem.json"]
    for address in addresses:
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
def test_options_lists_the_methods(client: TestClient, path: str, allow: str) -> None:
    """The response has no body."""
    response = client.options(path)
    assert (response.status_code, response.content, response.headers["allow"]) == (204, b"", allow)
