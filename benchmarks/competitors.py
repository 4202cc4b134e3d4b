"""What people usually forecast a load with, and this project's model in the same form."""

from functools import partial

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from benchmarks.method import Method
from forecast_core.calendar import EVENT_RESOLUTION
from training.baselines import hour_and_weekday_mean, last_week_repeated
from training.forest import fit_forest, predict_forest
from training.load_profile import feature_matrix
from training.site import SiteClock
from training.validation import SEEDS

OURS = "this project's forest"
_FULL_TREES = 100


def all_methods(power: pd.Series, clock: SiteClock, threshold: float) -> list[Method]:
    """List this project's model and those that it is compared with.

    :param power: the whole series; only the method that says so looks at it.
    :param threshold: of atypical days, for this project's model.
    """
    ours = tuple(partial(_ours, clock=clock, threshold=threshold, seed=seed) for seed in SEEDS)
    standard_time = clock._replace(daylight_saving=None)
    encoded = tuple(partial(_encoded_forest, clock=standard_time, seed=seed) for seed in SEEDS)
    integers = tuple(partial(_integer_forest, seed=seed) for seed in SEEDS)
    return [
        Method(OURS, ours),
        Method("forest, 100 full trees, sine/cosine only", encoded),
        Method("forest, 100 full trees, integer features", integers),
        Method("LightGBM, 300 trees, integer features", (_lightgbm,), library="lightgbm"),
        Method("XGBoost, 1000 trees, as in the Kaggle tutorial", (_xgboost,), library="xgboost"),
        Method("Prophet, defaults", (_prophet,), library="prophet", needs_contiguous_past=True),
        Method("MSTL (24, 168), AutoETS trend", (_mstl,), library="statsforecast", needs_contiguous_past=True),
        Method("mean of hour x weekday", (hour_and_weekday_mean,)),
        Method("repeat the last training week", (last_week_repeated,), needs_contiguous_past=True),
        Method("overall mean", (_overall_mean,)),
        Method(
            "same hour a week ago (knows the test weeks' own past)",
            (partial(_week_ago, power=power),),
            knows_test_past=True,
        ),
    ]


def _ours(
    train: pd.Series, event_starts: pd.DatetimeIndex, *, clock: SiteClock, threshold: float, seed: int
) -> pd.Series:
    """Forecast with the model that train.py builds."""
    return predict_forest(fit_forest(train, clock, threshold=threshold, seed=seed), event_starts, clock)


def _encoded_forest(train: pd.Series, event_starts: pd.DatetimeIndex, *, clock: SiteClock, seed: int) -> pd.Series:
    """Forecast with scikit-learn's default forest on the encoded hours of all days."""
    forest = RandomForestRegressor(n_estimators=_FULL_TREES, random_state=seed, n_jobs=1)
    forest.fit(feature_matrix(train.index, clock), train.to_numpy())
    return predict_forest(forest, event_starts, clock)


def _integer_forest(train: pd.Series, event_starts: pd.DatetimeIndex, *, seed: int) -> pd.Series:
    """Forecast with scikit-learn's default forest on hour, weekday and day of the year."""
    forest = RandomForestRegressor(n_estimators=_FULL_TREES, random_state=seed, n_jobs=1)
    forest.fit(_integers(train.index), train.to_numpy())
    return _series(forest.predict(_integers(event_starts)), event_starts)


def _lightgbm(train: pd.Series, event_starts: pd.DatetimeIndex) -> pd.Series:
    """Forecast with LightGBM on hour, weekday and day of the year."""
    from lightgbm import LGBMRegressor

    trees = LGBMRegressor(n_estimators=300, random_state=SEEDS[0], deterministic=True, n_jobs=1, verbose=-1)
    trees.fit(_integers(train.index), train.to_numpy())
    return _series(trees.predict(_integers(event_starts)), event_starts)


def _xgboost(train: pd.Series, event_starts: pd.DatetimeIndex) -> pd.Series:
    """Forecast with the features and trees of robikscube's tutorial on Kaggle.

    All trees are kept: the tutorial stops early by looking at the test hours.
    """
    from xgboost import XGBRegressor

    trees = XGBRegressor(n_estimators=1000, max_depth=3, learning_rate=0.01, random_state=SEEDS[0], n_jobs=1)
    trees.fit(_tutorial_features(train.index), train.to_numpy())
    return _series(trees.predict(_tutorial_features(event_starts)), event_starts)


def _prophet(train: pd.Series, event_starts: pd.DatetimeIndex) -> pd.Series:
    """Forecast with Prophet as it comes."""
    from prophet import Prophet

    model = Prophet()
    model.fit(pd.DataFrame({"ds": _labels(train.index), "y": train.to_numpy()}), seed=SEEDS[0])
    forecast = model.predict(pd.DataFrame({"ds": _labels(event_starts)}))
    return _series(forecast["yhat"], event_starts)


def _mstl(train: pd.Series, event_starts: pd.DatetimeIndex) -> pd.Series:
    """Forecast with a decomposition into day, week and trend; the trend goes on by AutoETS, the library's default."""
    from statsforecast.models import MSTL

    # It counts hours, so it needs every one of them.
    gapless = train.asfreq(EVENT_RESOLUTION).interpolate()
    to_forecast = pd.date_range(gapless.index[-1] + EVENT_RESOLUTION, event_starts[-1], freq=EVENT_RESOLUTION)
    forecast = MSTL(season_length=[24, 7 * 24]).forecast(y=gapless.to_numpy(), h=len(to_forecast))
    return _series(forecast["mean"], to_forecast).reindex(event_starts)


def _overall_mean(train: pd.Series, event_starts: pd.DatetimeIndex) -> pd.Series:
    """Forecast one number for all hours."""
    return _series(np.full(len(event_starts), train.mean()), event_starts)


def _week_ago(train: pd.Series, event_starts: pd.DatetimeIndex, *, power: pd.Series) -> pd.Series:
    """Forecast what was measured a week before each hour, be it among the test hours."""
    values = power.reindex(event_starts - pd.Timedelta(weeks=1)).fillna(train.mean())
    return _series(values, event_starts)


def _integers(event_starts: pd.DatetimeIndex) -> np.ndarray:
    """Count hour, weekday and day of the year, as most people encode a calendar; shape (n_hours, 3)."""
    labels = _labels(event_starts)
    return np.column_stack([labels.hour, labels.day_of_week, labels.day_of_year])


def _tutorial_features(event_starts: pd.DatetimeIndex) -> np.ndarray:
    """Count what the tutorial counts; shape (n_hours, 7)."""
    labels = _labels(event_starts)
    return np.column_stack([_integers(event_starts), labels.quarter, labels.month, labels.year, labels.day])


def _labels(event_starts: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Date the hours as the file does, which is how it is usually read (and serves these methods a little better)."""
    return event_starts.tz_localize(None) + EVENT_RESOLUTION


def _series(values: np.ndarray | pd.Series, event_starts: pd.DatetimeIndex) -> pd.Series:
    return pd.Series(np.asarray(values), index=event_starts)
