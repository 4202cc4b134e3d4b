from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from forecast_core.calendar import CalendarHour
from forecast_core.encoding import EncodedHour
from forecast_core.forecaster import Forecaster
from forecast_core.horizon import Horizon
from tests.core.test_card import CARD

QUANTILES = {"0.1": [-10.0 - hour for hour in range(24)], "0.5": [1.0] * 24, "0.9": [10.0 + hour for hour in range(24)]}
START = datetime.fromisoformat("2016-06-01T22:00:00-08:00")


def add_up(rows: Sequence[EncodedHour]) -> list[float]:
    """Stand in for a model: any function of the features will do."""
    return [1000 + sum(row) for row in rows]


@pytest.fixture
def forecaster() -> Forecaster:
    return Forecaster(replace(CARD, residual_quantiles=QUANTILES), add_up)


def test_a_forecast_is_the_predictions_of_its_labels(forecaster: Forecaster) -> None:
    """Hours 22 and 23 carry the labels 23 and 0 of the next day."""
    labels = [CalendarHour(23, 2, 153), CalendarHour(0, 3, 154), CalendarHour(1, 3, 154)]
    assert forecaster.forecast(Horizon(START, 3)) == forecaster.predict(labels)


def test_a_quantile_is_the_mean_and_the_residual_of_its_hour(forecaster: Forecaster) -> None:
    """By the label's hour; 0.5 is the median, which is not the mean."""
    means = forecaster.forecast(Horizon(START, 3))
    for quantile, residuals in (("0.1", [-33, -10, -11]), ("0.5", [1, 1, 1]), ("0.9", [33, 10, 11])):
        expected = [mean + residual for mean, residual in zip(means, residuals, strict=True)]
        # Mean and quantile are rounded separately, to three decimals each.
        assert forecaster.forecast(Horizon(START, 3), float(quantile)) == pytest.approx(expected, abs=0.001)


def test_a_horizon_is_one_call_of_the_model() -> None:
    """However many hours."""
    calls = []

    def infer(rows: Sequence[EncodedHour]) -> list[float]:
        calls.append(len(rows))
        return add_up(rows)

    Forecaster(CARD, infer).forecast(Horizon(START, 8784))
    assert calls == [8784]
