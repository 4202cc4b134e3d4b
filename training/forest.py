"""The model: a random forest on the encoded occupants' hours."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from forecast_core.calendar import SiteCalendar
from forecast_core.encoding import FEATURES

from .atypical_days import atypical_days
from .encoded_hours import DAY, POWER

HYPERPARAMETERS: dict[str, Any] = {"n_estimators": 30, "max_leaf_nodes": 500, "max_features": 4}
"""Compared in docs/validation/settings.md; docs/decisions.md says why four features a split and not three."""


@dataclass(frozen=True)
class Treatment:
    """What the forest is told of unusual days.

    :param holidays: which of them: none, as they fall, or as observed.
    :param calendar: of the site, with these holidays.
    :param leave_out_atypical_days: whether the fit leaves out days unlike their neighbours.
    """

    holidays: str
    calendar: SiteCalendar
    leave_out_atypical_days: bool

    @property
    def atypical_days(self) -> str:
        """What becomes of atypical days, in a word or two."""
        return "left out" if self.leave_out_atypical_days else "fitted"


def fit_forest(hours: pd.DataFrame, treatment: Treatment, *, seed: int) -> RandomForestRegressor:
    """Fit the forest; the same seed gives the same one, whatever the number of cores.

    :param hours: as ``encode_hours`` makes them, with the treatment's calendar.
    """
    fitted = hours[~hours[DAY].isin(atypical_days(hours))] if treatment.leave_out_atypical_days else hours
    forest = RandomForestRegressor(**HYPERPARAMETERS, random_state=seed, n_jobs=-1)
    forest.fit(fitted[list(FEATURES)].to_numpy(), fitted[POWER].to_numpy())
    # A parallel predict adds the trees' answers in changing order, and so changes their last digit.
    forest.set_params(n_jobs=1)
    return forest


def predict_forest(forest: RandomForestRegressor, hours: pd.DataFrame) -> pd.Series:
    """Predict hours; in the unit of the training data."""
    return pd.Series(forest.predict(hours[list(FEATURES)].to_numpy()), index=hours.index)
