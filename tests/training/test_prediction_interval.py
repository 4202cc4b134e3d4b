import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from tests.builders import ROOT, calendar_of, hourly_load
from training.forest import Settings
from training.load_profile import make_features
from training.prediction_interval import (
    QUANTILES,
    WIDENING,
    Coverage,
    HeldOut,
    PredictionInterval,
    measure_interval,
    outer_of,
    residual_quantiles,
    residuals_of,
    stretched,
)
from training.validation import contiguous_fifths, folds_of_weeks, months_ahead, split_in_time

HOURS = pd.date_range("2023-01-02", periods=6 * 7 * 24, freq="h", tz="-08:00")
SETTINGS = Settings("none", calendar_of(pd.Series(0.0, index=HOURS)))


def hours_of(power: pd.Series) -> pd.DataFrame:
    return make_features(power, SETTINGS.calendar)


def scattered_load(days: int, sd: float = 30) -> pd.Series:
    """Generate a load to which each hour and each day adds something at random."""
    random = np.random.default_rng(0)
    of_days = random.normal(0, sd / 2, days).repeat(24)
    return hourly_load(days, trend=0) + random.normal(0, sd, days * 24) + of_days


@pytest.fixture(scope="module")
def measured() -> tuple[pd.DataFrame, PredictionInterval]:
    hours = hours_of(scattered_load(240))
    return hours, measure_interval(hours, SETTINGS, seed=0)


def test_residual_quantiles_are_ordered_and_by_local_hour() -> None:
    """An error that grows with the hour of the day is found at that hour."""
    hours = hours_of(pd.Series(0.0, index=HOURS))
    swing = np.where(hours["day_of_year"] % 2, 1.0, -1.0)
    quantiles = residual_quantiles(hours.assign(residual=swing * hours["hour_of_day"]))
    assert quantiles["0.05"] == [-float(hour) for hour in range(24)]
    assert quantiles["0.95"] == [float(hour) for hour in range(24)]
    for low, high in pairwise(quantiles.values()):
        assert all(a <= b for a, b in zip(low, high, strict=True))


def test_widened_quantiles_lie_further_from_the_median() -> None:
    """The median stays; the 90 % interval is wider by the factor."""
    given = {str(share): [100 * share + 7] * 24 for share in QUANTILES}
    wide = stretched(given)
    assert wide["0.5"] == given["0.5"] == [57.0] * 24
    assert wide["0.95"][0] - wide["0.05"][0] == pytest.approx(WIDENING * 90)
    assert list(wide) == list(given)


def test_an_hour_of_the_day_that_was_never_measured_has_the_quantiles_of_all() -> None:
    """The others keep their places."""
    residuals = pd.DataFrame({"hour_of_day": [0, 1, *range(3, 24)], "residual": [0.0, 1.0, *map(float, range(3, 24))]})
    medians = residual_quantiles(residuals)["0.5"]
    assert medians == [0, 1, 12, *range(3, 24)]


def test_a_residual_is_actual_minus_forecast() -> None:
    """It is above zero where the load is higher than its forecast."""
    hours = hours_of(hourly_load(days=42))
    higher = hours.assign(power=hours["power"] + 1000)
    assert (residuals_of(hours, higher, SETTINGS, seed=0)["residual"] > 500).all()


def test_the_interval_is_made_of_all_kinds_of_held_out_hours(measured: tuple[pd.DataFrame, PredictionInterval]) -> None:
    """Residuals of weeks and fifths make one, and months ahead with them another; the wider is stretched."""
    hours, interval = measured
    pools = []
    for splits in ((folds_of_weeks, contiguous_fifths), (folds_of_weeks, contiguous_fifths, months_ahead)):
        parts = [residuals_of(*fold, SETTINGS, seed=0) for split in splits for fold in split(hours)]
        pools.append(residual_quantiles(pd.concat(parts)))
    assert interval.quantiles == stretched(outer_of(*pools))
    for low, high in pairwise(interval.quantiles[str(share)] for share in QUANTILES):
        assert all(a <= b for a, b in zip(low, high, strict=True))


def test_the_errors_to_expect_are_those_of_held_out_fifths(measured: tuple[pd.DataFrame, PredictionInterval]) -> None:
    """By week; the mean error is forecast less actual."""
    hours, interval = measured
    fifths = pd.concat([residuals_of(*fold, SETTINGS, seed=0) for fold in contiguous_fifths(hours)])
    last_week = fifths["residual"].iloc[-7 * 24 :]
    assert interval.mae_by_week[-1] == pytest.approx(last_week.abs().mean())
    assert interval.mean_error_by_week[-1] == pytest.approx(-last_week.mean())


