"""How good the model is, measured on hours that it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .baselines import BASELINES
from .forest import fit_forest, predict_forest
from .site import SiteClock
from .splits import TRAINING_SHARE, folds_of_days, split_in_time

SEEDS = (0, 1, 2, 3, 4)
FOREST = "forest"
THRESHOLDS = (5, 6, 7, 8)


class Score(NamedTuple):
    """Errors of a forecast, in the unit of the data; MAPE in per cent.

    MAPE is None if a value is zero or negative, where a percentage says nothing.
    """

    mae: float
    rmse: float
    mape: float | None

    @classmethod
    def of(cls, actual: pd.Series, forecast: pd.Series) -> "Score":
        """Score a forecast of the same hours."""
        error = (forecast - actual).to_numpy()
        mape = float(np.mean(np.abs(error / actual.to_numpy()))) * 100 if actual.min() > 0 else None
        return cls(float(np.mean(np.abs(error))), float(np.sqrt(np.mean(error**2))), mape)

    @classmethod
    def mean(cls, scores: Sequence["Score"]) -> "Score":
        """Average scores, such as those of several seeds."""
        mape = None if scores[0].mape is None else fmean(score.mape or 0.0 for score in scores)
        return cls(fmean(score.mae for score in scores), fmean(score.rmse for score in scores), mape)


@dataclass(frozen=True)
class Validation:
    """The outcome of the quick validation: fit on the first 80 %, tested on the rest.

    :param threshold: of atypical days, chosen within the first 80 %.
    :param scores: by model; the forest's is the mean over ``SEEDS``.
    :param actual: the test hours.
    :param forecast: of the same hours, by the forest of the first seed.
    """

    threshold: int
    scores: dict[str, Score]
    actual: pd.Series
    forecast: pd.Series

    @property
    def beats_baselines(self) -> bool:
        """Whether the forest's MAE is below every baseline's."""
        return all(self.scores[FOREST].mae < self.scores[baseline].mae for baseline in BASELINES)

    def table(self, unit: str) -> str:
        """Lay out the scores for a terminal."""
        lines = [f"{'last 20 %':24}{'MAE ' + unit:>10}{'RMSE ' + unit:>10}{'MAPE %':>10}"]
        for name, score in self.scores.items():
            mape = "-" if score.mape is None else f"{score.mape:.2f}"
            lines.append(f"{name:24}{score.mae:10.1f}{score.rmse:10.1f}{mape:>10}")
        if self.scores[FOREST].mape is None:
            lines.append("No MAPE: the load is zero or negative in places, where a percentage says nothing.")
        return "\n".join(lines)

    def figures(self) -> dict[str, Any]:
        """Give the outcome as JSON; rounded, so that it does not depend on the order of additions."""
        return {
            "protocol": f"fit on the first {TRAINING_SHARE:.0%} of the hours, tested on the rest",
            "first_test_event_start": self.actual.index[0].isoformat(),
            "test_hours": len(self.actual),
            "seeds": list(SEEDS),
            "atypical_day_threshold": self.threshold,
            "scores": {
                name: {metric: round(value, 2) for metric, value in score._asdict().items() if value is not None}
                for name, score in self.scores.items()
            },
        }


def validate(power: pd.Series, clock: SiteClock) -> Validation:
    """Fit on the first 80 % in time order, and test on the rest.

    :param power: indexed by ``event_start``.
    """
    train, test = split_in_time(power)
    threshold = choose_threshold(train, clock)
    forecasts = [
        predict_forest(fit_forest(train, clock, threshold=threshold, seed=seed), test.index, clock) for seed in SEEDS
    ]
    scores = {FOREST: Score.mean([Score.of(test, forecast) for forecast in forecasts])}
    for name, baseline in BASELINES.items():
        scores[name] = Score.of(test, baseline(train, test.index))
    return Validation(threshold, scores, test, forecasts[0])


def choose_threshold(train: pd.Series, clock: SiteClock) -> int:
    """Choose the threshold of atypical days by cross-validation on whole days of the training part.

    Atypical days are left out of the fit alone: they count in the score like all others.
    """

    def cross_validated_mae(threshold: int) -> float:
        forecasts = []
        for fit, held_out in folds_of_days(train):
            forest = fit_forest(fit, clock, threshold=threshold, seed=SEEDS[0])
            forecasts.append(predict_forest(forest, held_out.index, clock))
        return Score.of(train, pd.concat(forecasts).sort_index()).mae

    return min(THRESHOLDS, key=cross_validated_mae)
