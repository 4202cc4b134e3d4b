"""What came out of putting a method to a protocol."""

from collections.abc import Callable
from statistics import fmean, stdev
from typing import NamedTuple

import pandas as pd

from benchmarks.method import Method
from benchmarks.protocols import Protocol
from training.validation import Score


class Result(NamedTuple):
    """The errors of a method.

    :param score: over all test hours of the protocol together; averaged over the method's seeds.
    :param spread_over_folds: standard deviation of the folds' MAE; None for a single fold.
    :param spread_over_seeds: standard deviation of the seeds' MAE; None for a single seed.
    :param actual: the test hours of all folds, in time order.
    :param forecasts: of the same hours, one for each seed.
    """

    score: Score
    spread_over_folds: float | None
    spread_over_seeds: float | None
    actual: pd.Series
    forecasts: list[pd.Series]


def run(method: Method, protocol: Protocol, on_fold: Callable[[], None]) -> Result:
    """Put a method to a protocol.

    :param on_fold: called after each fold, to show progress.
    """
    by_fold = []
    for train, test in protocol.folds:
        by_fold.append([forecast(train, test.index) for forecast in method.runs])
        on_fold()
    actual = pd.concat([test for _, test in protocol.folds]).sort_index()
    forecasts = [pd.concat(of_one_seed).sort_index() for of_one_seed in zip(*by_fold, strict=True)]
    scores = [Score.of(actual, forecast) for forecast in forecasts]
    fold_maes = [
        fmean(Score.of(test, forecast).mae for forecast in of_one_fold)
        for (_, test), of_one_fold in zip(protocol.folds, by_fold, strict=True)
    ]
    return Result(Score.mean(scores), _spread(fold_maes), _spread([score.mae for score in scores]), actual, forecasts)


def _spread(maes: list[float]) -> float | None:
    """Take the sample's standard deviation, if there is more than one value."""
    return stdev(maes) if len(maes) > 1 else None
