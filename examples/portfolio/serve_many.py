"""Serve every model of a folder under its building's name: ``uvicorn examples.portfolio.serve_many:app``."""

import asyncio
import gc
import logging
import os
import sys
from pathlib import Path
from urllib.parse import quote

from async_lru import alru_cache
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from forecast_core.errors import InvalidModel
from serving.app import create_app, health
from serving.problem import EXCEPTION_HANDLERS, NO_SNIFFING, problem, root_path
from serving.upgrade import UpgradeWithBodyRefused


def create_portfolio(folder: Path, most_open: int) -> Starlette:
    """Make the app; the apps of the buildings are made when they are first asked for.

    :param most_open: how many of them are kept: those that were asked last.
    """

    @alru_cache(most_open)
    async def open_model(file: Path, changed: int) -> ASGIApp:  # a file that changed is opened anew
        if open_model.cache_info().currsize == most_open:
            gc.collect()  # a closed app holds its 7 MB by cycles of references, which Python is slow to notice
        return await asyncio.to_thread(create_app, file)  # other requests go on meanwhile

    async def building(scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp
        try:
            file = folder / Path(f"{scope['path_params']['building']}.onnx").name  # and in no other folder
            app = await open_model(file, file.stat().st_mtime_ns)
        except InvalidModel as error:
            logging.getLogger("uvicorn.error").error("%s", error)
            app = problem(503, "the model of this building cannot be used; the server's log says why")
        except (OSError, ValueError):  # no such file, or a name that no file can have
            app = problem(404, f"there is no such building; {scope['app_root_path']}/ lists those that there are")
        await app(scope, receive, send)

    def buildings(request: Request) -> JSONResponse:
        names = sorted(file.stem for file in folder.glob("*.onnx"))
        return JSONResponse({name: f"{root_path(request)}/{quote(name)}/" for name in names}, headers=NO_SNIFFING)

    routes = [Route("/", buildings), Route("/health", health), Mount("/{building}", building)]
    middleware = [Middleware(UpgradeWithBodyRefused)]
    return Starlette(routes=routes, middleware=middleware, exception_handlers=EXCEPTION_HANDLERS)


ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / os.environ.get("FORECAST_MODELS", "models")
if not MODELS.is_dir():
    sys.exit(f"serve_many: there is no folder {MODELS}; name one with FORECAST_MODELS")
app = create_portfolio(MODELS, most_open=int(os.environ.get("FORECAST_MODELS_OPEN", "500")))
gc.freeze()  # what is imported by now is no garbage, so it is not searched: 20 ms of each closing
