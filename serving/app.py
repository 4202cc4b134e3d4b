"""The app: its addresses, and what is done for each."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from forecast_core.calendar import Label
from forecast_core.contract import CONTRACT_VERSION, SCHEMA_FOLDER, openapi_document
from forecast_core.forecast import Forecaster
from forecast_core.time import EVENT_RESOLUTION, parse_event_start

from .answer import answer, json_document, json_number
from .errors import EXCEPTION_HANDLERS, NO_SNIFFING, root_path
from .onnx_model import load_model
from .page import WEB_FOLDER, WebFiles
from .request_input import read_input
from .upgrade import UpgradeWithBodyRefused, log_upgrades_in_one_line
from .validation import InputSchema

Handler = Callable[[Forecaster, InputSchema, Request], Awaitable[Response]]

HOURS_AT_ONCE = 732  # a month, which takes 3 ms; whoever else asks does not wait for more
ASK = ("GET", "QUERY", "POST")  # some clients and proxies drop the body of a GET, so the other two take it as well


def create_app(model_file: Path) -> Starlette:
    """Make the app that serves a model.

    :raises InvalidModel: the file is missing, damaged, foreign, or made for another contract.
    """
    forecaster = load_model(model_file)
    predict = Endpoint(prediction, forecaster, InputSchema("prediction-request", remembers_parameters=True))
    forecast_hours = Endpoint(forecast, forecaster, InputSchema("forecast-request"))
    web_files = WebFiles(directory=WEB_FOLDER)
    routes = [
        Route(f"/{CONTRACT_VERSION}/prediction", predict, methods=ASK),
        Route(f"/{CONTRACT_VERSION}/forecast", forecast_hours, methods=ASK),
        Route(f"/{CONTRACT_VERSION}/model", model),
        Route(f"/schemas/{CONTRACT_VERSION}/{{name}}", schema_file),
        Route("/openapi.json", openapi),
        Route("/health", health),
        Route("/", web_files.file),
        Route("/web/{path:path}", web_files.file),
    ]
    refused_first = [Middleware(UpgradeWithBodyRefused)]
    app = Starlette(routes=routes, middleware=refused_first, exception_handlers=EXCEPTION_HANDLERS)
    app.router.redirect_slashes = False
    log_upgrades_in_one_line()
    app.state.forecaster = forecaster
    app.state.openapi = openapi_document()
    app.state.schema_files = {file.name: file.read_bytes() for file in SCHEMA_FOLDER.glob("*.json")}
    return app


class Endpoint:
    """A handler with the model and the schema that it needs, as an ASGI app.

    Starlette wraps a mere function in a second handling of exceptions, which costs 3 us of each request.
    """

    def __init__(self, handle: Handler, forecaster: Forecaster, schema: InputSchema) -> None:
        self.handle, self.forecaster, self.schema = handle, forecaster, schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.handle(self.forecaster, self.schema, Request(scope, receive))
        await response(scope, receive, send)


async def prediction(forecaster: Forecaster, schema: InputSchema, request: Request) -> Response:
    """Predict the hour that a label means."""
    label = Label(**await read_input(request, schema))
    return answer(request, b'{"prediction":%b}' % json_number(forecaster.predict(label)))


async def forecast(forecaster: Forecaster, schema: InputSchema, request: Request) -> Response:
    """Forecast a run of hours; without a start, the ones after the training data."""
    fields = await read_input(request, schema)
    start = parse_event_start(fields["start"]) if "start" in fields else forecaster.calendar.end_of_data
    values: list[float] = []
    for done in range(0, fields["N"], HOURS_AT_ONCE):
        await asyncio.sleep(0)  # lets others in between
        n_hours = min(HOURS_AT_ONCE, fields["N"] - done)
        values += forecaster.forecast(start + done * EVENT_RESOLUTION, n_hours, fields.get("quantile"))
    about = {"start": start.isoformat(), "duration": f"PT{fields['N']}H", "unit": forecaster.card.unit}
    return answer(request, json_document({"values": values, **about}))


async def model(request: Request) -> Response:
    """Show the model card."""
    return JSONResponse(request.app.state.forecaster.card.to_json(), headers=NO_SNIFFING)


async def schema_file(request: Request) -> Response:
    """Give a schema file, byte for byte, to pages of any origin, for good."""
    content = request.app.state.schema_files.get(request.path_params["name"])
    if content is None:
        raise HTTPException(404)
    kept = {"Cache-Control": "public, max-age=31536000, immutable", "Access-Control-Allow-Origin": "*"}
    return Response(content, headers=kept | NO_SNIFFING, media_type="application/schema+json")


async def openapi(request: Request) -> Response:
    """Give the OpenAPI document."""
    document = request.app.state.openapi
    return JSONResponse({**document, "servers": [{"url": root_path(request) or "/"}]}, headers=NO_SNIFFING)


async def health(request: Request) -> Response:
    """Tell that the model answers: it did so when the app was made."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store", **NO_SNIFFING})
