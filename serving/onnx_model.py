"""The model file, opened with onnxruntime."""

import ctypes
import sys
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from struct import Struct
from threading import Lock

import numpy as np
import onnxruntime

from forecast_core.errors import InvalidModel
from forecast_core.features import FEATURES, MODEL_INPUT, CyclicalFeatures
from forecast_core.forecaster import Forecaster, Infer
from forecast_core.model_card import ModelCard, verify_checksum

from .input_schema import InputSchema

_SHAPES = [[("tensor(float)", [len(FEATURES)])], [("tensor(float)", [1])]]  # of inputs and outputs, after the rows
_ONLY_FATAL = 4  # InvalidModel says what is wrong with a file, once


def load_model(path: Path) -> Forecaster:
    """Open a model file.

    :raises InvalidModel: the file is missing, damaged, foreign, or made for another version of the contract.
    """
    try:
        forecaster = open_model(path.read_bytes())
    except OSError as error:
        raise InvalidModel(f"cannot read the model {path} ({error.strerror}); make it with train.py") from error
    except InvalidModel as error:
        raise InvalidModel(f"cannot use the model {path}: {error}") from error
    # The GNU C library keeps the memory that opening needed, unless it is told to release it: 8 MB of 96.
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
    return forecaster


def open_model(content: bytes) -> Forecaster:
    """Open the content of a model file; check its checksum, shape and card, and run it on a sample of requests.

    :raises InvalidModel: it is damaged, foreign, or made for another version of the contract.
    """
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
    card = ModelCard.from_metadata(metadata)  # first, since an older version's model has other columns, too
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shapes = [[(tensor.type, tensor.shape[1:]) for tensor in end] for end in (inputs, outputs)]
    if shapes != _SHAPES or inputs[0].name != MODEL_INPUT:
        expected = f"a float input {MODEL_INPUT} of {len(FEATURES)} columns and a float output of one"
        raise InvalidModel(f"it must have {expected}, and has {shapes}")
    if errors := InputSchema("model").errors(card.to_json()):
        raise InvalidModel(f"its model card is damaged: {min(errors).detail}")
    forecaster = Forecaster(card, _inference(session), sha256(content).hexdigest())
    forecaster.check()
    return forecaster


def _inference(session: onnxruntime.InferenceSession) -> Infer:
    # A single row reuses its memory: to allocate it each time takes as long as the forest does.
    row = np.empty((1, len(FEATURES)), dtype=np.float32)
    write_row = partial(Struct(f"{len(FEATURES)}f").pack_into, row.data, 0)  # a third of the time of an assignment
    prediction = np.empty((1, 1), dtype=np.float32)
    binding = session.io_binding()
    binding.bind_cpu_input(MODEL_INPUT, row)
    binding.bind_output(session.get_outputs()[0].name, "cpu", 0, np.float32, prediction.shape, prediction.ctypes.data)
    one_at_a_time = Lock()  # the server has one thread; this keeps rows apart where an app is used from several

    def infer(rows: Sequence[CyclicalFeatures]) -> Sequence[float]:
        if len(rows) == 1:
            with one_at_a_time:
                write_row(*rows[0])
                session.run_with_iobinding(binding)
                return [prediction.item()]
        (predictions,) = session.run(None, {MODEL_INPUT: np.array(rows, dtype=np.float32)})
        values: list[float] = predictions[:, 0].tolist()
        return values

    return infer
