"""What people usually forecast a load with, and this project's model, each in the same form.

Libraries and means come twice: as they are usually run, on the file's own dates,
and given the same calendar as this project's model (local clock, public holidays, the simulated year).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from benchmarks.accuracy.protocols import LAST_FIFTH, Forecast, Protocol
from forecast_core.site_calendar import CalendarFeatures, SiteCalendar
from forecast_core.timestamps import EVENT_RESOLUTION
from training.forest import RECENT_WEEKS, Settings, fit_forest, predict_forest
from training.load_profile import POWER, LoadProfile, make_features
from training.public_holidays import PublicHolidays
from training.validation import SEEDS, baseline

OURS = "this project's forest"
TIMESTAMP = "timestamp"
LOCAL = "local"
STANDARD_TIME = "Etc/GMT+8"  # of the published data set, as a zone without clock changes


class Method(NamedTuple):
    """A way to forecast.

    :param runs: one for each seed; the errors are averaged over them.
    :param library: the package that must be installed for it, beyond those of training.
    :param kind: ``ours``; ``usual``, as people run it; ``the same calendar``, given that of this project's model;
        ``ablation``, a forest on cyclical features without that calendar, or without a part of it;
        ``hindsight``, which looks at test hours,
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


def hours_for_all(hours: pd.DataFrame, profile: LoadProfile, own_dates: LoadProfile) -> pd.DataFrame:
    """Put beside the features of this project's model what other methods use.

    :returns: with ``timestamp``, as the file has it, and ``local``, the site's clock when the hour starts; both naive.
    """
    local = profile.power.index.tz_convert(profile.calendar.time_zone).tz_localize(None)
    return hours.assign(**{TIMESTAMP: own_dates.power.index.tz_localize(None) + EVENT_RESOLUTION, LOCAL: local})


def all_methods(power: pd.Series, settings: Settings, public: PublicHolidays) -> list[Method]:
    """List this project's model and those that it is compared with; one of them looks at the whole series."""
    holidays = None if public.country is None else public.country.partition("-")[0]
    no_holidays = replace(settings.calendar, holidays=frozenset())
    of_standard_time = replace(settings.calendar.convention, time_zone=ZoneInfo(STANDARD_TIME))
    standard_time = replace(settings.calendar, convention=of_standard_time)
    prophet_same = _once(_prophet, dates=LOCAL, holidays=holidays)
    mean, last_week, same = "mean of hour x weekday", "repeat the last training week", "the same calendar"
    integers, calendar = {"features": _timestamp_integers}, {"features": calendar_integers}
    return [
        Method(OURS, forests_with(settings), kind="ours"),
        Method(f"{OURS}, no holidays", forests_with(settings, no_holidays), kind="ablation"),
        Method(f"{OURS}, standard time all year", forests_with(settings, standard_time), kind="ablation"),
        Method("forest, 100 full trees, sine/cosine of the timestamps", _forests(_encoded_timestamps), kind="ablation"),
        Method("forest, 100 full trees, integers of the timestamps", _forests(_timestamp_integers)),
        Method("LightGBM, 300 trees, integers of the timestamps", _once(lightgbm, **integers), "lightgbm"),
        Method(f"LightGBM, {same}", _once(lightgbm, **calendar), "lightgbm", same),
        Method("XGBoost, 1000 trees, as in the Kaggle tutorial", _once(_xgboost, features=_tutorial), "xgboost"),
        Method(f"XGBoost, {same}", _once(_xgboost, **calendar), "xgboost", same),
        Method("Prophet, defaults", _once(_prophet, dates=TIMESTAMP), "prophet", continues=True),
        Method("Prophet, local time, public holidays", prophet_same, "prophet", same, continues=True),
        Method("MSTL (24, 168), AutoETS trend", (_mstl,), "statsforecast", continues=True),
        Method(mean, _once(_mean, own_dates=True)),
        Method(f"{mean}, {same}", _once(_mean), kind=same),
        Method(f"{mean} of the last 8 weeks, {same}", _once(_mean, weeks=RECENT_WEEKS), kind=same, continues=True),
        Method(last_week, _once(_mean, weeks=1, own_dates=True), continues=True),
        Method(f"{last_week}, {same}", _once(_mean, weeks=1), kind=same, continues=True),
        Method("overall mean", (_overall_mean,)),
        Method("same hour a week ago (knows the test weeks' past)", _once(_week_ago, power=power), None, "hindsight"),
    ]


def _once(forecast: Callable[..., pd.Series], **settings: Any) -> tuple[Forecast, ...]:
    return (partial(forecast, **settings),)


def forests_with(settings: Settings, calendar: SiteCalendar | None = None) -> tuple[Forecast, ...]:
    """Forecast with this project's forest, once for each seed.

    :param calendar: in place of that of the settings.
    """

    def forecast(train: pd.DataFrame, test: pd.DataFrame, seed: int) -> pd.Series:
        if calendar:
            train, test = (make_features(hours[POWER], calendar) for hours in (train, test))
        return predict_forest(fit_forest(train, settings, seed=seed), test)

    return tuple(partial(forecast, seed=seed) for seed in SEEDS)


Features = Callable[[pd.DataFrame], np.ndarray]


def _forests(features: Features) -> tuple[Forecast, ...]:
    return tuple(partial(_forest, features=features, seed=seed) for seed in SEEDS)


def _forest(train: pd.DataFrame, test: pd.DataFrame, *, features: Features, seed: int) -> pd.Series:
    """Forecast with scikit-learn's default forest."""
    forest = RandomForestRegressor(n_estimators=100, random_state=seed, n_jobs=1)
    return _series(forest.fit(features(train), train[POWER].to_numpy()).predict(features(test)), test)


def lightgbm(train: pd.DataFrame, test: pd.DataFrame, *, features: Features) -> pd.Series:
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


def _mean(train: pd.DataFrame, test: pd.DataFrame, weeks: int | None = None, own_dates: bool = False) -> pd.Series:
    """Forecast the mean of the same hour and weekday; that of the last week is that week once more."""
    if own_dates:
        train, test = (
            hours.assign(day_of_week=hours[TIMESTAMP].dt.day_of_week, hour_of_day=hours[TIMESTAMP].dt.hour)
            for hours in (train, test)
        )
    return baseline(weeks, train, test)


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


def calendar_integers(hours: pd.DataFrame) -> np.ndarray:
    """Count the calendar features, as the forest gets them."""
    return np.asarray(hours[list(CalendarFeatures._fields)])


def _series(values: np.ndarray, hours: pd.DataFrame) -> pd.Series:
    return pd.Series(values, index=hours.index)
