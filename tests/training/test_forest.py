from datetime import date
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor

from forecast_core.features import FEATURES
from forecast_core.model_card import ModelCard
from serving.onnx_model import load_model
from tests.builders import CARD, MODEL_FILE, Export, Site, calendar_of, hourly_load
from training.forest import (
    LARGEST_RELATIVE_DIFFERENCE,
    N_TREES,
    Settings,
    all_inputs,
    export_forest,
    fit_forest,
    fit_trees,
    largest_difference,
    outlier_days,
    predict_forest,
)
from training.instants import ReadingOptions
from training.load_profile import DAY, make_features, read_load_profile


@pytest.fixture(scope="module")
def forest() -> RandomForestRegressor:
    features = all_inputs()[::50]
    return RandomForestRegressor(3, max_leaf_nodes=50, random_state=0).fit(features, 1000 + 100 * features.sum(axis=1))


def test_the_committed_model_equals_a_fresh_forest_on_every_input(published_csv: Path) -> None:
    """scikit-learn and the committed file agree to 1e-5 on all 61,488 inputs.

    float32 rounds at 1e-7 and responses have three decimals; a wrong leaf would show from 1e-4 up.
    """
    served = load_model(MODEL_FILE)
    selected = served.card.settings
    settings = Settings(
        selected["holidays"],
        served.calendar,
        leave_out_outlier_days=selected["outlier_days"] == "left out",
        hours_a_leaf=selected["hours_a_leaf"],
        recent_trees=selected["recent_trees"],
    )
    profile = read_load_profile("load.csv", published_csv.read_bytes(), ReadingOptions())
    fresh = fit_forest(make_features(profile.power, settings.calendar), settings, seed=selected["seed"])
    assert largest_difference(fresh, MODEL_FILE.read_bytes()) < 1e-5


def test_every_input_is_compared() -> None:
    """There are 24 hours x 7 weekdays x 366 days, each once."""
    assert len({tuple(row) for row in all_inputs().tolist()}) == 61_488


def test_the_committed_file_is_valid_onnx_with_its_card() -> None:
    """Any ONNX runtime can load it, and with at most 1.5 MB, a clone stays small."""
    model = onnx.load(MODEL_FILE)
    onnx.checker.check_model(model, full_check=True)
    card = ModelCard.from_metadata({prop.key: prop.value for prop in model.metadata_props})
    assert card.training_data["hours"] == 8760
    assert card.first_event_start == "2017-01-01T00:00:00-08:00"
    assert card.last_event_start == "2017-12-31T23:00:00-08:00"
    assert MODEL_FILE.stat().st_size <= 1_500_000


def test_the_same_forest_and_card_give_the_same_bytes(forest: RandomForestRegressor) -> None:
    """The export contains no time, no address and no random names."""
    assert export_forest(forest, CARD) == export_forest(forest, CARD)


@pytest.mark.parametrize("factor", [1.001, float("nan")])
def test_a_model_that_differs_in_one_leaf_is_noticed(forest: RandomForestRegressor, factor: float) -> None:
    """The comparison fails for a changed leaf, and for one that is not a number."""
    exported = export_forest(forest, CARD)
    assert largest_difference(forest, exported) <= LARGEST_RELATIVE_DIFFERENCE
    model = onnx.load_from_string(exported)
    (weights,) = (a for a in model.graph.node[0].attribute if a.name == "target_weights")
    weights.floats[7] *= factor
    assert not largest_difference(forest, model.SerializeToString()) <= LARGEST_RELATIVE_DIFFERENCE


def test_a_small_load_keeps_its_digits() -> None:
    """A household in MW is not rounded to zero."""
    site = Site(size=0.0003)
    load = site.load()
    profile = Export(site).read(load)
    settings = Settings("none", profile.calendar)
    hours = make_features(profile.power, profile.calendar)
    assert predict_forest(fit_forest(hours, settings, seed=0), hours).mean() == pytest.approx(load.mean(), rel=1e-3)


