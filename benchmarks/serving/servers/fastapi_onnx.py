"""FastAPI and pydantic: a model for the query string, another for the response; nothing more."""

from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

from .rival_model import predict


class Hour(BaseModel, extra="forbid"):
    hour_of_day: int = Field(ge=0, le=23)
    day_of_week: int = Field(ge=0, le=6)
    day_of_year: int = Field(ge=1, le=366)


class Prediction(BaseModel):
    prediction: float


app = FastAPI(openapi_url=None, telemetry={"tracing": False, "metrics": False, "logs": False})


@app.get("/v1/prediction")
async def prediction(hour: Annotated[Hour, Query()]) -> Prediction:
    return Prediction(prediction=predict(hour.hour_of_day, hour.day_of_week, hour.day_of_year))
