"""The prediction interval: quantiles of the model's residuals in weeks that it has not seen, and how they hold."""

from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from forecast_core.contract import schema

from .forest import Settings, fit_forest, predict_forest
from .load_profile import POWER
from .validation import folds_of_weeks, significant, split_in_time

QUANTILES: list[float] = schema("forecast-request")["properties"]["quantile"]["enum"]
RESIDUAL = "residual"
Quantiles = dict[str, list[float]]  # for each of QUANTILES, the residual at each hour of the local clock


def residuals_of(fit: pd.DataFrame, held_out: pd.DataFrame, settings: Settings, *, seed: int) -> pd.DataFrame:
    """Add the column ``residual`` to held-out hours: actual minus forecast, by a model fitted on other hours."""
    forest = fit_forest(fit, settings, seed=seed)
    return held_out.assign(residual=held_out[POWER] - predict_forest(forest, held_out))


def held_out_residuals(hours: pd.DataFrame, settings: Settings, *, seed: int) -> pd.DataFrame:
    """Compute the residual of every hour, by a model that has not seen its week."""
    folds = [residuals_of(fit, held_out, settings, seed=seed) for fit, held_out in folds_of_weeks(hours)]
    return pd.concat(folds).sort_index()


def residual_quantiles(residuals: pd.DataFrame) -> Quantiles:
    """Take quantiles, rounded to six significant digits, so that they do not depend on the order of additions."""
    by_hour = residuals.groupby("hour_of_day")[RESIDUAL]
    return {str(share): [significant(value, 6) for value in by_hour.quantile(share)] for share in QUANTILES}


class Coverage(NamedTuple):
    """How an interval held on hours that had no part in making it: the share within it, in all and by local hour."""

    share: float
    by_hour: list[float]
    mean_width: float

    @classmethod
    def of(cls, residuals: pd.DataFrame, quantiles: Quantiles) -> "Coverage":
        """Compare residuals with the quantiles of others."""
        hour, residual = residuals["hour_of_day"], residuals[RESIDUAL]
        low, high = (np.array(quantiles[str(edge)])[hour] for edge in (QUANTILES[0], QUANTILES[-1]))
        inside = (residual >= low) & (residual <= high)
        return cls(float(inside.mean()), inside.groupby(hour).mean().to_list(), float(np.mean(high - low)))


@dataclass(frozen=True)
class PredictionInterval:
    """The residual quantiles of the model card, and how they held.

    :param quantiles: from cross-validation over the whole series.
    :param nested: coverage of each fold of weeks, by quantiles from cross-validation within the other folds.
    :param future: coverage of the last 20 %, with everything learnt from the first 80 %.
    """

    quantiles: Quantiles
    nested: list[Coverage]
    future: Coverage

    @property
    def nested_share(self) -> float:
        """The share of all hours within the nested intervals."""
        return fmean(fold.share for fold in self.nested)

    def figures(self) -> dict[str, Any]:
        """Return the coverage as JSON."""
        return {
            "quantiles": [QUANTILES[0], QUANTILES[-1]],
            "nested_cross_validation": {
                "share": round(self.nested_share, 3),
                "share_by_fold": [round(fold.share, 3) for fold in self.nested],
                "mean_width": significant(fmean(fold.mean_width for fold in self.nested)),
            },
            "last_20_percent": {
                "share": round(self.future.share, 3),
                "share_by_hour_of_day": [round(share, 3) for share in self.future.by_hour],
                "mean_width": significant(self.future.mean_width),
            },
        }


def measure_interval(hours: pd.DataFrame, settings: Settings, *, seed: int) -> PredictionInterval:
    """Make the quantiles of the whole series, and test how such quantiles hold."""

    def quantiles(part: pd.DataFrame) -> Quantiles:
        return residual_quantiles(held_out_residuals(part, settings, seed=seed))

    def coverage(fit: pd.DataFrame, held_out: pd.DataFrame) -> Coverage:
        return Coverage.of(residuals_of(fit, held_out, settings, seed=seed), quantiles(fit))

    return PredictionInterval(
        quantiles=quantiles(hours),
        nested=[coverage(fit, held_out) for fit, held_out in folds_of_weeks(hours)],
        future=coverage(*split_in_time(hours)),
    )
