"""Requests with a body and the header ``Upgrade``, which uvicorn's HTTP parser does not read."""

import logging
from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from .problem import problem
from .request_input import announces_body

# At each request with Upgrade, uvicorn advises to install a library that nothing here needs.
logging.getLogger("uvicorn.error").addFilter(
    lambda record: not record.getMessage().startswith("No supported WebSocket library detected")
)


class UpgradeWithBodyRefused:
    """Refuse such a request and close its connection; otherwise its body would be read as the next request.

    uvicorn with httptools stops reading at the header (its issue 2722);
    ``curl --http2 -d`` and Java's ``HttpClient`` with its default settings send it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Choose who responds; not a coroutine of its own, which would take a fortieth of each request."""
        if scope["type"] == "http" and b"upgrade" in dict(scope["headers"]) and announces_body(scope):
            detail = "a request with the header Upgrade may not have a body; send it without Upgrade"
            return problem(400, detail, headers={"Connection": "close"})(scope, receive, send)
        return self.app(scope, receive, send)
