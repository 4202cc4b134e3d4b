"""How good the model is on hours that it has not seen, beside baselines that need no model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10
from statistics import fmean
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold

from .forest import Settings, fit_forest, predict_forest
from .load_profile import POWER

TRAINING_SHARE = 0.8
FOLDS = 5

Hours = TypeVar("Hours", pd.Series, pd.DataFrame)  # indexed by event_start

SEEDS = (0, 1, 2, 3, 4)
FOREST = "forest"

BASELINES = {"mean of hour x weekday": "mean", "repeat the last week": "last"}
"""What the model has to beat: the mean or the last of the training hours with the same hour and weekday."""


def split_in_time(hours: Hours) -> tuple[Hours, Hours]:
    """Split into the first 80 % of the hours and the rest."""
    n_train = int(len(hours) * TRAINING_SHARE)
    return hours.iloc[:n_train], hours.iloc[n_train:]


def recent(hours: Hours) -> Hours:
    """Keep the last four years: enough for cross-validation, which takes most of the time."""
    return hours[hours.index > hours.index[-1] - pd.Timedelta(days=4 * 365)]


def folds_of_weeks(hours: Hours) -> Iterator[tuple[Hours, Hours]]:
    """Split by whole weeks, because neighbouring days share their weather."""
    return folds_of_days(hours, days_in_block=7)


def folds_of_days(hours: Hours, days_in_block: int = 1) -> Iterator[tuple[Hours, Hours]]:
    """Split into a part to fit and a part that is held out, five times, by whole blocks of days."""
    day = (hours.index.normalize() - hours.index[0].normalize()) // pd.Timedelta(days=1)
    block = (day // days_in_block).to_numpy()
    blocks = np.unique(block)
    for _, held_out in KFold(FOLDS, shuffle=True, random_state=0).split(blocks):
        is_held_out = np.isin(block, blocks[held_out])
        yield hours[~is_held_out], hours[is_held_out]


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


def formatted(value: float) -> str:
    """Write a figure for people: one decimal, or three significant digits if that is more.

    >>> formatted(1234.567), formatted(18.16), formatted(0.001234567), formatted(0.0)
    ('1234.6', '18.2', '0.00123', '0.0')
    """
    if value and not 1e-5 <= abs(value) < 1e7:
        return f"{value:.3g}"
    decimals = max(1, 2 - floor(log10(abs(value)))) if value else 1
    return f"{value:.{decimals}f}"


def baseline(which: str, train: pd.Series, event_starts: pd.DatetimeIndex) -> pd.Series:
    """Forecast the ``mean`` or the ``last`` of the training hours with the same hour and weekday."""
    of_train, wanted = (starts.day_of_week * 24 + starts.hour for starts in (train.index, event_starts))
    values = train.groupby(of_train).agg(which).reindex(wanted).fillna(train.mean())
    return pd.Series(values.to_numpy(), index=event_starts)


@dataclass(frozen=True)
class Validation:
    """The outcome of the validation: fit on the first 80 %, tested on the rest.

    :param scores: by model; the forest's is the mean over ``SEEDS``, and ``forecast`` is of the first seed.
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
            lines.append(f"{name:24}{formatted(score.mae):>12}{formatted(score.rmse):>12}{mape:>10}")
        if (forest := self.scores[FOREST]).mape is None:
            lines.append("No MAPE: the load is zero or negative in places, where a percentage has no meaning.")
        better = [name for name, score in self.scores.items() if score.rmse < forest.rmse and score.mae > forest.mae]
        if better:
            lines.append(f"By RMSE, which weighs large errors more, the forest is worse than: {', '.join(better)}.")
        return "\n".join(lines)

    def figures(self) -> dict[str, Any]:
        """Return the outcome as JSON; rounded, so that it does not depend on the order of additions."""
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


def validate(hours: pd.DataFrame, settings: Settings) -> Validation:
    """Fit on the first 80 % in time order, and test on the rest.

    :param hours: from ``make_features`` with the calendar of the settings.
    """
    train, test = split_in_time(hours)
    forecasts = [predict_forest(fit_forest(train, settings, seed=seed), test) for seed in SEEDS]
    scores = {FOREST: Score.mean([Score.of(test[POWER], forecast) for forecast in forecasts])}
    for name, which in BASELINES.items():
        scores[name] = Score.of(test[POWER], baseline(which, train[POWER], test.index))
    return Validation(scores, test[POWER], forecasts[0])
