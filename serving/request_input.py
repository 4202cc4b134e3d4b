"""The input of a request: a JSON body, or the query string."""

from collections.abc import Hashable, Sequence
from typing import Any

from starlette.requests import Request

from .errors import InputTooLarge, MalformedInput, SchemaViolation, UnsupportedMediaType
from .query_string import parse_query_string
from .strict_json import parse_json
from .validation import InputSchema

LARGEST_BODY = 16 * 1024
LONGEST_REMEMBERED = 200  # bytes of query string; a prediction's has fifty
ANNOUNCE_A_BODY = {b"content-length", b"transfer-encoding"}
"""The headers without which an HTTP/1.1 request has no body (RFC 9112, section 6.3)."""


async def read_input(request: Request, schema: InputSchema) -> dict[str, Any]:
    """Read and validate the input of a request.

    :returns: the input's fields; those of type integer as int, also when they came as ``8.0``.
    :raises MalformedInput: not strict JSON, a malformed query string, or body and query string together.
    :raises InputTooLarge: the body is over ``LARGEST_BODY``, declared or streamed.
    :raises UnsupportedMediaType: the body's ``Content-Type`` is not JSON.
    :raises SchemaViolation: the schema says no.
    """
    query_string: bytes = request.scope["query_string"]
    has_body = not ANNOUNCE_A_BODY.isdisjoint(dict(request.scope["headers"]))
    body = await _read_body(request) if has_body else b""
    if body or request.method == "QUERY":
        _check_media_type(request, body)
    if body and query_string:
        raise MalformedInput("the input came twice, as body and as query string; send one of them")
    if body:
        members = parse_json(body)
        forms = _integers(members)
        return schema.known_fields.recall(forms) or _judged(members, schema, forms)
    parameters = query_string.split(b"&") if len(query_string) <= LONGEST_REMEMBERED else []
    return schema.known_fields.recall(parameters) or _judged(
        parse_query_string(query_string, schema.fields), schema, parameters
    )


def _integers(members: Any) -> list[Hashable]:
    """Give the members of an object of integers; none of any other, because True equals 1."""
    if not isinstance(members, dict) or not all(type(value) is int for value in members.values()):
        return []
    return list(members.items())


def _judged(instance: Any, schema: InputSchema, forms: Sequence[Hashable]) -> dict[str, Any]:
    if faults := schema.faults(instance):
        raise SchemaViolation(schema.name, faults)
    fields = {
        name: int(value) if schema.fields[name]["type"] == "integer" else value for name, value in instance.items()
    }
    schema.known_fields.remember(forms, fields)
    return fields


async def _read_body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    too_large = InputTooLarge(f"the body is larger than {LARGEST_BODY:,} bytes; a request fits in a hundred")
    if declared.isdigit() and int(declared) > LARGEST_BODY:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise too_large
    return bytes(body)


def _check_media_type(request: Request, body: bytes) -> None:
    content_type = request.headers.get("content-type")
    if content_type is None:
        if request.method == "QUERY":
            raise MalformedInput("a QUERY needs a Content-Type (RFC 10008); send application/json")
        return
    media_type = content_type.partition(";")[0].strip().lower()
    if body and media_type != "application/json":
        raise UnsupportedMediaType("the body's Content-Type is not JSON; send application/json")
