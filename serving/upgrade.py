"""Bodies that come with ``Upgrade``, which the HTTP parser below the app does not read."""

import logging

from starlette.types import ASGIApp, Receive, Scope, Send

from .errors import problem
from .request_input import announces_body


def log_upgrades_in_one_line() -> None:
    """Keep uvicorn from advising, at each request with ``Upgrade``, to install a library that nothing here needs."""
    logging.getLogger("uvicorn.error").addFilter(_is_no_advice)  # once, however many apps are made


def _is_no_advice(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("No supported WebSocket library detected")


class UpgradeWithBodyRefused:
    """Refuse such a request and close its connection, or its body would be taken for the next request.

    uvicorn with httptools stops reading at the header (its issue 2722);
    ``curl --http2 -d`` and Java's ``HttpClient`` with its default settings send it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        upgrades = scope["type"] == "http" and b"upgrade" in [name for name, _ in scope["headers"]]
        if upgrades and announces_body(scope):
            detail = "a body is not read where the header Upgrade asks for another protocol; send it by HTTP/1.1 alone"
            await problem(400, detail, headers={"Connection": "close"})(scope, receive, send)
            return
        await self.app(scope, receive, send)
