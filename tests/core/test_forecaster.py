from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import inf, nan
from typing import Any

import pytest

from forecast_core.errors import InvalidModel
from forecast_core.features import CyclicalFeatures
from forecast_core.forecaster import Forecaster, Infer
from forecast_core.timestamps import CalendarFields
from tests.builders import CARD

QUANTILES = {"0.1": [-10.0 - hour for hour in range(24)], "0.5": [1.0] * 24, "0.9": [10.0 + hour for hour in range(24)]}
START = datetime.fromisoformat("2017-06-01T21:00:00-08:00")


def add_up(rows: Sequence[CyclicalFeatures]) -> list[float]:
    """Stand in for a model: any function of the features will do."""
    return [1000 + sum(row) for row in rows]


@pytest.fixture
def forecaster() -> Forecaster:
    return Forecaster(replace(CARD, residual_quantiles=QUANTILES), add_up)


def test_a_prediction_equals_the_forecast_of_its_event(forecaster: Forecaster) -> None:
    """Timestamps mark the end of an hour here, and their weekdays are three behind."""
    fields = [CalendarFields(22, 0, 152), CalendarFields(23, 0, 152), CalendarFields(0, 1, 153)]
    assert forecaster.forecast(START, 3).means == [forecaster.predict(hour) for hour in fields]


def test_a_quantile_adds_the_residual_of_the_local_hour(forecaster: Forecaster) -> None:
    """In June, 21:00 in standard time is 22:00 on the local clock."""
    means, quantiles = forecaster.forecast(START, 3, (0.9, 0.1, 0.5))
    assert list(quantiles) == ["0.9", "0.1", "0.5"]
    for quantile, residuals in (("0.1", [-32, -33, -10]), ("0.5", [1, 1, 1]), ("0.9", [32, 33, 10])):
        expected = [mean + residual for mean, residual in zip(means, residuals, strict=True)]
        # Mean and quantile are rounded separately, to three decimals each.
        assert quantiles[quantile] == pytest.approx(expected, abs=0.001)


def test_a_forecast_calls_the_model_once() -> None:
    """A leap year of hours with all quantiles takes one call as well."""
    calls = []

    def infer(rows: Sequence[CyclicalFeatures]) -> list[float]:
        calls.append(len(rows))
        return add_up(rows)

    Forecaster(replace(CARD, residual_quantiles=QUANTILES), infer).forecast(START, 8784, (0.1, 0.5, 0.9))
    assert calls == [8784]


def test_a_model_that_can_be_served_passes_the_check(forecaster: Forecaster) -> None:
    """It is asked for an hour of each day of the year, and for a day by each of its quantiles."""
    forecaster.check()


def fail(rows: Sequence[CyclicalFeatures]) -> list[float]:
    raise RuntimeError("too many rows")


@pytest.mark.parametrize(
    ("changes", "infer", "message"),
    [
        ({}, fail, "it cannot be run (RuntimeError); make it again with train.py"),
        ({}, lambda rows: [nan] * len(rows), "some of its predictions are not finite numbers"),
        (
            {"residual_quantiles": QUANTILES | {"0.9": [inf] * 24}},
            add_up,
            "some of its predictions are not finite numbers",
        ),
        (
            {"last_event_start": "2018-12-31T22:00:00-08:00", "known_years": {"first": 2016, "last": 2018}},
            add_up,
            "it cannot be run (start must leave all hours within the years 2016 to 2018, whose calendar is known); "
            "make it again with train.py",
        ),
        ({"known_years": {"first": 2017, "last": 2018}}, add_up, "it cannot be run (ValueError); make it again with "),
    ],
    ids=["an exception", "not a number", "an infinite quantile", "no known day after the data", "no leap year"],
)
def test_a_model_that_cannot_be_served_is_found_before_a_request(
    changes: dict[str, Any], infer: Infer, message: str
) -> None:
    """``train.py`` does not save it, and the server does not open it."""
    card = replace(CARD, **{"residual_quantiles": QUANTILES, **changes})
    with pytest.raises(InvalidModel) as refusal:
        Forecaster(card, infer).check()
    assert str(refusal.value).startswith(message)
