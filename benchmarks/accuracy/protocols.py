"""The questions a forecast is put to, and what comes out."""

from collections.abc import Callable, Sequence
from statistics import fmean, stdev
from typing import NamedTuple

import pandas as pd

from training.load_profile import POWER
from training.validation import Score, folds_of_days, folds_of_weeks, split_in_time

FORTNIGHTS = 6
LAST_FIFTH = "last 20 %"
WEEK_CV = "week CV"

Fold = tuple[pd.DataFrame, pd.DataFrame]
"""The hours to learn from and the hours to forecast; their columns are those of ``methods.hours_for_all``."""

Forecast = Callable[[pd.DataFrame, pd.DataFrame], pd.Series]
"""From the hours to learn from and the hours to forecast, to the power of the latter."""


class Protocol(NamedTuple):
    """A way to test forecasts: on which hours, for which question, and whether all hours to learn from come before."""

    name: str
    tested_on: str
    question: str
    in_time_order: bool
    folds: list[Fold]


class Result(NamedTuple):
    """The errors of a method.

    :param score: over all test hours of the protocol together; averaged over the method's seeds.
    :param spread_over_folds: standard deviation of the MAE; None for one fold, as over seeds for one seed.
    :param errors: forecast less actual of each test hour, in time order; a column for each seed.
    """

    score: Score
    spread_over_folds: float | None
    spread_over_seeds: float | None
    errors: pd.DataFrame


def all_protocols(hours: pd.DataFrame) -> list[Protocol]:
    """Split a series in each of the four ways."""
    fortnights_of = f"the last {FORTNIGHTS} fortnights, each after fitting on all hours before it"
    weeks_ahead = "How good is a forecast of the next two weeks, if the model is fitted again for each?"
    months_ahead = "How good is a forecast of the months ahead, in a season not yet seen?"
    a_day = "How good is it on a day of the year it knows, having seen the days around it?"
    a_week = "How good is it on a week of the year it knows, having seen no day of that week?"
    fifth, days, weeks = [split_in_time(hours)], list(folds_of_days(hours)), list(folds_of_weeks(hours))
    return [
        Protocol(LAST_FIFTH, "the last fifth of the hours, after fitting on all before", months_ahead, True, fifth),
        Protocol("rolling 14 d", fortnights_of, weeks_ahead, True, fortnights(hours)),
        Protocol("day CV", "five folds of whole days, drawn at random", a_day, False, days),
        Protocol(WEEK_CV, "five folds of whole weeks, drawn at random", a_week, False, weeks),
    ]


def fortnights(hours: pd.DataFrame) -> list[Fold]:
    """Hold out the last fortnights one by one, each with all hours before it to learn from."""
    end, fortnight = hours.index[-1] + pd.Timedelta(hours=1), pd.Timedelta(weeks=2)
    starts = [end - remaining * fortnight for remaining in range(FORTNIGHTS, 0, -1)]
    return [(hours[hours.index < at], hours[(hours.index >= at) & (hours.index < at + fortnight)]) for at in starts]


def run(forecasts: Sequence[Forecast], folds: list[Fold], on_fold: Callable[[], None] = lambda: None) -> Result:
    """Put a method, once for each seed, to the folds of a protocol; ``on_fold`` is called after each."""
    by_fold = []
    for train, test in folds:
        by_fold.append([forecast(train, test) - test[POWER] for forecast in forecasts])
        on_fold()
    errors = pd.concat([pd.concat(of_fold, axis="columns", sort=False) for of_fold in by_fold]).sort_index()
    tested = pd.concat([test for _, test in folds]).sort_index()
    scores = [Score.of(tested, tested[POWER] + errors[seed]) for seed in errors]
    fold_maes = [fmean(error.abs().mean() for error in of_fold) for of_fold in by_fold]
    return Result(Score.mean(scores), _spread(fold_maes), _spread([score.mae for score in scores]), errors)


def _spread(maes: list[float]) -> float | None:
    return stdev(maes) if len(maes) > 1 else None
