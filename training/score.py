"""How far a forecast is off."""

from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

import numpy as np
import pandas as pd


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
