"""How good a forecast is on hours that it has not seen: how a series is split, errors, and the baselines to beat."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10
from statistics import fmean
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold

from .forest import RECENT_WEEKS, Settings, fit_forest, predict_forest
from .instants import HOURS_OF_SHORTEST_DAY
from .load_profile import DAY, POWER

TRAINING_SHARE = 0.8
FOLDS = 5
ORIGINS, DAYS_AHEAD, FEWEST_DAYS_BEFORE = 4, 60, 91  # a forecast from an earlier date needs a quarter of a year before

SEEDS = (0, 1, 2, 3, 4)
FOREST = "forest"
BASELINES = {"mean of hour x weekday": None, "mean of the last 8 weeks": RECENT_WEEKS}
"""What the model has to beat, and the weeks of which each takes the mean; None for all."""

Hours = TypeVar("Hours", pd.Series, pd.DataFrame)  # indexed by event_start


def split_in_time(hours: Hours) -> tuple[Hours, Hours]:
    """Split into the first 80 % of the hours and the rest."""
    n_train = int(len(hours) * TRAINING_SHARE)
    return hours.iloc[:n_train], hours.iloc[n_train:]


def last_four_years(hours: Hours) -> Hours:
    """Keep as many of the last hours as four years have: enough for cross-validation, which takes most of the time."""
    return hours.iloc[-4 * 365 * 24 :]


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


def contiguous_fifths(hours: Hours) -> Iterator[tuple[Hours, Hours]]:
    """Hold out each fifth of the time: a season that the model has not seen."""
    for fit, held_out in KFold(FOLDS).split(hours):
        yield hours.iloc[fit], hours.iloc[held_out]


def months_ahead(hours: Hours) -> Iterator[tuple[Hours, Hours]]:
    """Hold out the sixty days after each of four dates, and fit on the hours before: a forecast as it is used."""
    end = hours.index[-1] + pd.Timedelta(hours=1)
    for number in range(1, ORIGINS + 1):
        origin = end - number * pd.Timedelta(days=DAYS_AHEAD)
        if origin - hours.index[0] >= pd.Timedelta(days=FEWEST_DAYS_BEFORE):
            is_ahead = (hours.index >= origin) & (hours.index < origin + pd.Timedelta(days=DAYS_AHEAD))
            if is_ahead.any():  # the meter may have been out of order
                yield hours[hours.index < origin], hours[is_ahead]


class Score(NamedTuple):
    """Errors of a forecast, in the unit of the data; MAPE in per cent, or None if a value is zero or negative.

    :param peak_mae: of the highest hour of each day.
    """

    mae: float
    rmse: float
    mape: float | None
    peak_mae: float

    @classmethod
    def of(cls, hours: pd.DataFrame, forecast: pd.Series) -> "Score":
        """Score a forecast of hours that have ``power`` and ``day``."""
        actual = hours[POWER]
        error = (forecast - actual).to_numpy()
        mape = float(np.mean(np.abs(error / actual.to_numpy()))) * 100 if actual.min() > 0 else None
        peaks = daily_peaks(hours, actual) - daily_peaks(hours, forecast)
        return cls(float(np.mean(np.abs(error))), float(np.sqrt(np.mean(error**2))), mape, float(peaks.abs().mean()))

    @classmethod
    def mean(cls, scores: Sequence["Score"]) -> "Score":
        """Average scores, such as those of several seeds."""
        maes, rmses, mapes, peak_maes = zip(*scores, strict=True)
        return cls(fmean(maes), fmean(rmses), None if None in mapes else fmean(mapes), fmean(peak_maes))


def daily_peaks(hours: pd.DataFrame, power: pd.Series) -> pd.Series:
    """Find the highest hour of each whole day; of each day, if none is whole."""
    by_day = power.groupby(hours[DAY])
    is_whole = by_day.size() >= HOURS_OF_SHORTEST_DAY
    return by_day.max()[is_whole | (not is_whole.any())]


def mean_absolute_error(hours: pd.DataFrame, forecast: pd.Series) -> float:
    """Average the size of the error, in the unit of the data."""
    return float((forecast - hours[POWER]).abs().mean())


def significant(value: float, digits: int = 4) -> float:
    """Round to significant digits, as figures are stored.

    >>> significant(1234.567), significant(0.001234567)
    (1235.0, 0.001235)
    """
    return float(f"{value:.{digits}g}")


def formatted(value: float) -> str:
    """Write a figure for people: one decimal, or three significant digits if that is more.

    >>> formatted(1234.567), formatted(18.16), formatted(0.001234567), formatted(0.0), formatted(1.2e-9)
    ('1234.6', '18.2', '0.00123', '0.0', '1.2e-09')
    """
    if value and not 1e-5 <= abs(value) < 1e7:
        return f"{value:.3g}"
    decimals = max(1, 2 - floor(log10(abs(value)))) if value else 1
    return f"{value:.{decimals}f}"


def baseline(weeks: int | None, train: pd.DataFrame, wanted: pd.DataFrame) -> pd.Series:
    """Forecast the mean of the training hours with the same hour and weekday; the calendar is the model's.

    :param weeks: use the last weeks of the training hours only; None for all.
    """
    used = train if weeks is None else train[train.index > train.index[-1] - pd.Timedelta(weeks=weeks)]
    fields = ["day_of_week", "hour_of_day"]
    means = used.groupby(fields)[POWER].mean()
    found = means.reindex(pd.MultiIndex.from_frame(wanted[fields])).fillna(used[POWER].mean())
    return pd.Series(found.to_numpy(), index=wanted.index)


@dataclass(frozen=True)
class Validation:
    """The outcome of the last test: fit on the first 80 %, tested on the rest.

    :param scores: by model; the forest's is the mean over ``SEEDS``, and ``forecast`` is of the first seed.
    """

    scores: dict[str, Score]
    actual: pd.Series
    forecast: pd.Series

    def table(self, unit: str) -> str:
        """Lay out the scores for a terminal."""
        heads = f"{'MAE ' + unit:>12}{'RMSE ' + unit:>12}{'MAPE %':>10}{'daily peak, MAE':>17}"
        lines = [f"{'last 20 %':32}{heads}"]
        for name, score in self.scores.items():
            mape = "-" if score.mape is None else f"{score.mape:.2f}"
            errors = f"{formatted(score.mae):>12}{formatted(score.rmse):>12}{mape:>10}{formatted(score.peak_mae):>17}"
            lines.append(f"{name:32}{errors}")
        if self.scores[FOREST].mape is None:
            lines.append("No MAPE: the load is zero or negative in places, where a percentage has no meaning.")
        return "\n".join(lines)

    def figures(self) -> dict[str, Any]:
        """Return the outcome as JSON; rounded, so that it does not depend on the order of additions."""
        return {
            "protocol": f"fit on the first {TRAINING_SHARE:.0%} of the hours, tested on the rest",
            "first_test_event_start": self.actual.index[0].isoformat(),
            "test_hours": len(self.actual),
            "seeds": list(SEEDS),
            "scores": [
                {"name": name}
                | {metric: significant(value) for metric, value in score._asdict().items() if value is not None}
                for name, score in self.scores.items()
            ],
        }


def validate(hours: pd.DataFrame, settings: Settings) -> Validation:
    """Fit on the first 80 % in time order, and test on the rest.

    :param hours: from ``make_features`` with the calendar of the settings.
    """
    train, test = split_in_time(hours)
    forecasts = [predict_forest(fit_forest(train, settings, seed=seed), test) for seed in SEEDS]
    scores = {FOREST: Score.mean([Score.of(test, forecast) for forecast in forecasts])}
    for name, weeks in BASELINES.items():
        scores[name] = Score.of(test, baseline(weeks, train, test))
    return Validation(scores, test[POWER], forecasts[0])
