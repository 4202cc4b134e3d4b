"""FastAPI, a forest in a joblib file, and a row of pandas for each request; not async, it would be slower still."""

import os
from typing import Annotated

import joblib
import pandas as pd
from fastapi import FastAPI, Query

from forecast_core.features import FEATURES, cyclical_features
from forecast_core.timestamps import CalendarFields

Hour, Weekday, Day = (Annotated[int, Query(ge=low, le=high)] for low, high in ((0, 23), (0, 6), (1, 366)))
forest, calendar = joblib.load(os.environ["FOREST_FILE"])
app = FastAPI()


@app.get("/v1/prediction")
async def prediction(hour_of_day: Hour, day_of_week: Weekday, day_of_year: Day) -> dict[str, float]:
    hour = calendar.features_of_fields(CalendarFields(hour_of_day, day_of_week, day_of_year))
    row = pd.DataFrame([cyclical_features(hour)], columns=FEATURES)
    return {"prediction": round(float(forest.predict(row.to_numpy())[0]), 3)}
