import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from forecast_core.errors import InvalidModel
from forecast_core.model_card import ModelCard
from tests.builders import CARD


@pytest.mark.parametrize("card", [CARD, replace(CARD, holidays=None)])
def test_a_card_is_read_as_it_was_written(card: ModelCard) -> None:
    """The metadata of a model file holds every field of the card."""
    assert ModelCard.from_metadata(card.to_metadata()) == card
    assert ("holidays" in card.to_json()) is (card.holidays is not None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"contract_version": '"v0"'},
            "its model card has contract_version 'v0', and this code uses 'v1': it was made by another version; ",
        ),
        ({"features": '["hour"]'}, "its model card has features "),
        ({"unit": "x"}, "its model card is damaged (a field is not JSON: Expecting value at line 1, column 1)"),
    ],
)
def test_a_card_of_another_contract_is_refused(change: dict[str, str], message: str) -> None:
    """Code that would misread a model does not use it."""
    with pytest.raises(InvalidModel) as refusal:
        ModelCard.from_metadata(CARD.to_metadata() | change)
    assert message in str(refusal.value)


def test_a_card_holds_the_calendar() -> None:
    """The calendar has the card's holidays, closures, known years and timestamp convention."""
    calendar = CARD.calendar()
    assert (calendar.holidays, calendar.rest_weekday) == ({date(2017, 7, 4), date(2017, 12, 27)}, 6)
    assert (calendar.known_years, calendar.convention.weekday_shift) == (range(2007, 2048), 3)
    assert (calendar.convention.marks, calendar.convention.clock) == ("end", "standard")
    assert calendar.end_of_data == datetime.fromisoformat("2018-01-01T00:00:00-08:00")
    assert replace(CARD, holidays=None).calendar().holidays == {date(2017, 12, 27)}


def test_a_deep_card_is_written_as_it_is() -> None:
    """A copy of what is nested in the card would end in a RecursionError."""
    deep: dict[str, Any] = {}
    for _ in range(10_000):
        deep = {"x": deep}
    assert replace(CARD, validation=deep).to_json()["validation"] is deep


def test_a_foreign_file_is_refused() -> None:
    """The message lists every field that is missing."""
    metadata = {"author": json.dumps("someone"), "unit": '"kW"'}
    with pytest.raises(InvalidModel, match="its model card lacks contract_version, name, features, timezone, "):
        ModelCard.from_metadata(metadata)
