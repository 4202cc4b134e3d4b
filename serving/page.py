"""The web page at ``/`` and its files."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from .problem import NO_SNIFFING

WEB_FOLDER = Path(__file__).resolve().parent.parent / "web"

_HEADERS = {
    # Only this server's files are loaded, nothing is inline, and no other page may frame this one.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # revalidated by ETag, so that one page never mixes modules of two versions
    "Accept-Ranges": "none",
    **NO_SNIFFING,
}


class WebFiles(StaticFiles):
    """The files of the page, with security headers."""

    async def file(self, request: Request) -> Response:
        """Send a file of the page; without a name, the page itself, which keeps its state in the query string."""
        return await self.get_response(request.path_params.get("path", "index.html"), request.scope)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Send a file, or 304 if the browser has it."""
        # A server may ignore Range (RFC 9110, section 14.2); Starlette would refuse a bad one in plain text.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"range"]
        response = await super().get_response(path, scope)
        response.headers.update(_HEADERS)
        return response
