"""The input of a request: a JSON body, or the query string."""

from typing import Any

from starlette.requests import Request
from starlette.types import Scope

from forecast_core.errors import MalformedJson
from forecast_core.strict_json import parse_json

from .errors import InputTooLarge, MalformedInput, QueryStringTooLong, UnsupportedMediaType
from .input_schema import InputSchema

LARGEST_BODY = 16 * 1024
LONGEST_QUERY_STRING = 1024
MOST_SEPARATORS = 1000  # colons and commas of a body; a request has twenty at most, and thousands take long to judge
_LONGEST_LENGTH = 9  # digits of a Content-Length; Python itself stops at 4,300


async def read_input(request: Request, schema: InputSchema) -> dict[str, Any]:
    """Read the input of a request and validate it.

    :returns: its fields; integers are int, also when they came as ``8.0``.
    :raises ForecastError: one of those in ``problem.STATUS``.
    """
    query_string: bytes = request.scope["query_string"]
    if len(query_string) > LONGEST_QUERY_STRING:
        raise QueryStringTooLong(
            f"the query string is over {LONGEST_QUERY_STRING:,} bytes; a request fits in a hundred"
        )
    body = await _read_body(request) if announces_body(request.scope) else b""
    if body or request.method == "QUERY":
        _check_content_type(request)
    if body and query_string:
        raise MalformedInput("the request has a body and a query string; send one of them")
    return schema.validate(_parse_body(body)) if body else schema.validate_query_string(query_string)


def announces_body(scope: Scope) -> bool:
    """Tell whether a request says that it has a body; without these headers it has none (RFC 9112, section 6.3)."""
    headers = dict(scope["headers"])
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


async def _read_body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    too_large = InputTooLarge(f"the body is larger than {LARGEST_BODY:,} bytes; a request fits in a hundred")
    if declared.isascii() and declared.isdigit() and (len(declared) > _LONGEST_LENGTH or int(declared) > LARGEST_BODY):
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise too_large
    return bytes(body)


def _check_content_type(request: Request) -> None:
    if "content-encoding" in request.headers:
        raise UnsupportedMediaType("the body has a Content-Encoding, and none is supported; send it without")
    content_type = request.headers.get("content-type")  # many scripts send a body without one; it is tried as JSON
    if content_type is None and request.method == "QUERY":
        raise MalformedInput("a QUERY needs a Content-Type (RFC 10008); send application/json")
    if content_type is not None and content_type.partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType("the body's Content-Type is not JSON; send application/json")


def _parse_body(body: bytes) -> Any:
    if (separators := body.count(b":") + body.count(b",")) > MOST_SEPARATORS:
        raise MalformedInput(f"the body has {separators:,} colons and commas; at most {MOST_SEPARATORS:,} are accepted")
    try:
        return parse_json(body)
    except MalformedJson as error:
        raise MalformedInput(f"the body {error}") from error
