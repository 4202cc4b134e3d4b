"""Serve the model over HTTP: ``uvicorn serve:app``."""

import ctypes
import gc
import os
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from forecast_core.calendar import Label
from forecast_core.contract import CONTRACT_VERSION, SCHEMA_FOLDER
from forecast_core.errors import ForecastError, InvalidModel
from forecast_core.time import duration, parse_event_start
from serving.answer import answer
from serving.onnx_model import load_model
from serving.openapi import openapi_document
from serving.problem import on_defect, on_disconnect, on_forecast_error, on_http_exception
from serving.remembered import remembered
from serving.request_input import read_input
from serving.validation import InputSchema

MODEL_FILE = Path(__file__).resolve().parent / os.environ.get("FORECAST_MODEL", "model.onnx")
PREDICTION_REQUEST = InputSchema("prediction-request")
FORECAST_REQUEST = InputSchema("forecast-request")
OPENAPI = openapi_document()
SCHEMA_FILES = {file.name: file.read_bytes() for file in SCHEMA_FOLDER.glob("*.json")}

try:
    forecaster, model_digest = load_model(MODEL_FILE)
except InvalidModel as error:
    # Here and not in a lifespan, where the server would add a traceback to this one line.
    sys.exit(f"serve: {error}")


@remembered
async def prediction(request: Request) -> Response:
    """Predict the hour that a label names."""
    label = Label(**await read_input(request, PREDICTION_REQUEST))
    return answer(request, {"prediction": forecaster.predict(label)}, model_digest)


async def forecast(request: Request) -> Response:
    """Forecast a run of hours; without a start, the ones after the training data."""
    fields = await read_input(request, FORECAST_REQUEST)
    start = parse_event_start(fields["start"]) if "start" in fields else forecaster.calendar.end_of_data
    document = {
        "values": forecaster.forecast(start, fields["N"], fields.get("quantile")),
        "start": start.isoformat(),
        "duration": duration(fields["N"]),
        "unit": forecaster.card.unit,
    }
    return answer(request, document, model_digest)


async def model(request: Request) -> Response:
    """Show the model card."""
    return JSONResponse(forecaster.card.to_json())


async def schema_file(request: Request) -> Response:
    """Give a schema file, byte for byte, to pages of any origin, for good."""
    content = SCHEMA_FILES.get(request.path_params["name"])
    if content is None:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Access-Control-Allow-Origin": "*"}
    return Response(content, headers=headers, media_type="application/schema+json")


async def openapi(request: Request) -> Response:
    """Give the OpenAPI document."""
    return JSONResponse(OPENAPI)


async def health(request: Request) -> Response:
    """Tell that the model answers: it did so when this module was imported."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def index(request: Request) -> Response:
    """List the addresses, for whoever opens the server in a browser."""
    return JSONResponse({route.name: route.path for route in ROUTES})


ROUTES = [
    Route(f"/{CONTRACT_VERSION}/prediction", prediction, methods=["GET", "QUERY", "POST"]),
    Route(f"/{CONTRACT_VERSION}/forecast", forecast, methods=["GET", "QUERY", "POST"]),
    Route(f"/{CONTRACT_VERSION}/model", model),
    Route(f"/schemas/{CONTRACT_VERSION}/{{name}}", schema_file),
    Route("/openapi.json", openapi),
    Route("/health", health),
    Route("/", index),
]

app = Starlette(
    routes=ROUTES,
    exception_handlers={
        ForecastError: on_forecast_error,
        HTTPException: on_http_exception,
        ClientDisconnect: on_disconnect,
        Exception: on_defect,
    },
)
app.router.redirect_slashes = False

# What was loaded by now stays: looking through it for garbage would hold up a long forecast by half its time.
# A request leaves none behind, so that looking once in some hundred requests is often enough.
gc.collect()
gc.freeze()
gc.set_threshold(20_000)

# The start needed memory for a moment, which glibc keeps unless it is asked; other C libraries have no such function.
if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
    libc.malloc_trim(0)
