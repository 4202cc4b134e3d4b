"""What can be wrong with a request, the status of each, and the problem document (RFC 9457) that says it."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from forecast_core.errors import ForecastError, UnanswerableInput

MOST_FAULTS = 20  # that are listed; their count is true all the same
NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}  # a browser shall take an answer for what it says it is


class MalformedInput(ForecastError):
    """The input cannot be read without guessing: it is not JSON, or not a query string."""


class InputTooLarge(ForecastError):
    """The body is over the limit."""


class QueryStringTooLong(ForecastError):
    """The query string is over the limit."""


class UnsupportedMediaType(ForecastError):
    """The body does not claim to be JSON."""


class Fault(NamedTuple):
    """What is wrong at one place of an input; its path has the member names and positions from the root."""

    path: tuple[str | int, ...]
    detail: str


class SchemaViolation(ForecastError):
    """The input is well-formed and does not fit its schema; ``faults`` are the first ones, sorted by place."""

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


def root_path(request: Request) -> str:
    """Tell the prefix under which a proxy or a mount serves this app."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def problem(
    status: int, detail: str, errors: list[dict[str, str]] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Make a problem document; its ``title`` is the status's name, as in the status line.

    Input that does not fit has ``errors``, each with a ``detail``,
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


def _placed(request: Request, fault: Fault) -> dict[str, str]:
    """Say where a fault is: a query string has parameters, a body JSON Pointers (RFC 6901, section 6)."""
    if request.scope["query_string"]:
        return {**({"parameter": str(fault.path[-1])} if fault.path else {}), "detail": fault.detail}
    tokens = (str(token).replace("~", "~0").replace("/", "~1") for token in fault.path)
    return {"pointer": "#" + "".join(f"/{quote(token, safe='~')}" for token in tokens), "detail": fault.detail}


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer a request for something that is not there; OPTIONS asks what a 405 would say."""
    assert isinstance(error, HTTPException)
    headers = error.headers or {}
    if error.status_code != 405:
        detail = f"there is no such resource; {root_path(request)}/openapi.json lists what there is"
        return problem(error.status_code, detail, headers=headers)
    allow = {"Allow": ", ".join(sorted({*headers["Allow"].split(", "), "OPTIONS"}))}
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
