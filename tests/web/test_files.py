"""The page's files over HTTP: their headers, their caching, and their size."""

import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from serve import app
from serving.page import WEB_FOLDER

FILES = sorted(WEB_FOLDER.iterdir())
ADDRESSES = ["/", "/?N=24&start=x", *(f"/web/{file.name}" for file in FILES)]
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_file_is_sent_whole_with_security_headers(client: TestClient, address: str) -> None:
    """The headers allow nothing from other servers, and Range is ignored."""
    file = WEB_FOLDER / (Path(address).name if address.startswith("/web/") else "index.html")
    response = client.get(address, headers={"Range": "bytes=x"})
    assert (response.status_code, response.content) == (200, file.read_bytes())
    assert response.headers["content-type"] == MEDIA_TYPES[file.suffix]
    assert response.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_second_visit_sends_no_file_again(client: TestClient, address: str) -> None:
    """The browser's copy is confirmed by its ETag; HEAD has the same headers as GET."""
    first, head = client.get(address), client.head(address)
    assert (head.status_code, head.content, head.headers) == (200, b"", first.headers)
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


@pytest.mark.parametrize(
    "address", ["/web", "/web/", "/web/nothing.js", "/web/../serve.py", "/web/%2e%2e/serve.py", "/web/%00", "/page.js"]
)
def test_no_other_file_is_sent(client: TestClient, address: str) -> None:
    """The response is a problem document, as for every address that does not exist."""
    response = client.get(address)
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert response.json()["detail"] == "there is no such resource; /openapi.json lists those that exist"


def test_no_module_waits_for_more_than_one_other() -> None:
    """The browser finds those that page.js imports in it; the page itself names the others."""
    page = (WEB_FOLDER / "index.html").read_text("utf-8")
    named = set(re.findall(r'<(?:link rel="modulepreload" href|script type="module" src)="web/([a-z_]+\.js)"', page))
    imported = set(re.findall(r'from "\./([a-z_]+\.js)"', (WEB_FOLDER / "page.js").read_text("utf-8")))
    assert named | imported == {file.name for file in FILES if file.suffix == ".js"}
    assert not named & imported


@pytest.mark.parametrize("address", ["/", "/web/page.js"])
def test_other_methods_are_refused(client: TestClient, address: str) -> None:
    """The files can only be read."""
    response = client.post(address)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert response.headers["content-type"] == "application/problem+json"


def test_the_page_works_under_a_mount() -> None:
    """Its addresses are relative."""
    with TestClient(Starlette(routes=[Mount("/site", app)])) as client:
        for address in ("/site/", "/site/web/page.js", "/site/v1/model"):
            assert client.get(address).status_code == 200, address


def test_the_page_is_small() -> None:
    """A browser loads at most 60 kB before compression, and a person reads at most 900 lines."""
    assert sum(file.stat().st_size for file in FILES) <= 60_000
    assert sum(len(file.read_text("utf-8").splitlines()) for file in FILES) <= 900
