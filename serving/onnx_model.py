"""The model file, ready to answer."""

import ctypes
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import onnxruntime

from forecast_core.calendar import DAY_OF_LEAP_YEARS, Label
from forecast_core.card import ModelCard, check_seal
from forecast_core.encoding import FEATURES, MODEL_INPUT, EncodedHour
from forecast_core.errors import InvalidModel
from forecast_core.forecast import Forecaster, Infer

from .validation import InputSchema

_SHAPES = [[("tensor(float)", [len(FEATURES)])], [("tensor(float)", [1])]]  # of inputs and outputs, behind the rows
_ONLY_FATAL = 4  # what is wrong with a file is said once, by InvalidModel


def load_model(path: Path) -> Forecaster:
    """Open a model file, check its digest, shape and card, and let it answer a sample of questions.

    :raises InvalidModel: the file is missing, damaged, foreign, or made for another contract.
    """
    try:
        forecaster = _open(path.read_bytes())
    except OSError as error:
        raise InvalidModel(f"cannot read the model {path} ({error.strerror}); make it with train.py") from error
    except InvalidModel as error:
        raise InvalidModel(f"cannot use the model {path}: {error}") from error
    # The GNU C library keeps what opening a model needed for a moment, unless it is asked to give it back.
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
    return forecaster


def _open(content: bytes) -> Forecaster:
    check_seal(content)
    options = onnxruntime.SessionOptions()
    # One row takes microseconds: more threads would spin on cores that other requests need.
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
    if faults := InputSchema("model").faults(card.to_json()):
        raise InvalidModel(f"its model card is damaged: {min(faults).detail}")
    forecaster = Forecaster(card, _inference(session))
    try:
        powers = _sample(forecaster)
    except Exception as error:  # as above
        raise InvalidModel(f"it does not answer ({type(error).__name__}); it was not made by train.py") from error
    if not all(map(math.isfinite, powers)):
        raise InvalidModel("some of its answers are no finite numbers")
    return forecaster


def _sample(forecaster: Forecaster) -> list[float]:
    """Ask for hours of every kind, and for a day by each quantile."""
    powers = [forecaster.predict(Label(day % 24, day % 7, day)) for day in range(1, DAY_OF_LEAP_YEARS + 1)]
    for quantile in (None, *map(float, forecaster.card.residual_quantiles)):
        powers += forecaster.forecast(forecaster.calendar.end_of_data, 24, quantile)
    return powers


def _inference(session: onnxruntime.InferenceSession) -> Infer:
    # A single row has its place in memory for good: to hand it over anew takes as long as the forest does.
    row = np.empty((1, len(FEATURES)), dtype=np.float32)
    prediction = np.empty((1, 1), dtype=np.float32)
    binding = session.io_binding()
    binding.bind_cpu_input(MODEL_INPUT, row)
    binding.bind_output(session.get_outputs()[0].name, "cpu", 0, np.float32, prediction.shape, prediction.ctypes.data)
    one_at_a_time = Lock()  # the server has one thread; whoever uses the app from several shall not mix up rows

    def infer(rows: Sequence[EncodedHour]) -> Sequence[float]:
        if len(rows) == 1:
            with one_at_a_time:
                row[0] = rows[0]
                session.run_with_iobinding(binding)
                return [prediction.item()]
        (predictions,) = session.run(None, {MODEL_INPUT: np.array(rows, dtype=np.float32)})
        values: list[float] = predictions[:, 0].tolist()
        return values

    return infer
