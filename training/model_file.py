"""The forest as an ONNX file that carries its own model card."""

from collections.abc import Mapping
from itertools import product

import numpy as np
import onnxruntime
from onnx import ModelProto
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import RandomForestRegressor

from forecast_core.calendar import OccupantsHour
from forecast_core.card import SEAL_NAME, UNSEALED, ModelCard, seal
from forecast_core.encoding import FEATURES, MODEL_INPUT, PERIODS, encode

OPSETS = {"": 21, "ai.onnx.ml": 3}  # explicit, so that the file does not change with the newest that a library knows

IDLE_ATTRIBUTES = ("nodes_hitrates", "nodes_missing_value_tracks_true")
"""What ONNX lets a tree leave out: a hint for optimisers, and where a missing value goes, which no encoded hour is."""

LARGEST_RELATIVE_DIFFERENCE = 1e-5
"""Between scikit-learn and onnxruntime: float32 rounds at 1e-7, a missed leaf shows from 1e-4 up."""


def export_forest(forest: RandomForestRegressor, card: ModelCard) -> bytes:
    """Convert a forest to ONNX: input ``features`` of shape (n_hours, 6), output of shape (n_hours, 1), float32.

    The card goes into ``metadata_props``; the same forest and card give the same bytes.
    """
    features = (MODEL_INPUT, FloatTensorType([None, len(FEATURES)]))
    model: ModelProto = to_onnx(forest, initial_types=[features], target_opset=OPSETS)
    for node in model.graph.node:
        needed = [attribute for attribute in node.attribute if attribute.name not in IDLE_ATTRIBUTES]
        del node.attribute[:]
        node.attribute.extend(needed)
    return sealed_file(model, card.to_metadata())


def sealed_file(model: ModelProto, metadata: Mapping[str, str]) -> bytes:
    """Serialize a model with other metadata, and with its digest at the end."""
    del model.metadata_props[:]
    for name, value in {**metadata, SEAL_NAME: UNSEALED}.items():
        model.metadata_props.add(key=name, value=value)
    return seal(model.SerializeToString(deterministic=True))


def all_occupants_hours() -> np.ndarray:
    """Encode all that a model can ever be asked: 24 hours x 7 weekdays x 366 days; shape (61488, 6), float32."""
    hours, weekdays, days = PERIODS.values()
    every = product(range(hours), range(weekdays), range(1, days + 1))
    return np.array([encode(OccupantsHour(*hour)) for hour in every], dtype=np.float32)


def largest_difference(forest: RandomForestRegressor, model: bytes, features: np.ndarray) -> float:
    """Compare scikit-learn and onnxruntime on the same features, relative to the former's prediction.

    Near zero, where sums of leaves cancel, it is relative to a tenth of the largest prediction.
    """
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (predictions,) = session.run(None, {MODEL_INPUT: features})
    expected = forest.predict(features)
    size = np.maximum(np.abs(expected), np.abs(expected).max() / 10)
    return float(np.max(np.abs(predictions[:, 0] - expected) / size))
