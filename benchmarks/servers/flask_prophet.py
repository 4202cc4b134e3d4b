"""(g) Flask, and a Prophet model read from its file for each request."""

import os
from pathlib import Path
from typing import Any

import pandas as pd
from flask import Flask, request
from marshmallow import Schema, ValidationError, fields, validate
from prophet.serialize import model_from_json

MODEL_FILE = Path(os.environ["RIVAL_MODELS"]) / "prophet.json"
app = Flask(__name__)


class Hour(Schema):
    """The fields of the schema ``prediction-request``; Prophet takes the weekday from the date."""

    hour_of_day = fields.Integer(required=True, validate=validate.Range(0, 23))
    day_of_week = fields.Integer(required=True, validate=validate.Range(0, 6))
    day_of_year = fields.Integer(required=True, validate=validate.Range(1, 366))


hour_schema = Hour()


@app.get("/v1/prediction")
def prediction() -> dict[str, float]:
    """Predict an hour of the year after the training data."""
    hour = hour_schema.load(request.args)
    label = pd.Timestamp(2016, 1, 1, hour["hour_of_day"]) + pd.Timedelta(days=hour["day_of_year"] - 1)
    model = model_from_json(MODEL_FILE.read_text())
    forecast = model.predict(pd.DataFrame({"ds": [label]}))
    return {"prediction": round(float(forecast["yhat"].iloc[0]), 3)}


@app.errorhandler(ValidationError)
def on_validation_error(error: ValidationError) -> tuple[Any, int]:
    """Answer a request that does not fit."""
    return error.messages, 422
