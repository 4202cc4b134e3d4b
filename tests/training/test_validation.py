import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import ROOT
from training.baselines import hour_and_weekday_mean, last_week_repeated
from training.load_profile import LoadProfile, read_load_profile
from training.residuals import Coverage, held_out_residuals, residual_quantiles
from training.splits import folds_of_days, split_in_time
from training.validation import Score, Validation, validate

HOURS = pd.date_range("2023-01-02", periods=6 * 7 * 24, freq="h", tz="-08:00")


@pytest.fixture
def profile(write_csv: Callable[..., Path]) -> LoadProfile:
    return read_load_profile("load.csv", write_csv().read_bytes(), "America/Los_Angeles")


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=HOURS[: len(values)], dtype=float)


def test_scores_are_those_of_the_textbook() -> None:
    """Errors of 1, -1 and 4 on 10, 20 and 40."""
    score = Score.of(series(10, 20, 40), series(11, 19, 44))
    assert score == pytest.approx((2, np.sqrt(6), 100 * (0.1 + 0.05 + 0.1) / 3))


@pytest.mark.parametrize("zero_or_less", [0.0, -5.0])
def test_a_percentage_of_nothing_is_not_given(zero_or_less: float) -> None:
    """MAPE means nothing where the load is zero or flows back, and the table says so."""
    score = Score.of(series(10, zero_or_less), series(11, 1))
    assert score.mape is None
    table = Validation(6, {"forest": score}, series(1), series(1)).table("kW")
    assert table.splitlines()[1].endswith(" -")
    assert table.splitlines()[-1].startswith("No MAPE: the load is zero or negative in places")


def test_the_split_is_in_time() -> None:
    """The first 80 % of the hours, then the rest."""
    first, rest = split_in_time(series(*range(10)))
    assert (first.to_list(), rest.to_list()) == ([0, 1, 2, 3, 4, 5, 6, 7], [8, 9])


@pytest.mark.parametrize("days_in_block", [1, 7])
def test_nothing_of_a_held_out_block_is_in_its_fit(days_in_block: int) -> None:
    """Folds hold out whole days or weeks, and every hour once."""
    power = pd.Series(range(len(HOURS)), index=HOURS)
    held_out_hours = []
    for fit, held_out in folds_of_days(power, days_in_block):
        blocks = [set((part.index - HOURS[0]) // pd.Timedelta(days=days_in_block)) for part in (fit, held_out)]
        assert not blocks[0] & blocks[1]
        held_out_hours += held_out.to_list()
    assert sorted(held_out_hours) == list(range(len(HOURS)))


def test_baselines_know_the_hour_of_the_week() -> None:
    """One averages it, the other repeats its last value; an hour that was never seen gets the mean."""
    week = np.arange(7 * 24)
    train = pd.Series(np.concatenate([week, week + 10]), index=HOURS[: 14 * 24])
    later = HOURS[28 * 24 : 28 * 24 + 3]
    assert hour_and_weekday_mean(train, later).to_list() == [5, 6, 7]
    assert last_week_repeated(train, later).to_list() == [10, 11, 12]
    gap = train.drop(train.index[[0, 7 * 24]])
    assert hour_and_weekday_mean(gap, later).to_list() == [gap.mean(), 6, 7]
    assert last_week_repeated(gap, later).to_list() == [gap.mean(), 11, 12]


def test_the_validation_learns_nothing_from_its_test_hours(profile: LoadProfile) -> None:
    """Other values in the last 20 % change the scores, and neither the forecast nor the threshold."""
    power = profile.power
    changed = power.copy()
    changed.iloc[int(len(power) * 0.8) :] *= 3
    given, other = validate(power, profile.clock), validate(changed, profile.clock)
    assert given.forecast.to_list() == other.forecast.to_list()
    assert given.threshold == other.threshold
    assert given.scores["forest"].mae < other.scores["forest"].mae
    assert given.beats_baselines


def test_residual_quantiles_are_ordered_and_by_the_labels_hour() -> None:
    """An error that grows with the hour is found at that hour, one later than its event starts."""
    swing = np.where(HOURS.day_of_year % 2, 1.0, -1.0)
    quantiles = residual_quantiles(pd.Series(swing * HOURS.hour, index=HOURS))
    assert quantiles["0.05"] == [-23.0, *(-float(hour) for hour in range(23))]
    assert quantiles["0.95"] == [23.0, *map(float, range(23))]
    for low, high in pairwise(quantiles.values()):
        assert all(a <= b for a, b in zip(low, high, strict=True))


def test_held_out_residuals_cover_every_hour_once(profile: LoadProfile) -> None:
    """Actual minus forecast, in time order."""
    residuals = held_out_residuals(profile.power, profile.clock, threshold=6, seed=0)
    assert residuals.index.equals(profile.power.index)
    assert residuals.abs().mean() > 5  # the part of the series that no calendar explains


def test_coverage_counts_the_hours_within_the_band() -> None:
    """By hour and in all; the width is that of the band."""
    residuals = pd.Series(0.0, index=HOURS[: 2 * 24])
    residuals.iloc[0] = 5
    band = {"0.05": [-1.0] * 24, "0.95": [1.0] * 24}
    coverage = Coverage.of(residuals, band)
    assert coverage.share == pytest.approx(47 / 48)
    assert coverage.by_hour == [1.0, 0.5] + [1.0] * 22
    assert coverage.mean_width == 2


def test_the_published_figures_keep_what_the_readme_promises() -> None:
    """Nested, the band holds 88 to 92 % of the hours and every fold 86 to 94; the forest beats both baselines."""
    figures = json.loads((ROOT / "docs/validation/figures.json").read_text("utf-8"))
    nested = figures["band"]["nested_cross_validation"]
    assert 0.88 <= nested["share"] <= 0.92
    assert all(0.86 <= share <= 0.94 for share in nested["share_by_fold"])
    forest, *baselines = (score["mae"] for score in figures["scores"].values())
    assert all(forest < baseline / 1.8 for baseline in baselines)