def test_a_held_out_week_is_judged_by_the_residuals_of_others() -> None:
    """Its own would make the interval look better than it is."""
    one, other = (pd.DataFrame({"residual": 1.0}, pd.date_range(start, periods=3)) for start in ("2023", "2024"))
    left = HeldOut([one, other], [one], []).without(one)
    assert [[len(fold) for fold in folds] for folds in left] == [[0, 3], [0], []]


def test_the_interval_is_tested_on_hours_that_did_not_make_it(
    measured: tuple[pd.DataFrame, PredictionInterval],
) -> None:
    """Everything is learnt from the first 80 % of the hours, and compared with the last 20 %."""
    hours, interval = measured
    first, last = split_in_time(hours)
    of_first = measure_interval(first, SETTINGS, seed=0).quantiles
    assert interval.last_20_percent == Coverage.of(residuals_of(first, last, SETTINGS, seed=0), of_first)


def test_a_load_like_the_one_before_lies_within_the_interval(measured: tuple[pd.DataFrame, PredictionInterval]) -> None:
    """An interval is made a little too wide for a load that does not change: 90 to 97 % of the hours lie within."""
    hours, interval = measured
    assert 0.9 <= interval.held_out_weeks.share <= 0.97
    assert 0.87 <= interval.last_20_percent.share <= 0.98
    assert interval.warning is None
    figures = interval.figures()
    assert figures["interval_on_held_out_weeks"]["share"] == round(interval.held_out_weeks.share, 3)
    assert len(interval.mae_by_week) == len(interval.mean_error_by_week) == len(hours) // (7 * 24)
    assert 25 < figures["mae_by_week"]["mean"] < 60
    assert abs(figures["mean_error_by_week"]["mean"]) < figures["mean_error_by_week"]["standard_deviation"]


def test_hours_are_tested_by_the_residuals_of_other_hours_alone() -> None:
    """An hour was held out in several ways, and none of its residuals makes the interval that it is tested on."""
    hours = hours_of(scattered_load(20)).assign(residual=0.0)
    odd, usual = hours[: 10 * 24].assign(residual=100.0), hours[10 * 24 :]
    residuals = HeldOut([odd, usual], [odd, usual], [])
    assert residuals.coverage([odd]).share == 0
    assert residuals.coverage([usual]).share == 0


def test_an_interval_that_did_not_hold_months_ahead_is_a_warning() -> None:
    """The load rises by a fifth every sixty days, which no calendar tells; the warning has the number."""
    power = scattered_load(270)
    interval = measure_interval(hours_of(power * 1.2 ** (np.arange(len(power)) // (60 * 24))), SETTINGS, seed=0)
    assert interval.months_ahead is not None
    assert interval.months_ahead.share < 0.8
    assert interval.warning == (
        f"The 90 % interval held {interval.months_ahead.share:.0%} of the hours in the sixty days after earlier dates: "
        "it may be too narrow for the months ahead."
    )


def test_a_short_series_has_no_months_ahead() -> None:
    """Its card leaves that figure out, and it has no warning."""
    interval = measure_interval(hours_of(scattered_load(84)), SETTINGS, seed=0)
    assert (interval.months_ahead, interval.warning) == (None, None)
    assert "interval_on_next_60_days" not in interval.figures()


def test_coverage_counts_hours_and_daily_peaks() -> None:
    """One hour and the peak of one day lie above the interval; the figures have its mean width, too."""
    residuals = hours_of(pd.Series(0.0, index=HOURS[: 2 * 24])).assign(residual=0.0)
    for column in ("residual", "power"):
        residuals.iloc[1, residuals.columns.get_loc(column)] = 5
    coverage = Coverage.of(residuals, {"0.05": [-1.0] * 24, "0.95": [1.0] * 24})
    assert coverage.share == pytest.approx(47 / 48)
    assert coverage.peaks == pytest.approx(1 / 2)
    assert coverage.mean_width == 2
    # Quantile loss: 0.05 x 1 at each edge for a residual of 0; for one of 5, 0.05 x 6 and 0.95 x 4.
    assert coverage.pinball == pytest.approx((47 * (0.05 + 0.05) + 0.05 * 6 + 0.95 * 4) / 48 / 2)


def test_the_published_figures_are_as_good_as_the_documentation_says() -> None:
    """The 90 % interval holds, and the forest is better than both means with the same calendar."""
    figures = json.loads((ROOT / "docs/validation/figures.json").read_text("utf-8"))
    assert 0.9 <= figures["expected_errors"]["interval_on_held_out_weeks"]["share"] <= 0.97
    assert figures["expected_errors"]["interval_on_last_20_percent"]["share"] >= 0.85
    forest, *baselines = (score["mae"] for score in figures["scores"])
    assert forest <= 17.6
    assert all(forest < baseline / 1.2 for baseline in baselines)
