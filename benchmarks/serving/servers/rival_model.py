"""Our model as the rivals run it: a plain session of onnxruntime, with one thread for a single row."""

from pathlib import Path

import numpy as np
import onnxruntime

from forecast_core.features import cyclical_features
from forecast_core.model_card import ModelCard
from forecast_core.timestamps import CalendarFields

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(Path(__file__).parents[3] / "model.onnx", options)
card = ModelCard.from_metadata(session.get_modelmeta().custom_metadata_map)
calendar = card.calendar()


def predict(hour_of_day: int, day_of_week: int, day_of_year: int) -> float:
    """Predict the hour with these calendar fields."""
    fields = CalendarFields(hour_of_day, day_of_week, day_of_year)
    row = np.array([cyclical_features(calendar.features_of_fields(fields))], dtype=np.float32)
    (powers,) = session.run(None, {"features": row})
    return round(float(powers[0, 0]), 3)
