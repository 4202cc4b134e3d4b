"""A constant response: what the web server itself costs."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def prediction(_: Request) -> JSONResponse:
    return JSONResponse({"prediction": 1234.567})


app = Starlette(routes=[Route("/v1/prediction", prediction)])
