"""Answers to a forecast request, and who may keep them."""

from hashlib import blake2b
from json import JSONEncoder
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

_CACHEABLE = b"public, max-age=3600"  # an hour: how long a replaced model may go on answering from caches
_write_json = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class Answer(Response):
    """A JSON document with its headers as they are sent; Starlette's JSONResponse takes twice as long to make one.

    :param document: what to answer; None for an answer without content.
    :param status_code: of the answer.
    :param headers: beside those that describe the content.
    """

    def __init__(self, document: dict[str, Any] | None, status_code: int, *headers: tuple[bytes, bytes]) -> None:
        self.status_code = status_code
        self.background = None
        self.raw_headers = list(headers)
        self.body = b""
        if document is not None:
            self.body = _write_json(document).encode()
            self.raw_headers += (
                (b"content-length", b"%d" % len(self.body)),
                (b"content-type", b"application/json"),
            )


def answer(request: Request, document: dict[str, Any], model_digest: bytes) -> Response:
    """Answer with a JSON document.

    A GET by query string may be kept by caches, under a strong ``ETag`` made of the model and the input.
    A body is not part of a cache's key, so the answer to one must not be kept (RFC 9111).

    :param model_digest: at most 64 bytes that tell this model from others.
    """
    query_string: bytes = request.scope["query_string"]
    if request.method not in ("GET", "HEAD") or not query_string:
        return Answer(document, 200, (b"cache-control", b"no-store"))
    etag = b'"%s"' % blake2b(query_string, key=model_digest, digest_size=16).hexdigest().encode()
    lifetime, validator = (b"cache-control", _CACHEABLE), (b"etag", etag)
    if_none_match = dict(request.scope["headers"]).get(b"if-none-match")
    if if_none_match and _matches(if_none_match, etag):
        return Answer(None, 304, lifetime, validator)
    return Answer(document, 200, lifetime, validator)


def _matches(if_none_match: bytes, etag: bytes) -> bool:
    tags = [tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")]
    return etag in tags or tags == [b"*"]
