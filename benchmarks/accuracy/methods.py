"""What people usually forecast a load with, and this project's model, each in the same form.

Three usual libraries come twice: as they are usually run, on the file's own dates,
and given the same calendar as this project's model (local clock, public holidays, the simulated year).
"""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from benchmarks.accuracy.protocols import LAST_FIFTH, Forecast, Protocol
from forecast_core.site_calendar import CalendarFeatures
from forecast_core.timestamps import EVENT_RESOLUTION
from training.forest import Settings, fit_forest, predict_forest
from training.load_profile import POWER, LoadProfile, make_features
from training.public_holidays import PublicHolidays
from training.validation import SEEDS, baseline

OURS = "this project's forest"
TIMESTAMP = "timestamp"
LOCAL = "local"


class Method(NamedTuple):
    """A way to forecast.

    :param runs: one for each seed; the errors are averaged over them.
    :param library: the package that must be installed for it, beyond those of training.
    :param kind: ``ours``; ``usual``, as people run it; ``same calendar``, given the calendar of this project's model;
        ``ablation``, this project's features without that calendar; ``hindsight``, which looks at test hours,
        though only at those before the hour it forecasts.
    :param continues: whether it makes sense only for hours that follow those it learns from.
    """

    name: str
    runs: tuple[Forecast, ...]
    library: str | None = None
    kind: str = "usual"
    continues: bool = False

    def obstacle(self, protocol: Protocol) -> str | None:
        """Say what keeps the method from a protocol, in a few words; None if nothing does."""
        if self.library is not None and find_spec(self.library) is None:
            return "not installed"
        if self.kind == "hindsight" and protocol.name != LAST_FIFTH:
            return f"{LAST_FIFTH} only"
        if self.continues and not protocol.in_time_order:
            return "in time order only"
        return None


def hours_for_all(profile: LoadProfile, own_dates: LoadProfile, settings: Settings) -> pd.DataFrame:
    """Make the features of this project's model, and put beside them what other methods use.

    :returns: the columns of ``make_features``; ``timestamp``, as the file has it, naive;
        ``local``, the naive time on the site's clock when it starts.
    """
    hours = make_features(profile.power, settings.calendar)
    hours[TIMESTAMP] = own_dates.power.index.tz_localize(None) + EVENT_RESOLUTION
    hours[LOCAL] = profile.power.index.tz_convert(profile.calendar.time_zone).tz_localize(None)
    return hours


def all_methods(power: pd.Series, settings: Settings, public: PublicHolidays) -> list[Method]:
    """List this project's model and those that it is compared with; one of them looks at the whole series."""
    holidays = None if public.country is None else public.country.partition("-")[0]
    ours = tuple(partial(_ours, settings=settings, seed=seed) for seed in SEEDS)
    prophet_same = _once(_prophet, dates=LOCAL, holidays=holidays)
    return [
        Method(OURS, ours, kind="ours"),
        Method("forest, 100 full trees, sine/cosine of the timestamps", _forests(_encoded_timestamps), kind="ablation"),
        Method("forest, 100 full trees, integers of the timestamps", _forests(_timestamp_integers)),
        Method(
            "LightGBM, 300 trees, integers of the timestamps",
            _once(_lightgbm, features=_timestamp_integers),
            "lightgbm",
        ),
        Method("LightGBM, the same calendar", _once(_lightgbm, features=_calendar), "lightgbm", "same calendar"),
        Method("XGBoost, 1000 trees, as in the Kaggle tutorial", _once(_xgboost, features=_tutorial), "xgboost"),
        Method("XGBoost, the same calendar", _once(_xgboost, features=_calendar), "xgboost", "same calendar"),
        Method("Prophet, defaults", _once(_prophet, dates=TIMESTAMP), "prophet", continues=True),
        Method("Prophet, local time, public holidays", prophet_same, "prophet", "same calendar", continues=True),
        Method("MSTL (24, 168), AutoETS trend", (_mstl,), "statsforecast", continues=True),
        Method("mean of hour x weekday", _once(_baseline, which="mean")),
        Method("repeat the last training week", _once(_baseline, which="last"), continues=True),
        Method("overall mean", (_overall_mean,)),
        Method("same hour a week ago (knows the test weeks' past)", _once(_week_ago, power=power), None, "hindsight"),
    ]


def _once(forecast: Callable[..., pd.Series], **settings: Any) -> tuple[Forecast, ...]:
    return (partial(forecast, **settings),)


def _ours(train: pd.DataFrame, test: pd.DataFrame, *, settings: Settings, seed: int) -> pd.Series:
    return predict_forest(fit_forest(train, settings, seed=seed), test)


Features = Callable[[pd.DataFrame], np.ndarray]


