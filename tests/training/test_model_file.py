from pathlib import Path

import onnx
import pytest
from sklearn.ensemble import RandomForestRegressor

from forecast_core.card import ModelCard
from serving.onnx_model import load_model
from tests.conftest import ROOT
from tests.core.test_card import CARD
from training.encoded_hours import encode_hours
from training.forest import Treatment, fit_forest
from training.load_profile import read_load_profile
from training.model_file import LARGEST_RELATIVE_DIFFERENCE, all_occupants_hours, export_forest, largest_difference
from training.replacing import write_whole

MODEL_FILE = ROOT / "model.onnx"


@pytest.fixture(scope="module")
def forest() -> RandomForestRegressor:
    features = all_occupants_hours()[::50]
    return RandomForestRegressor(3, max_leaf_nodes=50, random_state=0).fit(features, 1000 + 100 * features.sum(axis=1))


def test_the_served_model_agrees_with_a_fresh_forest_on_every_hour(published_csv: Path) -> None:
    """Fit with scikit-learn, ask the committed file: all 61,488 occupants' hours are the same to 1e-5.

    float32 rounds at 1e-7 and answers have three decimals; a missed leaf would show from 1e-4 up.
    """
    served = load_model(MODEL_FILE)
    unusual_days = served.card.validation["unusual_days"]
    treatment = Treatment(unusual_days["holidays"], served.calendar, unusual_days["atypical_days"] == "left out")
    power = read_load_profile("load.csv", published_csv.read_bytes(), served.card.timezone).power
    forest = fit_forest(encode_hours(power, treatment.calendar), treatment, seed=served.card.seed)
    assert largest_difference(forest, MODEL_FILE.read_bytes(), all_occupants_hours()) < 1e-5


def test_the_file_is_valid_onnx_with_its_card_and_small() -> None:
    """Any ONNX runtime can load it, and a clone stays quick: at most 1.5 MB."""
    model = onnx.load(MODEL_FILE)
    onnx.checker.check_model(model, full_check=True)
    card = ModelCard.from_metadata({prop.key: prop.value for prop in model.metadata_props})
    assert card.training_data["rows"] == 8760
    assert card.first_event_start == "2017-01-01T00:00:00-08:00"
    assert card.last_event_start == "2017-12-31T23:00:00-08:00"
    assert MODEL_FILE.stat().st_size <= 1_500_000


def test_the_same_forest_and_card_give_the_same_bytes(forest: RandomForestRegressor) -> None:
    """The export has no clock, no address and no random names in it."""
    assert export_forest(forest, CARD) == export_forest(forest, CARD)


def test_a_model_that_differs_is_noticed(forest: RandomForestRegressor) -> None:
    """The parity gate measures: one changed leaf of one tree is seen."""
    features = all_occupants_hours()
    exported = export_forest(forest, CARD)
    assert largest_difference(forest, exported, features) < 1e-5
    model = onnx.load_from_string(exported)
    (weights,) = (a for a in model.graph.node[0].attribute if a.name == "target_weights")
    weights.floats[7] *= 1.001
    assert largest_difference(forest, model.SerializeToString(), features) > 1e-5


def test_every_occupants_hour_is_compared() -> None:
    """24 hours x 7 weekdays x 366 days, each once."""
    assert len({tuple(row) for row in all_occupants_hours().tolist()}) == 61_488


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash while writing leaves the old file and no litter."""
    file = tmp_path / "model.onnx"
    file.write_bytes(b"old")

    def crash(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="disk full"):
        patch.setattr("os.fsync", crash)
        write_whole(file, b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("model.onnx", b"old")]
    (tmp_path / ".model.onnx.part").write_bytes(b"of a run that was killed")
    file.chmod(0o640)
    write_whole(file, b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("model.onnx", b"new")]
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_damaged_export_is_refused(forest: RandomForestRegressor) -> None:
    """NaN is no small difference: the gate is closed unless the difference is known to be small."""
    model = onnx.load_from_string(export_forest(forest, CARD))
    (weights,) = (a for a in model.graph.node[0].attribute if a.name == "target_weights")
    weights.floats[7] = float("nan")
    difference = largest_difference(forest, model.SerializeToString(), all_occupants_hours())
    assert not difference <= LARGEST_RELATIVE_DIFFERENCE
