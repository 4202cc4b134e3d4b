"""The app as one of several in a server."""

from starlette.applications import Starlette
from starlette.routing import Mount

import serve

app = Starlette(routes=[Mount("/site/one", serve.app)])