def _forests(features: Features) -> tuple[Forecast, ...]:
    return tuple(partial(_forest, features=features, seed=seed) for seed in SEEDS)


def _forest(train: pd.DataFrame, test: pd.DataFrame, *, features: Features, seed: int) -> pd.Series:
    """Forecast with scikit-learn's default forest."""
    forest = RandomForestRegressor(n_estimators=100, random_state=seed, n_jobs=1)
    return _series(forest.fit(features(train), train[POWER].to_numpy()).predict(features(test)), test)


def _lightgbm(train: pd.DataFrame, test: pd.DataFrame, *, features: Features) -> pd.Series:
    from lightgbm import LGBMRegressor

    trees = LGBMRegressor(n_estimators=300, random_state=SEEDS[0], deterministic=True, n_jobs=1, verbose=-1)
    return _series(np.asarray(trees.fit(features(train), train[POWER].to_numpy()).predict(features(test))), test)


def _xgboost(train: pd.DataFrame, test: pd.DataFrame, *, features: Features) -> pd.Series:
    """Forecast with the trees of robikscube's tutorial on Kaggle.

    All of them are kept: the tutorial stops early by looking at the test hours.
    """
    from xgboost import XGBRegressor

    trees = XGBRegressor(n_estimators=1000, max_depth=3, learning_rate=0.01, random_state=SEEDS[0], n_jobs=1)
    return _series(np.asarray(trees.fit(features(train), train[POWER].to_numpy()).predict(features(test))), test)


def _prophet(train: pd.DataFrame, test: pd.DataFrame, *, dates: str, holidays: str | None = None) -> pd.Series:
    """Forecast with Prophet as it comes, on one of the columns of dates."""
    from prophet import Prophet

    model = Prophet()
    if holidays is not None:
        model.add_country_holidays(country_name=holidays)
    model.fit(pd.DataFrame({"ds": train[dates].to_numpy(), "y": train[POWER].to_numpy()}), seed=SEEDS[0])
    return _series(model.predict(pd.DataFrame({"ds": test[dates].to_numpy()}))["yhat"].to_numpy(), test)


def _mstl(train: pd.DataFrame, test: pd.DataFrame) -> pd.Series:
    """Forecast with a decomposition into day, week and trend; the trend goes on by AutoETS, the library's default."""
    from statsforecast.models import MSTL

    # It counts hours, so it needs every one of them.
    gapless = train[POWER].asfreq(EVENT_RESOLUTION).interpolate()
    to_forecast = pd.date_range(gapless.index[-1] + EVENT_RESOLUTION, test.index[-1], freq=EVENT_RESOLUTION)
    forecast = MSTL(season_length=[24, 7 * 24]).forecast(y=gapless.to_numpy(), h=len(to_forecast))
    return pd.Series(forecast["mean"], index=to_forecast).reindex(test.index)


def _baseline(train: pd.DataFrame, test: pd.DataFrame, *, which: str) -> pd.Series:
    return baseline(which, train[POWER], test.index)


def _overall_mean(train: pd.DataFrame, test: pd.DataFrame) -> pd.Series:
    return _series(np.full(len(test), train[POWER].mean()), test)


def _week_ago(train: pd.DataFrame, test: pd.DataFrame, *, power: pd.Series) -> pd.Series:
    """Forecast what was measured a week before each hour, be it among the test hours."""
    return _series(power.reindex(test.index - pd.Timedelta(weeks=1)).fillna(train[POWER].mean()).to_numpy(), test)


def _timestamp_integers(hours: pd.DataFrame) -> np.ndarray:
    """Count hour, weekday and day of the year of the timestamps, as most people encode a calendar."""
    timestamp = hours[TIMESTAMP].dt
    return np.column_stack([timestamp.hour, timestamp.day_of_week, timestamp.day_of_year])


def _tutorial(hours: pd.DataFrame) -> np.ndarray:
    timestamp = hours[TIMESTAMP].dt
    return np.column_stack(
        [_timestamp_integers(hours), timestamp.quarter, timestamp.month, timestamp.year, timestamp.day]
    )


def _encoded_timestamps(hours: pd.DataFrame) -> np.ndarray:
    angles = _timestamp_integers(hours) * (2 * np.pi / np.array([24, 7, 366]))
    return np.column_stack([np.sin(angles), np.cos(angles)])


def _calendar(hours: pd.DataFrame) -> np.ndarray:
    """Count the calendar features, as the forest gets them."""
    return np.asarray(hours[list(CalendarFeatures._fields)])


def _series(values: np.ndarray, hours: pd.DataFrame) -> pd.Series:
    return pd.Series(values, index=hours.index)
