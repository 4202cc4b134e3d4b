"""How good the model is on hours that it has not seen, beside forecasts that need no model."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .encoded_hours import POWER
from .forest import Treatment, fit_forest, predict_forest
from .splits import TRAINING_SHARE, split_in_time

SEEDS = (0, 1, 2, 3, 4)
FOREST = "forest"

BASELINES = {"mean of hour x weekday": "mean", "repeat the last week": "last"}
"""What a model must beat to be worth its place: which of the hours with the same hour and weekday each repeats."""


class Score(NamedTuple):
    """Errors of a forecast, in the unit of the data; MAPE in per cent, or None if a value is zero or negative."""

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
        maes, rmses, mapes = zip(*scores, strict=True)
        return cls(fmean(maes), fmean(rmses), None if None in mapes else fmean(mapes))


def significant(value: float, digits: int = 4) -> float:
    """Round to significant digits, as figures are stored.

    >>> significant(1234.567), significant(0.001234567)
    (1235.0, 0.001235)
    """
    return float(f"{value:.{digits}g}")


def shown(value: float) -> str:
    """Write a figure for people: one decimal, or three significant digits where that is more.

    >>> shown(1234.567), shown(18.16), shown(0.001234567), shown(0.0)
    ('1234.6', '18.2', '0.00123', '0.0')
    """
    decimals = max(1, 2 - floor(log10(abs(value)))) if value else 1
    return f"{value:.{decimals}f}"


def baseline(which: str, train: pd.Series, event_starts: pd.DatetimeIndex) -> pd.Series:
    """Forecast the ``mean`` or the ``last`` of the training hours with the same hour and weekday."""
    of_train, wanted = (starts.day_of_week * 24 + starts.hour for starts in (train.index, event_starts))
    values = train.groupby(of_train).agg(which).reindex(wanted).fillna(train.mean())
    return pd.Series(values.to_numpy(), index=event_starts)


@dataclass(frozen=True)
class Validation:
    """The outcome of the quick validation: fit on the first 80 %, tested on the rest.

    :param scores: by model; the forest's is the mean over ``SEEDS``, while ``forecast`` is by the first seed's.
    """

    scores: dict[str, Score]
    actual: pd.Series
    forecast: pd.Series

    @property
    def beats_baselines(self) -> bool:
        """Whether the forest's MAE is below every baseline's."""
        return all(self.scores[FOREST].mae < self.scores[baseline].mae for baseline in BASELINES)

    def table(self, unit: str) -> str:
        """Lay out the scores for a terminal."""
        lines = [f"{'last 20 %':24}{'MAE ' + unit:>12}{'RMSE ' + unit:>12}{'MAPE %':>10}"]
        for name, score in self.scores.items():
            mape = "-" if score.mape is None else f"{score.mape:.2f}"
            lines.append(f"{name:24}{shown(score.mae):>12}{shown(score.rmse):>12}{mape:>10}")
        if (forest := self.scores[FOREST]).mape is None:
            lines.append("No MAPE: the load is zero or negative in places, where a percentage says nothing.")
        better = [name for name, score in self.scores.items() if score.rmse < forest.rmse and score.mae > forest.mae]
        if better:
            lines.append(f"By RMSE, which weighs large errors more, the forest is worse than: {', '.join(better)}.")
        return "\n".join(lines)

    def figures(self) -> dict[str, Any]:
        """Give the outcome as JSON; rounded, so that it does not depend on the order of additions."""
        return {
            "protocol": f"fit on the first {TRAINING_SHARE:.0%} of the hours, tested on the rest",
            "first_test_event_start": self.actual.index[0].isoformat(),
            "test_hours": len(self.actual),
            "seeds": list(SEEDS),
            "scores": {
                name: {metric: significant(value) for metric, value in score._asdict().items() if value is not None}
                for name, score in self.scores.items()
            },
        }


def validate(hours: pd.DataFrame, treatment: Treatment) -> Validation:
    """Fit on the first 80 % in time order, and test on the rest; hours are as ``encode_hours`` makes them."""
    train, test = split_in_time(hours)
    forecasts = [predict_forest(fit_forest(train, treatment, seed=seed), test) for seed in SEEDS]
    scores = {FOREST: Score.mean([Score.of(test[POWER], forecast) for forecast in forecasts])}
    for name, which in BASELINES.items():
        scores[name] = Score.of(test[POWER], baseline(which, train[POWER], test.index))
    return Validation(scores, test[POWER], forecasts[0])
