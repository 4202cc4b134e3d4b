"""Answers to a question, and who may keep them."""

from hashlib import blake2b
from json import JSONEncoder
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .errors import NO_SNIFFING

_CACHEABLE = "public, max-age=3600"  # an hour: how long a replaced model may go on answering from caches
_write_json = JSONEncoder(allow_nan=False, separators=(",", ":")).encode


def answer(request: Request, document: dict[str, Any]) -> Response:
    """Answer with a JSON document.

    A GET by query string may be kept by caches, under a strong ``ETag`` that is a digest of the answer.
    A body is not part of a cache's key, so the answer to one must not be kept (RFC 9111).
    """
    content = _write_json(document).encode()
    headers = {"Cache-Control": "no-store", **NO_SNIFFING}
    if request.method in ("GET", "HEAD") and request.scope["query_string"]:
        etag = f'"{blake2b(content, digest_size=16).hexdigest()}"'
        headers = {"Cache-Control": _CACHEABLE, "ETag": etag, **NO_SNIFFING}
        if _matches(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="application/json")


def _matches(if_none_match: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or tags == ["*"]
