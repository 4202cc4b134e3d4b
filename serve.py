"""Serve the model over HTTP: ``uvicorn serve:app``."""

import os
import sys
from pathlib import Path

from forecast_core.errors import InvalidModel, one_line
from serving.app import create_app

# A relative path starts at this file, wherever the server is started.
MODEL_FILE = Path(__file__).resolve().parent / os.environ.get("FORECAST_MODEL", "model.onnx")

try:
    app = create_app(MODEL_FILE)
except InvalidModel as error:
    # Here and not in a lifespan, where the server would add a traceback to this one line.
    sys.exit(f"serve: {one_line(str(error))}")
