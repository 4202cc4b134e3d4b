"""(a) A constant answer: what the web server itself costs."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def prediction(request: Request) -> Response:
    """Answer, whatever is asked."""
    return JSONResponse({"prediction": 1234.567})


app = Starlette(routes=[Route("/v1/prediction", prediction)])
