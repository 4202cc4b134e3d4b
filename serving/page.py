"""The page that a person opens at ``/``, and the files that it loads."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from .errors import NO_SNIFFING

WEB_FOLDER = Path(__file__).resolve().parent.parent / "web"

_HEADERS = {
    # Everything is this server's own, nothing is inline, and no other page may show this one in a frame.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # kept, and confirmed by ETag: modules of two versions never meet in one page
    "Accept-Ranges": "none",
    **NO_SNIFFING,
}


class WebFiles(StaticFiles):
    """The files of the page, with the headers that keep it to itself."""

    async def file(self, request: Request) -> Response:
        """Give a file of the page; without a name, the page itself, which keeps its state in the query string."""
        return await self.get_response(request.path_params.get("path", "index.html"), request.scope)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Give a file, or confirm that the one the browser has is the same."""
        # Range may be ignored (RFC 9110, section 14.2); Starlette would refuse a bad one in plain text.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"range"]
        response = await super().get_response(path, scope)
        response.headers.update(_HEADERS)
        return response
