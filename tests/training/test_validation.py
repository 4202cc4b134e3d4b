from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders import LOS_ANGELES, calendar_of, hourly_load
from training.forest import Settings, fit_forest, predict_forest
from training.load_profile import make_features
from training.validation import (
    BASELINES,
    SEEDS,
    Score,
    Validation,
    baseline,
    contiguous_fifths,
    folds_of_days,
    folds_of_weeks,
    last_four_years,
    months_ahead,
    split_in_time,
    validate,
)

HOURS = pd.date_range("2023-01-02", periods=6 * 7 * 24, freq="h", tz="-08:00")


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=HOURS[: len(values)], dtype=float)


def hours_of(*power: float) -> pd.DataFrame:
    return make_features(series(*power), calendar_of(series(0)))


def test_scores_are_those_of_the_textbook() -> None:
    """The errors here are 1, -1 and 4, on 10, 20 and 40."""
    score = Score.of(hours_of(10, 20, 40), series(11, 19, 44))
    assert score[:3] == pytest.approx((2, np.sqrt(6), 100 * (0.1 + 0.05 + 0.1) / 3))


def test_scores_of_several_seeds_are_averaged() -> None:
    """Without a MAPE of one of them, the mean has none."""
    scores = [Score(1, 2, 3, 4), Score(3, 4, 5, 6)]
    assert Score.mean(scores) == Score(2, 3, 4, 5)
    assert Score.mean([*scores, Score(2, 3, None, 5)]) == Score(2, 3, None, 5)


def test_the_peak_of_each_whole_day_is_scored() -> None:
    """It is the highest hour of the day, whichever hour that is; the third day has too few hours.

    A meter that has no whole day at all is scored by the days that it has.
    """
    actual, forecast = [10.0] * 24 + [20.0] * 24 + [90.0] * 22, [10.0] * 24 + [20.0] * 24 + [0.0] * 22
    actual[5] = forecast[30] = 40
    forecast[7] = 36
    assert Score.of(hours_of(*actual), series(*forecast)).peak_mae == pytest.approx((4 + 20) / 2)
    assert Score.of(hours_of(*actual[:22]), series(*forecast[:22])).peak_mae == pytest.approx(4)


@pytest.mark.parametrize("zero_or_less", [0.0, -5.0])
def test_there_is_no_mape_of_zero_or_negative_loads(zero_or_less: float) -> None:
    """A percentage of such a load has no meaning, and the table says so."""
    score = Score.of(hours_of(*[10.0] * 23, zero_or_less), series(*[11.0] * 24))
    assert score.mape is None
    table = Validation({"forest": score}, series(1), series(1)).table("kW")
    assert table.splitlines()[1].split()[-2:] == ["-", "1.00"]
    assert table.splitlines()[-1].startswith("No MAPE: the load is zero or negative in places")


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


def test_fifths_and_months_ahead_hold_out_a_season() -> None:
    """Each fifth is held out once; a month ahead is forecast from the hours before it, a quarter of a year at least."""
    hours = make_features(power := hourly_load(days=240), calendar_of(power))
    fifths = list(contiguous_fifths(hours))
    assert pd.concat([held_out for _, held_out in fifths]).index.equals(hours.index)
    assert all(len(fit) == len(hours) - len(held_out) for fit, held_out in fifths)
    ahead = list(months_ahead(hours))
    assert [len(held_out) for _, held_out in ahead] == [60 * 24] * 2
    assert [fit.index[-1] + pd.Timedelta(hours=1) for fit, _ in ahead] == [held_out.index[0] for _, held_out in ahead]
    assert ahead[0][1].index[-1] == hours.index[-1]


def test_a_meter_may_have_been_out_of_order() -> None:
    """Months without an hour are not held out, and years without one do not shorten what is validated."""
    power = hourly_load(days=900)
    hours = make_features(power, calendar_of(power))
    out_of_order = hours[~hours.index.isin(hours.index[-130 * 24 : -50 * 24])]
    assert [len(held_out) for _, held_out in months_ahead(out_of_order)] == [50 * 24, 50 * 24, 60 * 24]
    later = hours.set_axis(
        hours.index.where(hours.index < hours.index[800 * 24], hours.index + pd.Timedelta(days=3000))
    )
    assert last_four_years(later).index.equals(later.index)
    assert last_four_years(pd.concat([hours, hours])).shape[0] == 4 * 8760


def test_baselines_use_the_hour_of_the_week_and_the_calendar_of_the_model() -> None:
    """An hour that is new gets the mean of all, and a holiday what the rest days have."""
    week = np.arange(7 * 24)
    holiday = (HOURS[0] + pd.Timedelta(days=28)).date()
    calendar = calendar_of(series(0), holidays=frozenset({holiday}))
    local = HOURS.tz_convert(LOS_ANGELES)
    assert (local[0].day_of_week, local[0].hour) == (0, 0)
    train = make_features(pd.Series(np.concatenate([week, week + 10]), index=HOURS[: 14 * 24]), calendar)
    wanted = make_features(pd.Series(0.0, index=HOURS[28 * 24 : 29 * 24 + 3]), calendar)
    sunday = [6 * 24 + hour for hour in range(24)]
    assert baseline(None, train, wanted).to_list() == [*(hour + 5 for hour in sunday), 24 + 5, 24 + 6, 24 + 7]
    assert baseline(1, train, wanted).to_list() == [*(hour + 10 for hour in sunday), 24 + 10, 24 + 11, 24 + 12]
    gap = train.drop(train.index[[24, 8 * 24]])
    assert baseline(None, gap, wanted).to_list()[24:] == [gap["power"].mean(), 24 + 6, 24 + 7]


def test_the_validation_does_not_use_its_test_hours() -> None:
    """Other values in the last 20 % change the scores, and not the forecast."""
    power = hourly_load()
    changed = power.copy()
    changed.iloc[int(len(power) * 0.8) :] *= 3
    calendar = calendar_of(power)
    settings = Settings("none", calendar)
    given, other = (validate(make_features(load, calendar), settings) for load in (power, changed))
    assert given.forecast.to_list() == other.forecast.to_list()
    assert given.scores["forest"].mae < other.scores["forest"].mae
    assert list(given.scores) == ["forest", *BASELINES]
    train, test = split_in_time(make_features(changed, calendar))
    for name, weeks in BASELINES.items():
        assert other.scores[name] == Score.of(test, baseline(weeks, train, test))
    assert other.figures()["first_test_event_start"] == test.index[0].isoformat()
    assert other.forecast.equals(predict_forest(fit_forest(train, settings, seed=SEEDS[0]), test))
