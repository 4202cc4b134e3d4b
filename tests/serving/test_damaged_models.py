"""Model files that are damaged, or changed with a checksum that fits: none is served, and none causes a traceback."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from forecast_core.errors import InvalidModel
from forecast_core.features import FEATURES
from forecast_core.model_card import NO_CHECKSUM, add_checksum
from serving.onnx_model import load_model
from tests.builders import MODEL_FILE, changed_model
from training.forest import serialize

CONTENT = MODEL_FILE.read_bytes()
METADATA = {prop.key: prop.value for prop in onnx.load_from_string(CONTENT).metadata_props}
DAMAGED = "it is damaged, or train.py did not make it"
RESIDUALS = json.loads(METADATA["residual_quantiles"])


def refusal(path: Path, content: bytes) -> str:
    """Return why a file cannot be served."""
    path.write_bytes(content)
    with pytest.raises(InvalidModel) as refused:
        load_model(path)
    message = str(refused.value)
    assert message.startswith(f"cannot use the model {path}: ")
    assert message.isprintable()
    return message.removeprefix(f"cannot use the model {path}: ")


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    """It is noticed wherever it is, since some of them would change predictions without an error."""
    for bit in range(0, 8 * len(CONTENT), 8 * len(CONTENT) // 300):
        content = bytearray(CONTENT)
        content[bit // 8] ^= 1 << bit % 8
        assert refusal(tmp_path / "x.onnx", bytes(content)).startswith(DAMAGED), bit


def foreign_model() -> bytes:
    """Make a valid ONNX file that train.py did not make."""
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [x], [y])
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    content: bytes = model.SerializeToString()
    return content


@pytest.mark.parametrize("content", [b"", CONTENT[:100_000], b"a model", foreign_model()])
def test_a_file_without_a_checksum_is_refused(tmp_path: Path, content: bytes) -> None:
    """It is empty, cut off, not a model, or a model of another program."""
    assert refusal(tmp_path / "x.onnx", content).startswith(DAMAGED)


def changed(field: str, **members: object) -> str:
    """Write a field of the committed card with other members."""
    return json.dumps(json.loads(METADATA[field]) | members)


MANY_DAYS = {str(date.fromordinal(day)): "closed" for day in range(date(2007, 1, 1).toordinal(), 755_000)}
CARDS = [
    *((name, None) for name in METADATA if name not in ("holidays", "sha256")),
    *(
        ("rest_weekday", text)
        for text in ("NaN", "Infinity", "-Infinity", "1e999", "", "1.5", '"0"', "null", "1}", "7")
    ),
    ("name", '""'),
    ("name", json.dumps("x" * 81)),
    ("unit", "5"),
    ("unit", '"\\ud800"'),
    ("timezone", '"Mars/Phobos"'),
    ("timezone", '"../../etc/passwd"'),
    ("timezone", '""'),
    ("features", '["hour"]'),
    ("contract_version", '"v9"'),
    ("timestamps", changed("timestamps", marks="middle")),
    ("timestamps", changed("timestamps", clock="UTC")),
    ("timestamps", changed("timestamps", weekday_shift=7)),
    ("timestamps", "{}"),
    ("weekend", "[7]"),
    ("weekend", "[5, 5]"),
    ("weekend", '{"5": 6}'),
    ("first_event_start", '"soon"'),
    ("first_event_start", '"2017-01-01T00:00:00"'),
    ("last_event_start", '"9999-12-31T23:00:00-08:00"'),
    ("last_event_start", '"2016-01-01T00:00:00-08:00"'),
    ("last_event_start", '"2090-01-01T00:00:00-08:00"'),
    ("known_years", '{"first": 2047, "last": 2007}'),
    ("known_years", '{"first": 2007}'),
    ("known_years", '{"first": 2018, "last": 2047}'),
    ("known_years", '{"first": 2017, "last": 2018}'),
    ("holidays", changed("holidays", dates=["2017-07-04"])),
    ("holidays", changed("holidays", dates={"4 July": "Independence Day"})),
    ("holidays", changed("holidays", dates={"2017-02-29": "a day that does not exist"})),
    ("holidays", changed("holidays", dates={"2017-07-04": "x" * 501})),
    ("holidays", changed("holidays", dates=MANY_DAYS)),
    ("closures", json.dumps(MANY_DAYS)),
    ("closures", '{"2017-07-04": ""}'),
    ("closures", '{"2017-07-04": 1}'),
    ("closures", json.dumps({"2017-07-04": "x" * 81})),
    ("closures", '["2017-07-04"]'),
    ("settings", changed("settings", compared=[{"holidays": "some"}])),
    ("settings", changed("settings", hours_a_leaf=0)),
    ("settings", changed("settings", more=1)),
    ("versions", changed("versions", numpy="1\n2")),
    ("expected_errors", changed("expected_errors", mae_by_week=15.0)),
    ("expected_errors", changed("expected_errors", interval_on_last_20_percent={"share": 2})),
    ("validation", "[]"),
    ("validation", changed("validation", scores=[])),
    ("validation", changed("validation", scores={"forest": {"mae": 1}})),
    ("validation", changed("validation", seeds="0, 1")),
    ("training_data", changed("training_data", warnings="odd")),
    ("training_data", changed("training_data", zeros_are_missing="no")),
    ("training_data", changed("training_data", unit="kilowatt")),
    ("training_data", changed("training_data", warnings=["x" * 1001])),
    ("training_data", changed("training_data", outlier_days_left_out=["yesterday"])),
    ("training_data", changed("training_data", sha256="0" * 63)),
    ("validation", '{"x": ' + "[" * 5_000 + "]" * 5_000 + "}"),
    ("validation", '{"x": ' + "[" * 500 + "]" * 500 + "}"),
    ("training_data", '{"hours": 1e999}'),
    ("residual_quantiles", "{}"),
    ("residual_quantiles", json.dumps(RESIDUALS | {"0.5": [0] * 23})),
    ("residual_quantiles", json.dumps(RESIDUALS | {"0.5": [None] * 24})),
    ("residual_quantiles", json.dumps(RESIDUALS | {"0.42": [0] * 24})),
    ("residual_quantiles", json.dumps(RESIDUALS | {"0.5": [1e308] * 24}).replace("1e+308", "1.7e308, 1e309", 1)),
]


@pytest.mark.parametrize(("name", "text"), CARDS, ids=lambda value: str(value)[:40])
def test_a_damaged_card_is_refused(tmp_path: Path, name: str, text: str | None) -> None:
    """A field is missing or has a wrong value, although the checksum fits; the message is short."""
    message = refusal(tmp_path / "x.onnx", changed_model(**{name: text}))
    assert message.startswith(("its model card ", "it cannot be run ("))
    assert len(message) < 300
    assert message.endswith("it was made by an older version; train it again") is (text is None)


def test_a_card_with_too_few_values_says_how_many_are_needed(tmp_path: Path) -> None:
    """A day has 24 hours."""
    short = changed_model(residual_quantiles=json.dumps(RESIDUALS | {"0.5": [0] * 23}))
    detail = "its model card is damaged: 0.5 must have at least 24 values, got an array"
    assert refusal(tmp_path / "x.onnx", short) == detail


def test_a_model_of_an_older_version_is_not_called_foreign(tmp_path: Path) -> None:
    """A file of version 1.0.0 has six columns, and its card lacks the fields that came later."""
    model = onnx.load_from_string(CONTENT)
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 6
    metadata = {key: METADATA[key] for key in METADATA if key not in ("sha256", "name", "expected_errors")}
    assert refusal(tmp_path / "x.onnx", serialize(model, metadata)) == (
        "its model card lacks name, expected_errors: it was made by an older version; train it again"
    )


def test_a_card_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    """The strings of ONNX are UTF-8."""
    changed = CONTENT[: -len(NO_CHECKSUM)].replace(b'"kW"', b'"\xff\xfe"') + NO_CHECKSUM.encode()
    assert "not an ONNX model" in refusal(tmp_path / "x.onnx", add_checksum(changed))


SHAPE = f"it must have a float input features of {len(FEATURES)} columns and a float output of one, and has "


def with_input_name(model: onnx.ModelProto) -> None:
    model.graph.input[0].name = model.graph.node[0].input[0] = "other"


def with_input_columns(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value += 1


def with_second_input(model: onnx.ModelProto) -> None:
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [None, len(FEATURES)]))


def with_second_output(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Identity", [model.graph.output[0].name], ["more"]))
    model.graph.output.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [None, 1]))


def with_output_columns(model: onnx.ModelProto) -> None:
    power = model.graph.output[0].name
    model.graph.node.append(helper.make_node("Concat", [power, power], ["both"], axis=1))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("both", TensorProto.FLOAT, [None, 2]))


def with_output_type(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Cast", [model.graph.output[0].name], ["whole"], to=TensorProto.INT64))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("whole", TensorProto.INT64, [None, 1]))


def returning(number: float) -> Callable[[onnx.ModelProto], None]:
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
        (with_input_name, SHAPE),
        (with_input_columns, SHAPE),
        (with_second_input, SHAPE),
        (with_second_output, SHAPE),
        (with_output_columns, SHAPE),
        (with_output_type, SHAPE),
        (returning(np.nan), "some of its predictions are not finite numbers"),
        (returning(np.inf), "some of its predictions are not finite numbers"),
        (with_unknown_operator, "it is not an ONNX model"),
    ],
)
def test_a_model_of_another_kind_is_refused(
    tmp_path: Path, change: Callable[[onnx.ModelProto], None], message: str
) -> None:
    """Its card and its checksum are right."""
    model = onnx.load_from_string(CONTENT)
    change(model)
    metadata = {key: value for key, value in METADATA.items() if key != "sha256"}
    assert refusal(tmp_path / "x.onnx", serialize(model, metadata)).startswith(message)
