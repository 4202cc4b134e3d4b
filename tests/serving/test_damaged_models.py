"""Model files that are damaged, or crafted and sealed again: none is served, and none ends in a traceback."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from forecast_core.card import UNSEALED, seal
from forecast_core.errors import InvalidModel
from serving.onnx_model import load_model
from tests.conftest import ROOT
from training.model_file import sealed_file

CONTENT = (ROOT / "model.onnx").read_bytes()
MODEL = onnx.load_from_string(CONTENT)
METADATA = {prop.key: prop.value for prop in MODEL.metadata_props}
RESIDUALS = json.loads(METADATA["residual_quantiles"])


def opened(path: Path, content: bytes) -> str:
    """Say why a file cannot be served."""
    path.write_bytes(content)
    with pytest.raises(InvalidModel) as refusal:
        load_model(path)
    message = str(refusal.value)
    assert message.startswith(f"cannot use the model {path}: ")
    assert message.isprintable()
    return message.removeprefix(f"cannot use the model {path}: ")


@pytest.mark.parametrize("bit", range(0, 8 * len(CONTENT), 8 * len(CONTENT) // 300))
def test_a_flipped_bit_is_noticed(tmp_path: Path, bit: int) -> None:
    """Wherever it is; some of them would answer otherwise, silently."""
    content = bytearray(CONTENT)
    content[bit // 8] ^= 1 << bit % 8
    assert opened(tmp_path / "x.onnx", bytes(content)).startswith("it is damaged, or train.py did not make it")


CARDS = [
    *((name, None) for name in METADATA if name not in ("holidays", "sha256")),
    *(("seed", text) for text in ("NaN", "Infinity", "-Infinity", "1e999", "", "1.5", '"0"', "null", "1}")),
    ("unit", "5"),
    ("unit", '"\\ud800"'),
    ("timezone", '"Mars/Phobos"'),
    ("timezone", '"../../etc/passwd"'),
    ("timezone", '""'),
    ("features", '["hour"]'),
    ("contract_version", '"v9"'),
    ("label_side", '"middle"'),
    ("label_clock", '"UTC"'),
    ("label_weekday_shift", "7"),
    ("first_event_start", '"soon"'),
    ("first_event_start", '"2017-01-01T00:00:00"'),
    ("last_event_start", '"9999-12-31T23:00:00-08:00"'),
    ("last_event_start", '"2016-01-01T00:00:00-08:00"'),
    ("last_event_start", '"2090-01-01T00:00:00-08:00"'),
    ("known_years", '{"first": 2047, "last": 2007}'),
    ("known_years", '{"first": 2007}'),
    ("known_years", '{"first": 2018, "last": 2047}'),
    ("holidays", '{"country": "US", "counted": "as they fall", "rest_weekday": 7, "dates": ["2017-07-04"]}'),
    ("holidays", '{"country": "US", "counted": "as they fall", "rest_weekday": 6, "dates": ["4 July"]}'),
    ("validation", "[]"),
    ("validation", '{"x": ' + "[" * 5_000 + "]" * 5_000 + "}"),
    ("validation", '{"x": ' + "[" * 300 + "]" * 300 + "}"),
    ("training_data", '{"rows": 1e999}'),
    ("residual_quantiles", "{}"),
    ("residual_quantiles", json.dumps(RESIDUALS | {"0.5": [0] * 23})),
    ("residual_quantiles", json.dumps(RESIDUALS | {"0.5": [None] * 24})),
    ("residual_quantiles", json.dumps(RESIDUALS | {"0.42": [0] * 24})),
    ("residual_quantiles", json.dumps(RESIDUALS | {"0.5": [1e308] * 24}).replace("1e+308", "1.7e308, 1e309", 1)),
]


@pytest.mark.parametrize(("name", "text"), CARDS, ids=lambda value: str(value)[:40])
def test_a_card_that_is_not_one_is_refused(tmp_path: Path, name: str, text: str | None) -> None:
    """Sealed as if it were; None leaves the field out."""
    metadata = {key: value for key, value in (METADATA | {name: text}).items() if value is not None and key != "sha256"}
    assert "its model card" in opened(tmp_path / "x.onnx", sealed_file(MODEL, metadata))


def test_a_card_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    """ONNX texts are UTF-8."""
    unsealed = CONTENT[: -len(UNSEALED)].replace(b'"kW"', b'"\xff\xfe"') + UNSEALED.encode()
    assert "not an ONNX model" in opened(tmp_path / "x.onnx", seal(unsealed))


def with_input_name(model: onnx.ModelProto) -> None:
    model.graph.input[0].name = model.graph.node[0].input[0] = "other"


def with_input_columns(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 7


def with_second_input(model: onnx.ModelProto) -> None:
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [None, 6]))


def with_second_output(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Identity", [model.graph.output[0].name], ["more"]))
    model.graph.output.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [None, 1]))


def with_output_columns(model: onnx.ModelProto) -> None:
    answer = model.graph.output[0].name
    model.graph.node.append(helper.make_node("Concat", [answer, answer], ["both"], axis=1))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("both", TensorProto.FLOAT, [None, 2]))


def with_output_type(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Cast", [model.graph.output[0].name], ["whole"], to=TensorProto.INT64))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("whole", TensorProto.INT64, [None, 1]))


def answering(number: float) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        model.graph.initializer.append(numpy_helper.from_array(np.array([number], dtype=np.float32), "number"))
        model.graph.node.append(helper.make_node("Mul", [model.graph.output[0].name, "number"], ["product"]))
        model.graph.output[0].CopyFrom(helper.make_tensor_value_info("product", TensorProto.FLOAT, [None, 1]))

    return change


def with_unknown_operator(model: onnx.ModelProto) -> None:
    model.graph.node[0].op_type = "TreeEnsembleGuesser"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_input_name, "it must take features of 6 columns and give one"),
        (with_input_columns, "it must take features of 6 columns and give one"),
        (with_second_input, "it must take features of 6 columns and give one"),
        (with_second_output, "it must take features of 6 columns and give one"),
        (with_output_columns, "it must take features of 6 columns and give one"),
        (with_output_type, "it must take features of 6 columns and give one"),
        (answering(np.nan), "some of its answers are no finite numbers"),
        (answering(np.inf), "some of its answers are no finite numbers"),
        (with_unknown_operator, "it is not an ONNX model"),
    ],
)
def test_a_model_of_another_kind_is_refused(
    tmp_path: Path, change: Callable[[onnx.ModelProto], None], message: str
) -> None:
    """With our card, and sealed."""
    model = onnx.load_from_string(CONTENT)
    change(model)
    metadata = {key: value for key, value in METADATA.items() if key != "sha256"}
    assert opened(tmp_path / "x.onnx", sealed_file(model, metadata)).startswith(message)
