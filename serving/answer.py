"""Answers to a question, and who may keep them."""

from collections.abc import Mapping
from hashlib import blake2b
from json import JSONEncoder
from math import isfinite
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

_ALWAYS = [(b"content-type", b"application/json"), (b"x-content-type-options", b"nosniff")]
_NOT_KEPT = (b"cache-control", b"no-store")
_KEPT = (b"cache-control", b"public, max-age=3600")  # how long a replaced model may go on answering from caches
_encode = JSONEncoder(allow_nan=False, separators=(",", ":")).encode


class Answer(Response):
    """A response with its headers as they are sent, which saves a twentieth of a request."""

    def __init__(self, content: bytes, status_code: int, *headers: tuple[bytes, bytes]) -> None:
        self.given = headers
        super().__init__(content, status_code)

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        self.raw_headers = [*_ALWAYS, *self.given]
        if self.status_code != 304:
            self.raw_headers.append((b"content-length", b"%d" % len(self.body)))


def json_document(document: dict[str, Any]) -> bytes:
    """Write JSON without blanks; NaN and infinity, which it does not have, are a defect."""
    return _encode(document).encode()


def json_number(value: float) -> bytes:
    """Write a number as JSON, without an encoder: 7 us of a request."""
    if not isfinite(value):
        raise ValueError(f"{value} is no JSON number")
    return repr(value).encode()


def answer(request: Request, content: bytes) -> Response:
    """Answer with a JSON document.

    A GET by query string may be kept by caches, under a strong ``ETag`` that is a digest of the answer.
    A body is not part of a cache's key, so the answer to one must not be kept (RFC 9111).
    """
    if request.scope["method"] not in ("GET", "HEAD") or not request.scope["query_string"]:
        return Answer(content, 200, _NOT_KEPT)
    etag = b'"%s"' % blake2b(content, digest_size=16).hexdigest().encode()
    for name, value in request.scope["headers"]:
        if name == b"if-none-match":
            tags = [tag.strip().removeprefix(b"W/") for tag in value.split(b",")]
            if etag in tags or tags == [b"*"]:
                return Answer(b"", 304, _KEPT, (b"etag", etag))
    return Answer(content, 200, _KEPT, (b"etag", etag))
