"""The model: a random forest on the encoded occupants' hours."""

from typing import Any

import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from forecast_core.encoding import FEATURES

from .atypical_days import atypical_days, without_days
from .encoded_hours import POWER
from .treatment import Treatment

HYPERPARAMETERS: dict[str, Any] = {
    "n_estimators": 30,
    "max_leaf_nodes": 500,
    "max_features": 4,
}
"""Chosen by cross-validation within the first 80 % of the data; docs/validation/settings.md has the figures."""


def fit_forest(hours: pd.DataFrame, treatment: Treatment, *, seed: int) -> RandomForestRegressor:
    """Fit the forest.

    :param hours: as ``encode_hours`` makes them.
    :param treatment: whose calendar the hours were encoded with; whether atypical days are left out.
    :param seed: the same seed gives the same forest, whatever the number of cores.
    """
    fitted = without_days(hours, atypical_days(hours)) if treatment.leave_out_atypical_days else hours
    forest = RandomForestRegressor(**HYPERPARAMETERS, random_state=seed, n_jobs=-1)
    forest.fit(fitted[list(FEATURES)].to_numpy(), fitted[POWER].to_numpy())
    # A parallel predict adds the trees' answers in changing order, and so changes their last digit.
    forest.set_params(n_jobs=1)
    return forest


def predict_forest(forest: RandomForestRegressor, hours: pd.DataFrame) -> pd.Series:
    """Predict hours; in the unit of the training data."""
    return pd.Series(forest.predict(hours[list(FEATURES)].to_numpy()), index=hours.index)
