from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from forecast_core.calendar import Label
from forecast_core.encoding import EncodedHour
from forecast_core.forecast import Forecaster
from tests.core.test_card import CARD

QUANTILES = {"0.1": [-10.0 - hour for hour in range(24)], "0.5": [1.0] * 24, "0.9": [10.0 + hour for hour in range(24)]}
START = datetime.fromisoformat("2017-06-01T21:00:00-08:00")


def add_up(rows: Sequence[EncodedHour]) -> list[float]:
    """Stand in for a model: any function of the features will do."""
    return [1000 + sum(row) for row in rows]


@pytest.fixture
def forecaster() -> Forecaster:
    return Forecaster(replace(CARD, residual_quantiles=QUANTILES), add_up)


def test_the_prediction_of_a_label_is_the_forecast_of_its_event(forecaster: Forecaster) -> None:
    """A label names the end of its hour; the file's Sunday is a Wednesday by the label."""
    labels = [Label(22, 0, 152), Label(23, 0, 152), Label(0, 1, 153)]
    assert forecaster.forecast(START, 3) == [forecaster.predict(label) for label in labels]


def test_a_quantile_is_the_mean_and_the_residual_of_the_occupants_hour(forecaster: Forecaster) -> None:
    """21:00 in standard time is 22:00 in June; 0.5 is the median, which is not the mean."""
    means = forecaster.forecast(START, 3)
    for quantile, residuals in (("0.1", [-32, -33, -10]), ("0.5", [1, 1, 1]), ("0.9", [32, 33, 10])):
        expected = [mean + residual for mean, residual in zip(means, residuals, strict=True)]
        # Mean and quantile are rounded separately, to three decimals each.
        assert forecaster.forecast(START, 3, float(quantile)) == pytest.approx(expected, abs=0.001)


def test_a_forecast_is_one_call_of_the_model() -> None:
    """However many hours."""
    calls = []

    def infer(rows: Sequence[EncodedHour]) -> list[float]:
        calls.append(len(rows))
        return add_up(rows)

    Forecaster(CARD, infer).forecast(START, 8784)
    assert calls == [8784]