def test_trees_of_two_fits_are_one_forest() -> None:
    """The last trees are fitted on the last eight weeks; the forest is their mean, in ONNX as in scikit-learn."""
    power = hourly_load(days=150)
    power.iloc[-8 * 7 * 24 :] += 300
    settings = Settings("none", calendar_of(power), recent_trees=10)
    hours = make_features(power, settings.calendar)
    forest = fit_forest(hours, settings, seed=0)
    assert (forest.n_estimators, len(forest.estimators_)) == (30, 30)
    parts = [fit_trees(hours, settings, 20, seed=0), fit_trees(hours[-8 * 7 * 24 :], settings, 10, seed=0)]
    of_all, of_recent = (predict_forest(part, hours) for part in parts)
    assert np.allclose(predict_forest(forest, hours), (20 * of_all + 10 * of_recent) / 30, rtol=1e-12)
    in_january = slice(0, 31 * 24)
    assert of_recent.iloc[in_january].mean() - of_all.iloc[in_january].mean() > 200
    assert largest_difference(forest, export_forest(forest, CARD)) <= LARGEST_RELATIVE_DIFFERENCE


def test_no_tree_is_fitted_twice() -> None:
    """Where all hours are recent, the recent trees are not those of all hours again."""
    power = hourly_load(days=8 * 7)
    settings = Settings("none", calendar_of(power))
    hours = make_features(power, settings.calendar)
    forecasts = {
        tree.predict(hours[list(FEATURES)].to_numpy()).tobytes() for tree in fit_forest(hours, settings, seed=0)
    }
    assert len(forecasts) == N_TREES


def test_a_few_hours_after_a_gap_are_not_the_recent_ones() -> None:
    """Trees on three hours would say one number for each hour of the week."""
    power = hourly_load(days=230)
    power = pd.concat([power[: 150 * 24], power[-3:]])
    settings = Settings("none", calendar_of(power))
    hours = make_features(power, settings.calendar)
    of_all = fit_trees(hours, settings, N_TREES, seed=0)
    assert predict_forest(fit_forest(hours, settings, seed=0), hours).equals(predict_forest(of_all, hours))


def test_a_leaf_averages_as_many_hours_as_the_settings_say() -> None:
    """A leaf of one hour learns the series nearly by heart."""
    hours = make_features(power := hourly_load(), calendar_of(power))
    errors = []
    for hours_a_leaf in (1, 20):
        settings = Settings("none", calendar_of(power), hours_a_leaf=hours_a_leaf, recent_trees=0)
        forest = fit_forest(hours, settings, seed=0)
        assert min(tree.tree_.n_node_samples.min() for tree in forest.estimators_) >= hours_a_leaf / 2  # bootstrap
        errors.append((predict_forest(forest, hours) - power).abs().mean())
    assert errors[0] < 0.8 * errors[1]


def outliers(power: pd.Series, holidays: frozenset[date] = frozenset()) -> list[str]:
    hours = make_features(power, calendar_of(power, holidays=holidays))
    found = outlier_days(hours)
    assert set(found) <= set(hours[DAY])
    return [f"{day:%Y-%m-%d}" for day in found]


def test_a_day_unlike_its_neighbours_is_an_outlier() -> None:
    """One Tuesday is as quiet as a Sunday; the Sundays are no outliers."""
    assert outliers(hourly_load(closed=[date(2023, 2, 14)])) == ["2023-02-14"]


def test_a_known_holiday_is_compared_with_rest_days() -> None:
    """A quiet holiday is no outlier, and a busy one is."""
    holiday = frozenset({date(2023, 2, 14)})
    assert outliers(hourly_load(closed=holiday), holiday) == []
    assert outliers(hourly_load(), holiday) == ["2023-02-14"]


def test_an_ordinary_series_has_no_outliers() -> None:
    """Every day is fitted."""
    assert outliers(hourly_load()) == []


def test_a_series_that_repeats_exactly_has_no_outliers() -> None:
    """There is no scale by which one day's small difference could be measured."""
    power = hourly_load() * 0 + 100
    power.iloc[: 2 * 24] = 101
    assert outliers(power) == []


def test_days_without_neighbours_are_not_compared() -> None:
    """A gap of five weeks changes nothing elsewhere."""
    power = hourly_load(closed=[date(2023, 2, 14)])
    assert outliers(power.drop(power.index[60 * 24 : 95 * 24])) == ["2023-02-14"]


def test_the_holidays_of_the_published_load_are_outliers_without_a_calendar(published_csv: Path) -> None:
    """All holidays of 2017 are found, except for New Year's Day, which is a Sunday."""
    profile = read_load_profile("load.csv", published_csv.read_bytes(), ReadingOptions())
    hours = make_features(profile.power, profile.calendar)
    assert {f"{day:%d %b}" for day in outlier_days(hours)} >= {
        "16 Jan", "20 Feb", "29 May", "04 Jul", "04 Sep", "09 Oct", "11 Nov", "23 Nov", "25 Dec",
    }  # fmt: skip
