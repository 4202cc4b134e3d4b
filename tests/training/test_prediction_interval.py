import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from tests.builders import ROOT, calendar_of, hourly_load
from training.forest import Settings
from training.load_profile import make_features
from training.prediction_interval import (
    Coverage,
    held_out_residuals,
    measure_interval,
    residual_quantiles,
    residuals_of,
)
from training.validation import split_in_time

HOURS = pd.date_range("2023-01-02", periods=6 * 7 * 24, freq="h", tz="-08:00")
SETTINGS = Settings("none", calendar_of(pd.Series(0.0, index=HOURS)), leave_out_outlier_days=False)


def hours_of(power: pd.Series) -> pd.DataFrame:
    return make_features(power, SETTINGS.calendar)


def test_residual_quantiles_are_ordered_and_by_local_hour() -> None:
    """An error that grows with the hour of the day is found at that hour."""
    hours = hours_of(pd.Series(0.0, index=HOURS))
    swing = np.where(hours["day_of_year"] % 2, 1.0, -1.0)
    quantiles = residual_quantiles(hours.assign(residual=swing * hours["hour_of_day"]))
    assert quantiles["0.05"] == [-float(hour) for hour in range(24)]
    assert quantiles["0.95"] == [float(hour) for hour in range(24)]
    for low, high in pairwise(quantiles.values()):
        assert all(a <= b for a, b in zip(low, high, strict=True))


def test_held_out_residuals_cover_every_hour_once() -> None:
    """Each residual is of a model that has not seen its week, so it is not zero."""
    hours = hours_of(hourly_load())
    residuals = held_out_residuals(hours, SETTINGS, seed=0)
    assert residuals.index.equals(hours.index)
    assert residuals["residual"].abs().mean() > 5  # the part of the series that no calendar explains


def test_a_residual_is_actual_minus_forecast() -> None:
    """It is above zero where the load is higher than its forecast."""
    hours = hours_of(hourly_load(days=42))
    higher = hours.assign(power=hours["power"] + 1000)
    assert (residuals_of(hours, higher, SETTINGS, seed=0)["residual"] > 500).all()


def test_the_interval_is_tested_on_hours_that_did_not_make_it() -> None:
    """Everything is learnt from the first 80 % of the hours, and compared with the last 20 %."""
    hours = hours_of(hourly_load(days=70))
    first, last = split_in_time(hours)
    quantiles = residual_quantiles(held_out_residuals(first, SETTINGS, seed=0))
    expected = Coverage.of(residuals_of(first, last, SETTINGS, seed=0), quantiles)
    assert measure_interval(hours, SETTINGS, seed=0).future == expected


def test_coverage_is_the_share_of_hours_within_the_interval() -> None:
    """It is given in all and by local hour, with the mean width of the interval."""
    residuals = hours_of(pd.Series(0.0, index=HOURS[: 2 * 24])).assign(residual=0.0)
    residuals.iloc[1, residuals.columns.get_loc("residual")] = 5
    coverage = Coverage.of(residuals, {"0.05": [-1.0] * 24, "0.95": [1.0] * 24})
    assert coverage.share == pytest.approx(47 / 48)
    assert coverage.by_hour == [1.0, 0.5] + [1.0] * 22
    assert coverage.mean_width == 2


def test_the_published_figures_are_as_good_as_the_documentation_says() -> None:
    """The 90 % interval holds 89 to 92 % of held-out hours, and the forest beats both baselines by far."""
    figures = json.loads((ROOT / "docs/validation/figures.json").read_text("utf-8"))
    assert 0.89 <= figures["band"]["nested_cross_validation"]["share"] <= 0.92
    assert figures["band"]["last_20_percent"]["share"] >= 0.83
    forest, *baselines = (score["mae"] for score in figures["scores"].values())
    assert forest <= 18.3
    assert all(forest < baseline / 2.5 for baseline in baselines)
