import json
from dataclasses import replace

import pytest

from forecast_core.card import ModelCard
from forecast_core.encoding import FEATURES
from forecast_core.errors import InvalidModel

CARD = ModelCard(
    contract_version="v1",
    features=list(FEATURES),
    unit="kW",
    timezone="America/Los_Angeles",
    utc_offset="-08:00",
    event_resolution="PT1H",
    daylight_saving={"first_day_of_year": 67, "last_day_of_year": 304},
    first_event_start="2015-01-01T00:00:00-08:00",
    last_event_start="2015-12-31T23:00:00-08:00",
    calendar_year=2015,
    calendar_note="",
    training_data={},
    hyperparameters={},
    seed=0,
    versions={},
    validation={},
    residual_quantiles={},
)


@pytest.mark.parametrize("card", [CARD, replace(CARD, daylight_saving=None)])
def test_a_card_survives_the_journey_in_a_model_file(card: ModelCard) -> None:
    """What is written as metadata is read back the same."""
    assert ModelCard.from_metadata(card.to_metadata()) == card


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"contract_version": '"v0"'},
            "its model card says contract_version 'v0', and this code knows 'v1'; rebuild it",
        ),
        ({"features": '["hour"]'}, "its model card says features ['hour'], and this code knows ['hour_of_day_sin', "),
        ({"seed": "x"}, "its model card is damaged (Expecting value: line 1 column 1 (char 0))"),
    ],
)
def test_a_card_of_another_contract_is_refused(change: dict[str, str], message: str) -> None:
    """A model that this code would misread is not used."""
    with pytest.raises(InvalidModel) as refusal:
        ModelCard.from_metadata(CARD.to_metadata() | change)
    assert message in str(refusal.value)


def test_a_foreign_file_is_refused() -> None:
    """The message names every field that is missing."""
    metadata = {"author": json.dumps("someone"), "unit": '"kW"'}
    with pytest.raises(InvalidModel, match="its model card lacks contract_version, features, timezone, "):
        ModelCard.from_metadata(metadata)
