"""Answers that are given again as they are, for a prediction is a pure function of its query string."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from .request_input import ANNOUNCE_A_BODY, LONGEST_REMEMBERED

MOST_ANSWERS = 256  # the hours of a week, and room; about a quarter of a megabyte
_CHANGE_THE_ANSWER = {*ANNOUNCE_A_BODY, b"if-none-match"}

Endpoint = Callable[[Request], Awaitable[Response]]


def remembered(endpoint: Endpoint) -> Endpoint:
    """Remember an endpoint's latest answers to GET by query string.

    A request with a body or a validator is always asked anew.
    Answers are shared between requests, so nothing may change one after it was made.

    :param endpoint: its good answers depend on nothing but the query string.
    """
    answers: OrderedDict[bytes, Response] = OrderedDict()

    async def recall(request: Request) -> Response:
        query_string: bytes = request.scope["query_string"]
        if request.method != "GET" or not _CHANGE_THE_ANSWER.isdisjoint(dict(request.scope["headers"])):
            return await endpoint(request)
        if (answer := answers.get(query_string)) is None:
            answer = await endpoint(request)
            if answer.status_code == 200 and len(query_string) <= LONGEST_REMEMBERED:
                if len(answers) == MOST_ANSWERS:
                    answers.popitem(last=False)
                answers[query_string] = answer
        return answer

    recall.__name__ = endpoint.__name__  # Starlette names routes by it
    return recall
