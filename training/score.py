"""How far a forecast is off, in figures of as many digits as they deserve."""

from collections.abc import Sequence
from math import floor, log10
from statistics import fmean
from typing import NamedTuple

import numpy as np
import pandas as pd


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
