"""Compare settings of the model within the first 80 % of the hours, so that they may be chosen by it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from statistics import fmean
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import KFold

from benchmarks.accuracy.protocols import Fold, fortnights, run
from forecast_core.features import FEATURES
from training.forest import HYPERPARAMETERS, Settings, outlier_days
from training.load_profile import DAY, POWER, make_features
from training.validation import FOLDS, folds_of_days, folds_of_weeks

SEEDS = (0, 1, 2)
FORTNIGHTS = 4
_HOLIDAY = "holiday"


class Setting(NamedTuple):
    """What differs from the published model.

    :param hyperparameters: in place of the published ones of the same name.
    :param time_zone: of the clock that the calendar features use.
    :param holidays: how holidays count: as a weekday, as a seventh feature, or not.
    """

    name: str
    hyperparameters: Mapping[str, Any] = {}
    time_zone: str | None = None
    holidays: str = "weekday"
    leave_out_outlier_days: bool = False


SETTINGS = (
    Setting("as published"),
    Setting("standard time all year", time_zone="Etc/GMT+8"),
    Setting("no holidays", holidays="none"),
    Setting("holidays as a flag, a seventh feature", holidays="flag"),
    Setting("outlier days left out of the fit", leave_out_outlier_days=True),
    Setting("two features a split", {"max_features": 2}),
    Setting("three features a split", {"max_features": 3}),
    Setting("five features a split", {"max_features": 5}),
    Setting("all six features a split", {"max_features": 6}),
    Setting("40 trees of 400 leaves", {"n_estimators": 40, "max_leaf_nodes": 400}),
    Setting("60 trees of 270 leaves", {"n_estimators": 60, "max_leaf_nodes": 270}),
    Setting("100 trees of 160 leaves", {"n_estimators": 100, "max_leaf_nodes": 160}),
    Setting("100 trees without a limit", {"n_estimators": 100, "max_leaf_nodes": None}),
    Setting("at least two rows a leaf", {"min_samples_leaf": 2}),
    Setting("half the rows a tree", {"max_samples": 0.5}),
)


def settings_table(train: pd.Series, settings: Settings) -> Iterator[list[str]]:
    """Measure all settings on the training part alone, one row after the other; the first row is the head."""
    yield ["setting", "days", "weeks", f"last {FORTNIGHTS} fortnights", "contiguous fifths", "mean"]
    for setting in SETTINGS:
        zone = settings.calendar.time_zone if setting.time_zone is None else ZoneInfo(setting.time_zone)
        holidays = settings.calendar.holidays if setting.holidays == "weekday" else frozenset()
        hours = make_features(
            train,
            replace(
                settings.calendar, timestamps=replace(settings.calendar.timestamps, time_zone=zone), holidays=holidays
            ),
        )
        hours[_HOLIDAY] = [day.date() in settings.calendar.holidays for day in hours[DAY]]
        fifths = [(hours.drop(hours.index[test]), hours.iloc[test]) for _, test in KFold(FOLDS).split(hours)]
        protocols = [list(folds_of_days(hours)), list(folds_of_weeks(hours)), fortnights(hours, FORTNIGHTS), fifths]
        errors = [_mean_absolute_error(folds, setting) for folds in protocols]
        yield [setting.name, *(f"{error:.1f}" for error in [*errors, fmean(errors)])]


def _mean_absolute_error(folds: list[Fold], setting: Setting) -> float:
    """Give the MAE over all held-out hours, the mean over the seeds; in the load's unit."""
    columns = [*FEATURES, *([_HOLIDAY] if setting.holidays == "flag" else [])]

    def forecast(fit: pd.DataFrame, held_out: pd.DataFrame, seed: int) -> pd.Series:
        fitted = fit[~fit[DAY].isin(outlier_days(fit))] if setting.leave_out_outlier_days else fit
        forest = RandomForestRegressor(**{**HYPERPARAMETERS, **setting.hyperparameters}, random_state=seed, n_jobs=-1)
        forest.fit(fitted[columns].to_numpy(np.float32), fitted[POWER].to_numpy())
        return pd.Series(forest.predict(held_out[columns].to_numpy(np.float32)), index=held_out.index)

    return run([partial(forecast, seed=seed) for seed in SEEDS], folds).score.mae
