"""Litestar at its fastest: msgspec reads the query string itself, and the answer needs no encoding."""

from litestar import Litestar, get
from litestar.exceptions import ValidationException
from litestar.response.base import ASGIResponse
from litestar.types import Scope

from .msgspec_answer import answer_query


@get("/v1/prediction")
async def prediction(scope: Scope) -> ASGIResponse:
    return ASGIResponse(body=answer_query(scope["query_string"].decode(), ValidationException))


app = Litestar([prediction], openapi_config=None)
