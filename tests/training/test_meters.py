"""The model on four real meters, with generous margins; ``python -m benchmarks.accuracy --meters`` measures all."""

from dataclasses import replace
from functools import cache
from statistics import geometric_mean, median

import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor

from forecast_core.features import FEATURES
from tests.builders import ROOT
from training.forest import Settings, fit_forest, predict_forest
from training.instants import ReadingOptions
from training.load_profile import POWER, make_features, read_load_profile
from training.model_selection import quietest_weekday, select_settings
from training.prediction_interval import measure_interval
from training.public_holidays import public_holidays
from training.validation import BASELINES, baseline, mean_absolute_error, split_in_time

METERS = {
    "bdg1_UnivDorm_Prince": "America/New_York",
    "torino_campus": "Europe/Rome",
    "cambridge_b24_1820": "Europe/London",
    "opendsm_uk_0": "Europe/London",
}
FOLDER = ROOT / "data" / "meters"

pytestmark = pytest.mark.slow("real meters")


@cache
def sites() -> list[tuple[pd.DataFrame, Settings]]:
    """Read the meters, and select the settings of each within its first 80 %."""
    if missing := [name for name in METERS if not (FOLDER / f"{name}.csv").exists()]:
        pytest.skip(f"data/meters lacks {', '.join(missing)}: .ci/run copies them from beside the data set")
    found = []
    for name, time_zone in METERS.items():
        options = ReadingOptions(timezone=time_zone)
        profile = read_load_profile(name, (FOLDER / f"{name}.csv").read_bytes(), options)
        power, calendar = profile.power, profile.calendar
        public = public_holidays(None, time_zone, calendar.known_years, power.index[-1].year)
        train, _ = split_in_time(power)
        calendar = replace(calendar, rest_weekday=quietest_weekday(train, calendar, public.weekend))
        settings = select_settings(train, calendar, public).settings
        found.append((make_features(power, settings.calendar), settings))
    return found


def fixed_forest(train: pd.DataFrame, test: pd.DataFrame) -> pd.Series:
    """Forecast as version 1.0.0 did: the same settings for every building, and circles that are not turned."""
    columns = [name for name in FEATURES if "turned" not in name]
    forest = RandomForestRegressor(30, max_leaf_nodes=500, max_features=4, random_state=0, n_jobs=-1)
    forest.fit(train[columns].to_numpy(), train[POWER].to_numpy())
    return pd.Series(forest.predict(test[columns].to_numpy()), test.index)


def test_the_selected_settings_are_better_than_fixed_ones() -> None:
    """On the last 20 %, the mean of all is better, and none is much worse; each mean is beaten on half of them."""
    to_fixed, to_means = [], []
    for hours, settings in sites():
        train, test = split_in_time(hours)
        ours = mean_absolute_error(test, predict_forest(fit_forest(train, settings, seed=0), test))
        to_fixed.append(ours / mean_absolute_error(test, fixed_forest(train, test)))
        means = [mean_absolute_error(test, baseline(weeks, train, test)) for weeks in BASELINES.values()]
        to_means.append([ours / mean for mean in means])
    assert len(to_fixed) == len(METERS)
    assert geometric_mean(to_fixed) < 1
    assert max(to_fixed) < 1.25
    for of_one_mean in zip(*to_means, strict=True):
        assert sum(ratio < 1 for ratio in of_one_mean) >= len(METERS) / 2


def test_the_interval_holds_on_real_meters() -> None:
    """A building changes within a year or two, so it is less than 90 % on some, and never far less."""
    shares = [measure_interval(*site, seed=0).last_20_percent.share for site in sites()]
    assert min(shares) > 0.7
    assert median(shares) > 0.8
