"""BlackSheep at its fastest: msgspec reads the query string itself, and the answer needs no encoding."""

from blacksheep import Application, Content, Request, Response, get
from blacksheep.exceptions import BadRequest

from .msgspec_answer import answer_query

app = Application()


@get("/v1/prediction")
async def prediction(request: Request) -> Response:
    content = answer_query(request.scope["query_string"].decode(), BadRequest)
    return Response(200, None, Content(b"application/json", content))
