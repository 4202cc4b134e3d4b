"""The model file, opened with onnxruntime."""

import ctypes
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import onnxruntime

from forecast_core.errors import InvalidModel
from forecast_core.features import FEATURES, MODEL_INPUT, CyclicalFeatures
from forecast_core.forecaster import Forecaster, Infer
from forecast_core.model_card import ModelCard, verify_checksum
from forecast_core.site_calendar import LEAP_DAY
from forecast_core.timestamps import CalendarFields

from .input_schema import InputSchema

_SHAPES = [[("tensor(float)", [len(FEATURES)])], [("tensor(float)", [1])]]  # of inputs and outputs, after the rows
_ONLY_FATAL = 4  # InvalidModel says what is wrong with a file, once


def load_model(path: Path) -> Forecaster:
    """Open a model file; check its checksum, shape and card, and run it on a sample of requests.

    :raises InvalidModel: the file is missing, damaged, foreign, or made for another version of the contract.
    """
    try:
        forecaster = _open(path.read_bytes())
    except OSError as error:
        raise InvalidModel(f"cannot read the model {path} ({error.strerror}); make it with train.py") from error
    except InvalidModel as error:
        raise InvalidModel(f"cannot use the model {path}: {error}") from error
    # The GNU C library keeps the memory that opening needed, unless it is told to release it: 8 MB of 96.
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
    return forecaster


def _open(content: bytes) -> Forecaster:
    verify_checksum(content)
    options = onnxruntime.SessionOptions()
    # One row takes microseconds; more threads would only spin on cores that other requests need.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _ONLY_FATAL
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        metadata = session.get_modelmeta().custom_metadata_map
    except Exception as error:  # onnxruntime's exceptions share no narrower base
        raise InvalidModel("it is not an ONNX model; restore it, or make it again with train.py") from error
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shapes = [[(tensor.type, tensor.shape[1:]) for tensor in end] for end in (inputs, outputs)]
    if shapes != _SHAPES or inputs[0].name != MODEL_INPUT:
        raise InvalidModel(
            f"it must take {MODEL_INPUT} of {len(FEATURES)} columns and give one, as float, not {shapes}"
        )
    card = ModelCard.from_metadata(metadata)
    if errors := InputSchema("model").errors(card.to_json()):
        raise InvalidModel(f"its model card is damaged: {min(errors).detail}")
    forecaster = Forecaster(card, _inference(session))
    try:
        powers = _sample(forecaster)
    except Exception as error:  # as above
        raise InvalidModel(f"it cannot be run ({type(error).__name__}); it was not made by train.py") from error
    if not all(map(math.isfinite, powers)):
        raise InvalidModel("some of its predictions are not finite numbers")
    return forecaster


def _sample(forecaster: Forecaster) -> list[float]:
    """Predict an hour of every day of the year, and forecast a day by each quantile."""
    powers = [forecaster.predict(CalendarFields(day % 24, day % 7, day)) for day in range(1, LEAP_DAY + 1)]
    for quantile in (None, *map(float, forecaster.card.residual_quantiles)):
        powers += forecaster.forecast(forecaster.calendar.end_of_data, 24, quantile)
    return powers


def _inference(session: onnxruntime.InferenceSession) -> Infer:
    # A single row reuses its memory: to allocate it anew takes as long as the forest does.
    row = np.empty((1, len(FEATURES)), dtype=np.float32)
    prediction = np.empty((1, 1), dtype=np.float32)
    binding = session.io_binding()
    binding.bind_cpu_input(MODEL_INPUT, row)
    binding.bind_output(session.get_outputs()[0].name, "cpu", 0, np.float32, prediction.shape, prediction.ctypes.data)
    one_at_a_time = Lock()  # the server has one thread; this keeps rows apart where an app is used from several

    def infer(rows: Sequence[CyclicalFeatures]) -> Sequence[float]:
        if len(rows) == 1:
            with one_at_a_time:
                row[0] = rows[0]
                session.run_with_iobinding(binding)
                return [prediction.item()]
        (predictions,) = session.run(None, {MODEL_INPUT: np.array(rows, dtype=np.float32)})
        values: list[float] = predictions[:, 0].tolist()
        return values

    return infer
