"""The app under a mount."""

from starlette.applications import Starlette
from starlette.routing import Mount

import serve

app = Starlette(routes=[Mount("/site/one", serve.app)])
