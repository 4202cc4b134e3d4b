"""What can be wrong with a request, the status of each, and the problem document (RFC 9457) that says it.

ForecastError
├── MalformedInput        not JSON, or not a query string
├── InputTooLarge         a body over the limit
├── QueryStringTooLong    a query string over the limit
├── UnsupportedMediaType  a body that does not claim to be JSON
├── SchemaViolation       well-formed, and not what the schema accepts
└── UnanswerableInput     of the core: fits the schema, and still names no hour that can be forecast
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from forecast_core.errors import ForecastError, UnanswerableInput


class MalformedInput(ForecastError):
    """The input cannot be read without guessing."""


class InputTooLarge(ForecastError):
    """The body is over the limit."""


class QueryStringTooLong(ForecastError):
    """The query string is over the limit."""


class UnsupportedMediaType(ForecastError):
    """The body's media type is not JSON."""


class Fault(NamedTuple):
    """What is wrong at one place of an input.

    :param path: member names and positions from the input's root to the place.
    :param detail: what is wrong, and what is accepted there.
    """

    path: tuple[str | int, ...]
    detail: str


class SchemaViolation(ForecastError):
    """The input is well-formed and does not fit its schema.

    :param schema_name: the schema that it does not fit.
    :param faults: the first of them, sorted by place.
    :param n_faults: how many there are.
    """

    def __init__(self, schema_name: str, faults: Sequence[Fault], n_faults: int) -> None:
        counted = "1 fault" if n_faults == 1 else f"{n_faults} faults"
        if n_faults > len(faults):
            counted += f", of which {len(faults)} are listed"
        super().__init__(f"the input does not fit the schema {schema_name}: {counted}")
        self.faults = faults


STATUS: Mapping[type[ForecastError], int] = {
    MalformedInput: 400,
    InputTooLarge: 413,
    QueryStringTooLong: 414,
    UnsupportedMediaType: 415,
    SchemaViolation: 422,
    UnanswerableInput: 422,
}

NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}
"""A browser shall take an answer for what it says it is."""

MOST_FAULTS = 20
"""That are listed; their count is true all the same."""


def root_path(request: Request) -> str:
    """Tell the prefix under which a proxy or a mount serves this app."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def problem(
    status: int, detail: str, errors: list[dict[str, str]] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Make a problem document.

    Its members are ``title`` (the status's name, as in the status line), ``status``, ``detail`` (for the caller)
    and, for input that does not fit, ``errors``: each with a ``detail``,
    and a ``pointer`` into the body or the ``parameter`` of the query string.
    """
    document: dict[str, Any] = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if errors:
        document["errors"] = errors
    # A name in the input may hold markup; escaped, it is harmless even for what sniffs.
    content = json.dumps(document, separators=(",", ":")).replace("<", "\\u003c")
    headers = {"Cache-Control": "no-store", **NO_SNIFFING, **(headers or {})}
    return Response(content, status, headers, media_type="application/problem+json")


async def on_forecast_error(request: Request, error: Exception) -> Response:
    """Answer a request whose input cannot be used."""
    assert isinstance(error, ForecastError)
    faults: Sequence[Fault] = []
    match error:
        case SchemaViolation():
            faults = error.faults
        case UnanswerableInput():
            faults = [Fault((error.field,), str(error))]
    return problem(STATUS[type(error)], str(error), [_placed(request, fault) for fault in faults])


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer a request for something that is not there; OPTIONS asks what a 405 would say."""
    assert isinstance(error, HTTPException)
    if error.status_code != 405:
        return problem(
            error.status_code,
            f"there is no such resource; {root_path(request)}/openapi.json lists what there is",
            headers=error.headers,
        )
    methods = {*(error.headers or {})["Allow"].split(", "), "OPTIONS"}
    allow = {"Allow": ", ".join(sorted(methods))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=NO_SNIFFING | allow)
    return problem(405, f"this resource answers {allow['Allow']}", headers=allow)


async def on_disconnect(request: Request, error: Exception) -> Response:
    """End a request whose client went away before its body was there: no defect, and nobody is left to read this."""
    return problem(400, "the body ended before it was complete")


async def on_defect(request: Request, error: Exception) -> Response:
    """Answer when the code is at fault; Starlette raises the error again, so that the server logs it in full."""
    return problem(500, "the server has a defect; it is logged there")


EXCEPTION_HANDLERS = {
    ForecastError: on_forecast_error,
    HTTPException: on_http_exception,
    ClientDisconnect: on_disconnect,
    Exception: on_defect,
}


def _placed(request: Request, fault: Fault) -> dict[str, str]:
    """Say where a fault is: input in the query string has parameters, a body has JSON Pointers.

    The pointer is in its URI fragment form (RFC 6901, section 6).
    """
    if request.scope["query_string"]:
        return {**({"parameter": str(fault.path[-1])} if fault.path else {}), "detail": fault.detail}
    tokens = (str(token).replace("~", "~0").replace("/", "~1") for token in fault.path)
    return {"pointer": "#" + "".join(f"/{quote(token, safe='~')}" for token in tokens), "detail": fault.detail}
