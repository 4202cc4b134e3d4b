import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from forecast_core.card import ModelCard
from forecast_core.encoding import FEATURES
from forecast_core.errors import InvalidModel

CARD = ModelCard(
    contract_version="v1",
    features=list(FEATURES),
    unit="kW",
    timezone="America/Los_Angeles",
    event_resolution="PT1H",
    label_side="end",
    label_clock="standard",
    label_weekday_shift=3,
    first_event_start="2017-01-01T00:00:00-08:00",
    last_event_start="2017-12-31T23:00:00-08:00",
    known_years={"first": 2007, "last": 2047},
    holidays={"country": "US", "counted": "as they fall", "rest_weekday": 6, "dates": ["2017-07-04"]},
    training_data={},
    hyperparameters={},
    seed=0,
    versions={},
    validation={},
    residual_quantiles={},
)


@pytest.mark.parametrize("card", [CARD, replace(CARD, holidays=None)])
def test_a_card_survives_the_journey_in_a_model_file(card: ModelCard) -> None:
    """What is written as metadata is read back the same."""
    assert ModelCard.from_metadata(card.to_metadata()) == card
    assert ("holidays" in card.to_json()) is (card.holidays is not None)


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


def test_a_card_tells_the_calendar() -> None:
    """Its dates are those of the holidays; without any, no day is one."""
    calendar = CARD.calendar()
    assert (calendar.holidays, calendar.rest_weekday) == ({date(2017, 7, 4)}, 6)
    assert (calendar.known_years, calendar.label_weekday_shift) == (range(2007, 2048), 3)
    assert calendar.end_of_data == datetime.fromisoformat("2018-01-01T00:00:00-08:00")
    assert replace(CARD, holidays=None).calendar().holidays == frozenset()


@pytest.mark.parametrize(
    "change",
    [
        {"timezone": "Mars/Phobos"},
        {"first_event_start": "soon"},
        {"holidays": {"dates": ["4 July"], "rest_weekday": 6}},
    ],
)
def test_a_calendar_that_there_is_not_is_refused(change: dict[str, Any]) -> None:
    """A time zone that this computer does not know, or a time or day that is none."""
    with pytest.raises(InvalidModel, match="its model card is damaged"):
        replace(CARD, **change).calendar()


def test_a_foreign_file_is_refused() -> None:
    """The message names every field that is missing."""
    metadata = {"author": json.dumps("someone"), "unit": '"kW"'}
    with pytest.raises(InvalidModel, match="its model card lacks contract_version, features, timezone, "):
        ModelCard.from_metadata(metadata)
