"""(f) Flask, marshmallow, the forest in a joblib file, and a row of pandas for each request."""

import os
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from flask import Flask, request
from marshmallow import Schema, ValidationError, fields, validate

from forecast_core.calendar import OccupantsHour
from forecast_core.encoding import FEATURES, encode

forest = joblib.load(Path(os.environ["RIVAL_MODELS"]) / "forest.joblib")
app = Flask(__name__)


class Hour(Schema):
    """The fields of the schema ``prediction-request``."""

    hour_of_day = fields.Integer(required=True, validate=validate.Range(0, 23))
    day_of_week = fields.Integer(required=True, validate=validate.Range(0, 6))
    day_of_year = fields.Integer(required=True, validate=validate.Range(1, 366))


hour_schema = Hour()


@app.get("/v1/prediction")
def prediction() -> dict[str, float]:
    """Predict the hour that a label names."""
    hour = hour_schema.load(request.args)
    row = pd.DataFrame([encode(OccupantsHour(**hour))], columns=FEATURES)
    return {"prediction": round(float(forest.predict(row)[0]), 3)}


@app.errorhandler(ValidationError)
def on_validation_error(error: ValidationError) -> tuple[Any, int]:
    """Answer a request that does not fit."""
    return error.messages, 422
