"""How far the model is off on days that it has not seen: the residual quantiles that make a band of a forecast."""

from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from forecast_core.calendar import EVENT_RESOLUTION
from forecast_core.contract import schema

from .forest import fit_forest, predict_forest
from .site import SiteClock
from .splits import folds_of_days, split_in_time

QUANTILES: list[float] = schema("forecast-request")["properties"]["quantile"]["enum"]
_BAND = (str(QUANTILES[0]), str(QUANTILES[-1]))


def held_out_residuals(power: pd.Series, clock: SiteClock, *, threshold: int, seed: int) -> pd.Series:
    """Measure actual minus forecast of every hour, by models that have seen nothing of its day.

    :param power: indexed by ``event_start``.
    :param threshold: of atypical days, which are left out of each fit and forecast like all others.
    """
    residuals = []
    for fit, held_out in folds_of_days(power):
        forest = fit_forest(fit, clock, threshold=threshold, seed=seed)
        residuals.append(held_out - predict_forest(forest, held_out.index, clock))
    return pd.concat(residuals).sort_index()


def residual_quantiles(residuals: pd.Series) -> dict[str, list[float]]:
    """Take the quantiles of residuals at each hour of the day.

    :returns: for each quantile of the schema, 24 residuals by the label's hour, rounded to three decimals.
    """
    by_hour = residuals.groupby(_label_hour(residuals.index))
    return {str(quantile): by_hour.quantile(quantile).round(3).to_list() for quantile in QUANTILES}


class Coverage(NamedTuple):
    """How a band from the lowest to the highest quantile held on hours that had no part in making it.

    :param share: of the hours that lie within the band.
    :param by_hour: the same for each hour of the day, by the label's hour.
    :param mean_width: in the unit of the data.
    """

    share: float
    by_hour: list[float]
    mean_width: float

    @classmethod
    def of(cls, residuals: pd.Series, quantiles: dict[str, list[float]]) -> "Coverage":
        """Hold residuals against the quantiles of others."""
        hour = _label_hour(residuals.index)
        low, high = (np.array(quantiles[edge])[hour] for edge in _BAND)
        inside = (residuals >= low) & (residuals <= high)
        return cls(float(inside.mean()), inside.groupby(hour).mean().to_list(), float(np.mean(high - low)))


@dataclass(frozen=True)
class Band:
    """The residual quantiles that the model card carries, and how they held.

    :param quantiles: from cross-validation over the whole series; see ``residual_quantiles``.
    :param nested: coverage of each fold of days, by a band from cross-validation within the other folds.
    :param future: coverage of the last 20 %, with everything learnt from the first 80 %.
    """

    quantiles: dict[str, list[float]]
    nested: list[Coverage]
    future: Coverage

    @property
    def nested_share(self) -> float:
        """The share of all hours that the nested bands hold."""
        return fmean(fold.share for fold in self.nested)

    def figures(self) -> dict[str, Any]:
        """Give the coverage as JSON, rounded like all figures."""
        return {
            "quantiles": [QUANTILES[0], QUANTILES[-1]],
            "nested_cross_validation": {
                "share": round(self.nested_share, 3),
                "share_by_fold": [round(fold.share, 3) for fold in self.nested],
                "mean_width": round(fmean(fold.mean_width for fold in self.nested), 1),
            },
            "last_20_percent": {
                "share": round(self.future.share, 3),
                "share_by_hour_of_day": [round(share, 3) for share in self.future.by_hour],
                "mean_width": round(self.future.mean_width, 1),
            },
        }


def measure_band(power: pd.Series, clock: SiteClock, *, threshold: int, seed: int) -> Band:
    """Make the band of the whole series, and test how such a band holds."""

    def coverage(fit: pd.Series, held_out: pd.Series) -> Coverage:
        quantiles = residual_quantiles(held_out_residuals(fit, clock, threshold=threshold, seed=seed))
        forest = fit_forest(fit, clock, threshold=threshold, seed=seed)
        return Coverage.of(held_out - predict_forest(forest, held_out.index, clock), quantiles)

    return Band(
        quantiles=residual_quantiles(held_out_residuals(power, clock, threshold=threshold, seed=seed)),
        nested=[coverage(fit, held_out) for fit, held_out in folds_of_days(power)],
        future=coverage(*split_in_time(power)),
    )


def _label_hour(event_starts: pd.DatetimeIndex) -> Any:
    return (event_starts + EVENT_RESOLUTION).hour.to_numpy()
