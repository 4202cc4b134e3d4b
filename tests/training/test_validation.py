from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders import calendar_of, hourly_load
from training.forest import Settings
from training.load_profile import make_features
from training.validation import Score, Validation, baseline, folds_of_days, folds_of_weeks, split_in_time, validate

HOURS = pd.date_range("2023-01-02", periods=6 * 7 * 24, freq="h", tz="-08:00")


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=HOURS[: len(values)], dtype=float)


def test_scores_are_those_of_the_textbook() -> None:
    """The errors here are 1, -1 and 4, on 10, 20 and 40."""
    score = Score.of(series(10, 20, 40), series(11, 19, 44))
    assert score == pytest.approx((2, np.sqrt(6), 100 * (0.1 + 0.05 + 0.1) / 3))


@pytest.mark.parametrize("zero_or_less", [0.0, -5.0])
def test_there_is_no_mape_of_zero_or_negative_loads(zero_or_less: float) -> None:
    """A percentage of such a load has no meaning, and the table says so."""
    score = Score.of(series(10, zero_or_less), series(11, 1))
    assert score.mape is None
    table = Validation({"forest": score}, series(1), series(1)).table("kW")
    assert table.splitlines()[1].endswith(" -")
    assert table.splitlines()[-1].startswith("No MAPE: the load is zero or negative in places")


def test_the_table_lists_baselines_that_are_better_by_rmse() -> None:
    """A model may be better in most hours and worse in a few hours that are expensive."""
    scores = {"forest": Score(10, 30, None), "mean of hour x weekday": Score(12, 20, None), "other": Score(9, 29, None)}
    table = Validation(scores, series(1), series(1)).table("kW")
    assert table.endswith("By RMSE, which weighs large errors more, the forest is worse than: mean of hour x weekday.")
    assert "By RMSE" not in Validation({"forest": Score(10, 20, None)}, series(1), series(1)).table("kW")


def test_a_model_beats_the_baselines_by_its_mean_absolute_error() -> None:
    """It has to beat both of them, and RMSE does not count."""
    baselines = {"mean of hour x weekday": Score(12, 20, None), "repeat the last week": Score(11, 20, None)}
    for mae, beats in ((10, True), (11, False), (11.5, False)):
        scores = {"forest": Score(mae, 10 if mae > 10 else 30, None), **baselines}
        assert Validation(scores, series(1), series(1)).beats_baselines is beats


def test_the_split_is_in_time() -> None:
    """The model is fitted on the first 80 % of the hours, and tested on the rest."""
    first, rest = split_in_time(series(*range(10)))
    assert (first.to_list(), rest.to_list()) == ([0, 1, 2, 3, 4, 5, 6, 7], [8, 9])


@pytest.mark.parametrize(("folds", "days"), [(folds_of_days, 1), (folds_of_weeks, 7)])
def test_folds_hold_out_whole_days_or_weeks(folds: Callable[..., Any], days: int) -> None:
    """Every hour is held out once, and no hour of its day or week is in that fit."""
    held_out_hours = []
    for fit, held_out in folds(pd.Series(range(len(HOURS)), index=HOURS)):
        blocks = [set((part.index - HOURS[0]) // pd.Timedelta(days=days)) for part in (fit, held_out)]
        assert not blocks[0] & blocks[1]
        held_out_hours += held_out.to_list()
    assert sorted(held_out_hours) == list(range(len(HOURS)))


def test_baselines_use_the_hour_of_the_week() -> None:
    """One returns its mean, the other its last value, and both the overall mean for an hour that is new."""
    week = np.arange(7 * 24)
    train = pd.Series(np.concatenate([week, week + 10]), index=HOURS[: 14 * 24])
    later = HOURS[28 * 24 : 28 * 24 + 3]
    assert baseline("mean", train, later).to_list() == [5, 6, 7]
    assert baseline("last", train, later).to_list() == [10, 11, 12]
    gap = train.drop(train.index[[0, 7 * 24]])
    assert baseline("mean", gap, later).to_list() == [gap.mean(), 6, 7]
    assert baseline("last", gap, later).to_list() == [gap.mean(), 11, 12]


def test_the_validation_does_not_use_its_test_hours() -> None:
    """Other values in the last 20 % change the scores, and not the forecast."""
    power = hourly_load()
    changed = power.copy()
    changed.iloc[int(len(power) * 0.8) :] *= 3
    calendar = calendar_of(power)
    settings = Settings("none", calendar, leave_out_outlier_days=False)
    given, other = (validate(make_features(load, calendar), settings) for load in (power, changed))
    assert given.forecast.to_list() == other.forecast.to_list()
    assert given.scores["forest"].mae < other.scores["forest"].mae
    assert given.beats_baselines
