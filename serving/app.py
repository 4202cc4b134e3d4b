"""The ASGI app: its routes, and a handler for each."""

import asyncio
import logging
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from forecast_core.contract import CONTRACT_VERSION, SCHEMA_FOLDER, openapi_document
from forecast_core.errors import UnanswerableInput
from forecast_core.forecaster import Forecaster
from forecast_core.timestamps import EVENT_RESOLUTION, CalendarFields, parse_event_start

from .input_schema import InputSchema
from .onnx_model import load_model
from .overload import LongForecasts
from .page import WEB_FOLDER, WebFiles
from .problem import EXCEPTION_HANDLERS, NO_SNIFFING, problem, root_path
from .request_input import read_input
from .response import json_document, json_number, respond
from .upgrade import UpgradeWithBodyRefused

PREDICTION_REQUEST = InputSchema("prediction-request", remembers_parameters=True)
FORECAST_REQUEST = InputSchema("forecast-request")

METHODS = ("GET", "QUERY", "POST")  # some clients and proxies drop the body of a GET; the other two carry it as well
DIGEST_LENGTH = 16  # hexadecimal digits, of those that sha256sum prints for the model file
HOURS_AT_ONCE = 732  # a month, which takes 3 ms; other requests do not wait longer than that


class ForecastApp(Starlette):
    """A Starlette app with what its handlers use; attributes are typed, and found faster than in ``app.state``."""

    forecaster: Forecaster
    model_digest: tuple[bytes, bytes]  # the header of every response that the model has a part in
    long_forecasts: LongForecasts
    openapi: dict[str, Any]
    schema_files: dict[str, bytes]


def create_app(model_file: Path, long_forecasts: LongForecasts | None = None) -> ForecastApp:
    """Make the app that serves a model.

    :param long_forecasts: of the whole process, if this is one of several apps.
    :raises InvalidModel: the file is missing, damaged, foreign, or made for another version of the contract.
    """
    web_files = WebFiles(directory=WEB_FOLDER)  # in routes, since a Mount's 405 would not name the methods
    routes = [
        Route(f"/{CONTRACT_VERSION}/prediction", prediction, methods=METHODS),
        Route(f"/{CONTRACT_VERSION}/forecast", forecast, methods=METHODS),
        Route(f"/{CONTRACT_VERSION}/model", model),
        Route(f"/schemas/{CONTRACT_VERSION}/{{name}}", schema_file),
        Route("/openapi.json", openapi),
        Route("/health", health),
        Route("/", web_files.file),
        Route("/web/{path:path}", web_files.file),
    ]
    app = ForecastApp(
        routes=routes, middleware=[Middleware(UpgradeWithBodyRefused)], exception_handlers=EXCEPTION_HANDLERS
    )
    app.router.redirect_slashes = False  # Starlette's redirect leads to the Host that the client names
    app.forecaster = load_model(model_file)
    app.long_forecasts = long_forecasts or LongForecasts()
    digest = app.forecaster.checksum[:DIGEST_LENGTH]
    app.model_digest = (b"model-digest", digest.encode())
    logging.getLogger("uvicorn.error").info("Serving the model %s, Model-Digest %s", model_file, digest)
    app.openapi = openapi_document()
    app.schema_files = {file.name: file.read_bytes() for file in SCHEMA_FOLDER.glob("*.json")}
    return app


async def prediction(request: Request) -> Response:
    """Predict the hour with the given calendar fields."""
    fields = await read_input(request, PREDICTION_REQUEST)
    power = request.app.forecaster.predict(CalendarFields(**fields))
    return respond(request, b'{"prediction":%b}' % json_number(power))


async def forecast(request: Request) -> Response:
    """Forecast consecutive hours; without a start, those after the training data."""
    fields = await read_input(request, FORECAST_REQUEST)
    if "quantile" in fields and "quantiles" in fields:  # a schema's message would name neither field
        raise UnanswerableInput("quantiles", "must not be combined with quantile; send one of them")
    if fields["N"] <= HOURS_AT_ONCE:
        return await _forecast(request, fields)
    long_forecasts: LongForecasts = request.app.long_forecasts
    if long_forecasts.is_full:
        detail = f"too many forecasts of more than {HOURS_AT_ONCE} hours are waiting; ask again in a second"
        return problem(503, detail, headers={"Retry-After": "1"})
    async with long_forecasts.turn():  # a start whose hours are not known is refused in its turn; it is a rare mistake
        return await _forecast(request, fields)


async def _forecast(request: Request, fields: dict[str, Any]) -> Response:
    forecaster: Forecaster = request.app.forecaster
    start = parse_event_start(fields["start"]) if "start" in fields else forecaster.calendar.end_of_data
    wanted = [fields["quantile"]] if "quantile" in fields else fields.get("quantiles", [])
    means: list[float] = []
    quantiles: dict[str, list[float]] = {str(quantile): [] for quantile in wanted}
    for done in range(0, fields["N"], HOURS_AT_ONCE):
        await asyncio.sleep(0)  # lets other requests in
        n_hours = min(HOURS_AT_ONCE, fields["N"] - done)
        part = forecaster.forecast(start + done * EVENT_RESOLUTION, n_hours, wanted)
        means += part.means
        for quantile, values in part.quantiles.items():
            quantiles[quantile] += values
    values = quantiles[str(fields["quantile"])] if "quantile" in fields else means
    about: dict[str, Any] = {"start": start.isoformat(), "duration": f"PT{fields['N']}H", "unit": forecaster.card.unit}
    if "quantiles" in fields:
        about["quantiles"] = quantiles
    return respond(request, json_document({"values": values, **about}))


async def model(request: Request) -> Response:
    """Send the model card, with the checksum of the model file."""
    forecaster: Forecaster = request.app.forecaster
    return JSONResponse({**forecaster.card.to_json(), "sha256": forecaster.checksum}, headers=_model_headers(request))


async def schema_file(request: Request) -> Response:
    """Send a schema file, byte for byte; pages of any origin may read it and keep it forever."""
    content = request.app.schema_files.get(request.path_params["name"])
    if content is None:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Access-Control-Allow-Origin": "*"}
    return Response(content, headers=headers | NO_SNIFFING, media_type="application/schema+json")


async def openapi(request: Request) -> Response:
    """Send the OpenAPI document."""
    document = request.app.openapi
    return JSONResponse({**document, "servers": [{"url": root_path(request) or "/"}]}, headers=NO_SNIFFING)


async def health(request: Request) -> Response:
    """Say that the server responds; the model was tried when the app was made."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store", **_model_headers(request)})


def _model_headers(request: Request) -> dict[str, str]:
    name, value = request.app.model_digest
    return {name.decode(): value.decode(), **NO_SNIFFING}
