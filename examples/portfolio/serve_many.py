"""Serve every model of a folder under its building's name: ``uvicorn examples.portfolio.serve_many:app``."""

import asyncio
import gc
import logging
import os
import re
import stat
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from cachetools import LRUCache
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from forecast_core.errors import InvalidModel, one_line, quoted
from serving.app import create_app
from serving.overload import LongForecasts
from serving.problem import EXCEPTION_HANDLERS, NO_SNIFFING, problem, root_path
from serving.upgrade import UpgradeWithBodyRefused

log = logging.getLogger("uvicorn.error")


class OpenModel(NamedTuple):
    """A version of a model file, by its inode, size and time, and the task that opens it."""

    version: tuple[int, int, int]
    app: "asyncio.Task[ASGIApp]"


def create_portfolio(folder: Path, most_open: int) -> Starlette:
    """Make the app; the apps of the buildings are made at their first request.

    :param most_open: how many of them are kept: those that were requested last.
    """
    opened: LRUCache[Path, OpenModel] = LRUCache(most_open)
    long_forecasts = LongForecasts()  # of all buildings, which share a core

    async def open_model(file: Path) -> ASGIApp:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileNotFoundError(file)
        version = (status.st_ino, status.st_size, status.st_mtime_ns)
        model = opened.get(file)
        if model is None or model.version != version:
            model = opened[file] = OpenModel(version, asyncio.create_task(_open(file, long_forecasts)))
        return await asyncio.shield(model.app)  # a client that leaves does not stop the opening

    async def building(scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp
        file = folder / Path(f"{scope['path_params']['building']}.onnx").name  # in no other folder
        try:
            app = await open_model(file)
        except InvalidModel as error:
            if isinstance(error.__cause__, OSError):  # an error that may pass, like too many open files
                opened.pop(file, None)
            app = problem(503, "the model of this building cannot be used; the server's log says why")
        except (OSError, ValueError):  # no such file, or a name that no file can have
            app = problem(404, f"there is no such building; {scope['app_root_path']}/ lists those that exist")
        await app(scope, receive, send)

    def health(request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store", **NO_SNIFFING})

    def buildings(request: Request) -> JSONResponse:
        names = sorted(file.stem for file in folder.glob("*.onnx") if file.is_file() and _is_utf8(file.stem))
        return JSONResponse({name: f"{root_path(request)}/{quote(name)}/" for name in names}, headers=NO_SNIFFING)

    routes = [
        Route("/", buildings),
        Route("/health", health),
        Route("/{building}", _with_slash),
        Mount("/{building}", building),
    ]
    middleware = [Middleware(UpgradeWithBodyRefused)]
    app = Starlette(routes=routes, middleware=middleware, exception_handlers=EXCEPTION_HANDLERS)
    app.router.redirect_slashes = False  # Starlette's redirect leads to the Host that the client names
    return app


async def _open(file: Path, long_forecasts: LongForecasts) -> ASGIApp:
    try:
        return await asyncio.to_thread(create_app, file, long_forecasts)  # other requests go on meanwhile
    except InvalidModel as error:
        log.error("%s", one_line(str(error)))  # once for each version of a file, not for each request
        raise
    finally:
        gc.collect()  # a closed app holds its 7 MB by cycles of references, which Python is slow to notice


async def _with_slash(request: Request) -> RedirectResponse:
    """Redirect /school to /school/, by a relative address, so that any prefix and host will do."""
    return RedirectResponse(f"{quote(request.path_params['building'])}/")


def _is_utf8(name: str) -> bool:
    """Tell whether a file's name is text; an address can have no other."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / os.environ.get("FORECAST_MODELS", "models")
MOST_OPEN = os.environ.get("FORECAST_MODELS_OPEN", "500")
if not MODELS.is_dir():
    sys.exit(one_line(f"serve_many: there is no folder {MODELS}; name one with FORECAST_MODELS"))
if not re.fullmatch("[1-9][0-9]{0,8}", MOST_OPEN):
    sys.exit(f"serve_many: FORECAST_MODELS_OPEN is {quoted(MOST_OPEN)}; it must be a whole number from 1 to 999999999")
app = create_portfolio(MODELS, int(MOST_OPEN))
gc.freeze()  # what is imported by now is no garbage, so it is not searched: 20 ms of each collection
