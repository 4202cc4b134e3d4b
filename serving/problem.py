"""Error responses: problem documents (RFC 9457), and the status of each error."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from forecast_core.errors import ForecastError, UnanswerableInput

from . import errors

NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}  # a browser shall believe the Content-Type

STATUS: Mapping[type[ForecastError], int] = {
    errors.MalformedInput: 400,
    errors.InputTooLarge: 413,
    errors.QueryStringTooLong: 414,
    errors.UnsupportedMediaType: 415,
    errors.SchemaViolation: 422,
    UnanswerableInput: 422,
}


def root_path(request: Request) -> str:
    """Return the prefix under which a proxy or a mount serves this app."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def problem(
    status: int, detail: str, errors: list[dict[str, str]] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Make a problem document; its ``title`` is the status's name, as in the status line.

    For input that does not fit, ``errors`` lists what is wrong, each with a ``detail``,
    and a ``pointer`` into the body or the ``parameter`` of the query string.
    """
    document: dict[str, Any] = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if errors:
        document["errors"] = errors
    # A name in the input may hold markup; escaped, it is harmless even for a browser that sniffs.
    content = json.dumps(document, separators=(",", ":")).replace("<", "\\u003c")
    headers = {"Cache-Control": "no-store", **NO_SNIFFING, **(headers or {})}
    return Response(content, status, headers, media_type="application/problem+json")


async def on_forecast_error(request: Request, error: Exception) -> Response:
    """Respond to input that cannot be used."""
    assert isinstance(error, ForecastError)
    found: Sequence[errors.InputError] = []
    match error:
        case errors.SchemaViolation():
            found = error.errors
        case UnanswerableInput():
            found = [errors.InputError((error.field,), str(error))]
    return problem(STATUS[type(error)], str(error), [_with_place(request, each) for each in found])


def _with_place(request: Request, error: errors.InputError) -> dict[str, str]:
    """Say where an error is: a query string has parameters, a body JSON Pointers (RFC 6901, section 6)."""
    if request.scope["query_string"]:
        return {**({"parameter": str(error.path[0])} if error.path else {}), "detail": error.detail}
    tokens = (str(token).replace("~", "~0").replace("/", "~1") for token in error.path)
    return {"pointer": "#" + "".join(f"/{quote(token, safe='~')}" for token in tokens), "detail": error.detail}


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Respond to a path or a method that does not exist; OPTIONS gets the methods that do."""
    assert isinstance(error, HTTPException)
    headers = error.headers or {}
    if error.status_code != 405:
        detail = f"there is no such resource; {root_path(request)}/openapi.json lists those that exist"
        return problem(error.status_code, detail, headers=headers)
    allow = {"Allow": ", ".join(sorted({*headers["Allow"].split(", "), "OPTIONS"}))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=NO_SNIFFING | allow)
    return problem(405, f"this resource accepts {allow['Allow']}", headers=allow)


async def on_disconnect(request: Request, error: Exception) -> Response:
    """End a request whose client left before its body was complete; nobody reads this response."""
    return problem(400, "the body ended before it was complete")


async def on_internal_error(request: Request, error: Exception) -> Response:
    """Respond when the code is wrong; Starlette raises the error again, so that the server logs it in full."""
    return problem(500, "an internal error occurred; the server's log has the details")


EXCEPTION_HANDLERS = {
    ForecastError: on_forecast_error,
    HTTPException: on_http_exception,
    ClientDisconnect: on_disconnect,
    Exception: on_internal_error,
}
