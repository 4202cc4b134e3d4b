"""Answers that are given again as they are, for a prediction is a pure function of its query string."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from .request_input import has_body

MOST_ANSWERS = 1024  # about a megabyte
_LONGEST_QUERY_STRING = 200  # bytes; a prediction's has fifty

Endpoint = Callable[[Request], Awaitable[Response]]


def remembered(endpoint: Endpoint) -> Endpoint:
    """Remember an endpoint's latest answers to GET by query string.

    A request with a body or a validator is always asked anew.
    Answers are shared between requests, so nothing may change one after it was made.

    :param endpoint: its good answers depend on nothing but the query string.
    """
    answers: dict[bytes, Response] = {}

    async def recall(request: Request) -> Response:
        query_string: bytes = request.scope["query_string"]
        if request.method != "GET" or has_body(request) or "if-none-match" in request.headers:
            return await endpoint(request)
        if (answer := answers.get(query_string)) is None:
            answer = await endpoint(request)
            if answer.status_code == 200 and len(query_string) <= _LONGEST_QUERY_STRING:
                if len(answers) == MOST_ANSWERS:
                    del answers[next(iter(answers))]  # the oldest
                answers[query_string] = answer
        return answer

    recall.__name__ = endpoint.__name__  # Starlette names routes by it
    return recall
