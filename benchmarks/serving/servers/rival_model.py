"""Our model as the rivals run it, with all that makes onnxruntime fast for a single row."""

from pathlib import Path

import numpy as np
import onnxruntime

from forecast_core.calendar import Label
from forecast_core.card import ModelCard
from forecast_core.encoding import FEATURES, encode

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(Path(__file__).parents[3] / "model.onnx", options)
card = ModelCard.from_metadata(session.get_modelmeta().custom_metadata_map)
calendar = card.calendar()
binding = session.io_binding()  # a row that stays in its place is faster than one handed over anew
row, power = np.empty((1, len(FEATURES)), np.float32), np.empty((1, 1), np.float32)
binding.bind_cpu_input("features", row)
binding.bind_output(session.get_outputs()[0].name, "cpu", 0, np.float32, power.shape, power.ctypes.data)


def answer(hour_of_day: int, day_of_week: int, day_of_year: int) -> bytes:
    """Predict the hour that a label means; the answer as JSON."""
    row[0] = encode(calendar.occupants_hour(calendar.event_start(Label(hour_of_day, day_of_week, day_of_year))))
    session.run_with_iobinding(binding)
    return b'{"prediction":%r}' % round(power.item(), 3)
