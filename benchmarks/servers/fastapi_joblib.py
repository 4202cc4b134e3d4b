"""(e) FastAPI, pydantic, the forest in a joblib file, and a row of pandas for each request."""

import os
from pathlib import Path
from typing import Annotated

import joblib
import pandas as pd
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field

from forecast_core.calendar import OccupantsHour
from forecast_core.encoding import FEATURES, encode

forest = joblib.load(Path(os.environ["RIVAL_MODELS"]) / "forest.joblib")
app = FastAPI()


class Hour(BaseModel):
    """The fields of the schema ``prediction-request``."""

    model_config = ConfigDict(extra="forbid")

    hour_of_day: int = Field(ge=0, le=23)
    day_of_week: int = Field(ge=0, le=6)
    day_of_year: int = Field(ge=1, le=366)


class Prediction(BaseModel):
    """The field of the schema ``prediction-response``."""

    prediction: float


@app.get("/v1/prediction")
async def prediction(hour: Annotated[Hour, Query()]) -> Prediction:
    """Predict the hour that a label names; without async, FastAPI runs it in a thread, and is slower still."""
    row = pd.DataFrame([encode(OccupantsHour(**hour.model_dump()))], columns=FEATURES)
    return Prediction(prediction=round(float(forest.predict(row)[0]), 3))
