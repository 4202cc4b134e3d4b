"""What people usually forecast a load with, and this project's model, each in the same form.

Three usual libraries come twice: as they are usually run, on the file's own dates,
and with what this project's model is told (the occupants' hour, public holidays, the year that the data simulates).
"""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from benchmarks.accuracy.protocols import LAST_FIFTH, Forecast, Protocol
from forecast_core.calendar import OccupantsHour
from forecast_core.time import EVENT_RESOLUTION
from training.encoded_hours import POWER, encode_hours
from training.forest import Treatment, fit_forest, predict_forest
from training.load_profile import LoadProfile
from training.public_holidays import PublicHolidays
from training.validation import SEEDS, baseline

OURS = "this project's forest"
LABEL = "label"
LOCAL = "local"


class Method(NamedTuple):
    """A way to forecast.

    :param runs: one for each seed; the errors are averaged over them.
    :param library: the package that must be installed for it, beyond those of training.
    :param kind: ``ours``; ``usual``, as people run it; ``told``, which gets what this project's model gets;
        ``ablation``, this project's encoding without that; ``hindsight``, which looks at test hours,
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


def hours_for_all(profile: LoadProfile, own_dates: LoadProfile, treatment: Treatment) -> pd.DataFrame:
    """Encode the hours as this project does, and put beside that what other methods look at.

    :returns: the columns of ``encode_hours``; ``label``, the naive time that the file gives to each hour;
        ``local``, the naive time on the site's clock when it starts.
    """
    hours = encode_hours(profile.power, treatment.calendar)
    hours[LABEL] = own_dates.power.index.tz_localize(None) + EVENT_RESOLUTION
    hours[LOCAL] = profile.power.index.tz_convert(profile.calendar.time_zone).tz_localize(None)
    return hours


def all_methods(power: pd.Series, treatment: Treatment, public: PublicHolidays) -> list[Method]:
    """List this project's model and those that it is compared with; one of them looks at the whole series."""
    holidays = None if public.country is None else public.country.partition("-")[0]
    ours = tuple(partial(_ours, treatment=treatment, seed=seed) for seed in SEEDS)
    prophet_told = _once(_prophet, dates=LOCAL, holidays=holidays)
    return [
        Method(OURS, ours, kind="ours"),
        Method("forest, 100 full trees, sine/cosine of the labels", _forests(_encoded_labels), kind="ablation"),
        Method("forest, 100 full trees, integers of the labels", _forests(_label_integers)),
        Method("LightGBM, 300 trees, integers of the labels", _once(_lightgbm, features=_label_integers), "lightgbm"),
        Method("LightGBM, the same on the occupants' hour", _once(_lightgbm, features=_occupants), "lightgbm", "told"),
        Method("XGBoost, 1000 trees, as in the Kaggle tutorial", _once(_xgboost, features=_tutorial), "xgboost"),
        Method("XGBoost, the same on the occupants' hour", _once(_xgboost, features=_occupants), "xgboost", "told"),
        Method("Prophet, defaults", _once(_prophet, dates=LABEL), "prophet", continues=True),
        Method("Prophet, local time, public holidays", prophet_told, "prophet", "told", continues=True),
        Method("MSTL (24, 168), AutoETS trend", (_mstl,), "statsforecast", continues=True),
        Method("mean of hour x weekday", _once(_baseline, which="mean")),
        Method("repeat the last training week", _once(_baseline, which="last"), continues=True),
        Method("overall mean", (_overall_mean,)),
        Method("same hour a week ago (knows the test weeks' past)", _once(_week_ago, power=power), None, "hindsight"),
    ]


def _once(forecast: Callable[..., pd.Series], **settings: Any) -> tuple[Forecast, ...]:
    return (partial(forecast, **settings),)


def _ours(train: pd.DataFrame, test: pd.DataFrame, *, treatment: Treatment, seed: int) -> pd.Series:
    return predict_forest(fit_forest(train, treatment, seed=seed), test)


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


def _label_integers(hours: pd.DataFrame) -> np.ndarray:
    """Count hour, weekday and day of the year of the labels, as most people encode a calendar."""
    label = hours[LABEL].dt
    return np.column_stack([label.hour, label.day_of_week, label.day_of_year])


def _tutorial(hours: pd.DataFrame) -> np.ndarray:
    label = hours[LABEL].dt
    return np.column_stack([_label_integers(hours), label.quarter, label.month, label.year, label.day])


def _encoded_labels(hours: pd.DataFrame) -> np.ndarray:
    angles = _label_integers(hours) * (2 * np.pi / np.array([24, 7, 366]))
    return np.column_stack([np.sin(angles), np.cos(angles)])


def _occupants(hours: pd.DataFrame) -> np.ndarray:
    """Count the occupants' hour, weekday (on a holiday, that of the day of rest) and day of the year."""
    return np.asarray(hours[list(OccupantsHour._fields)])


def _series(values: np.ndarray, hours: pd.DataFrame) -> pd.Series:
    return pd.Series(values, index=hours.index)
