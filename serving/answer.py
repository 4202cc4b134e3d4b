"""Answers to a forecast request, and who may keep them."""

from hashlib import blake2b
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_CACHEABLE = "public, max-age=3600"  # an hour: how long a replaced model may go on answering from caches


def answer(request: Request, document: dict[str, Any], model_digest: bytes) -> Response:
    """Answer with a JSON document.

    A GET by query string may be kept by caches, under a strong ``ETag`` made of the model and the input.
    A body is not part of a cache's key, so the answer to one must not be kept (RFC 9111).

    :param model_digest: at most 64 bytes that tell this model from others.
    """
    query_string: bytes = request.scope["query_string"]
    if request.method not in ("GET", "HEAD") or not query_string:
        return JSONResponse(document, headers={"Cache-Control": "no-store"})
    etag = f'"{blake2b(query_string, key=model_digest, digest_size=16).hexdigest()}"'
    headers = {"Cache-Control": _CACHEABLE, "ETag": etag}
    if_none_match = dict(request.scope["headers"]).get(b"if-none-match")
    if if_none_match and _matches(if_none_match.decode("latin-1"), etag):
        return Response(status_code=304, headers=headers)
    return JSONResponse(document, headers=headers)


def _matches(if_none_match: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or tags == ["*"]
