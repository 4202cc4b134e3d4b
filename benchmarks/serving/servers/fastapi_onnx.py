"""FastAPI and pydantic at their fastest: no response model, no telemetry, no route to look at before ours."""

from typing import Annotated

from fastapi import FastAPI, Query, Response
from pydantic import BaseModel, Field

from .rival_model import answer


class _Hour(BaseModel, extra="forbid"):
    hour_of_day: int = Field(ge=0, le=23)
    day_of_week: int = Field(ge=0, le=6)
    day_of_year: int = Field(ge=1, le=366)


app = FastAPI(openapi_url=None, telemetry={"tracing": False, "metrics": False, "logs": False})


@app.get("/v1/prediction")
async def prediction(hour: Annotated[_Hour, Query()]) -> Response:
    return Response(answer(hour.hour_of_day, hour.day_of_week, hour.day_of_year), media_type="application/json")
