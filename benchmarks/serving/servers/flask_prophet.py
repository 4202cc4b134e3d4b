"""Flask, and a Prophet model read from its file for each request; it takes the weekday from a date after the data."""

import os
from pathlib import Path

import pandas as pd
from flask import Flask, request
from prophet.serialize import model_from_json

app = Flask(__name__)


@app.get("/v1/prediction")
def prediction() -> dict[str, float]:
    hour = pd.to_datetime("2016 {day_of_year} {hour_of_day}".format(**request.args.to_dict()), format="%Y %j %H")
    model = model_from_json(Path(os.environ["PROPHET_FILE"]).read_text())
    return {"prediction": float(model.predict(pd.DataFrame({"ds": [hour]}))["yhat"].iloc[0])}
