"""The model: a random forest on the encoded calendar."""

from typing import Any

import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from .atypical_days import atypical_days, without_days
from .load_profile import feature_matrix
from .site import SiteClock

HYPERPARAMETERS: dict[str, Any] = {
    "n_estimators": 30,
    "max_leaf_nodes": 500,
    "max_features": 3,
}
"""Chosen by cross-validation within the first 80 % of the data; docs/decisions.md has the figures."""


def fit_forest(power: pd.Series, clock: SiteClock, *, threshold: float, seed: int) -> RandomForestRegressor:
    """Fit the forest, leaving atypical days out of the fit.

    :param power: indexed by ``event_start``.
    :param threshold: which days are atypical; see ``atypical_days``.
    :param seed: the same seed gives the same forest, whatever the number of cores.
    """
    typical = without_days(power, atypical_days(power, threshold))
    forest = RandomForestRegressor(**HYPERPARAMETERS, random_state=seed, n_jobs=-1)
    forest.fit(feature_matrix(typical.index, clock), typical.to_numpy())
    # A parallel predict adds the trees' answers in changing order, and so changes their last digit.
    forest.set_params(n_jobs=1)
    return forest


def predict_forest(forest: RandomForestRegressor, event_starts: pd.DatetimeIndex, clock: SiteClock) -> pd.Series:
    """Predict hours; in the unit of the training data."""
    return pd.Series(forest.predict(feature_matrix(event_starts, clock)), index=event_starts)
