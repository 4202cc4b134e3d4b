from collections.abc import Callable
from datetime import date
from functools import cache
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest

from tests.builders import LOS_ANGELES, calendar_of, hourly_load, noise
from training import model_selection
from training.forest import N_TREES, Settings, fit_trees
from training.load_profile import make_features
from training.model_selection import Errors, Selection, quietest_weekday, select_settings
from training.public_holidays import PublicHolidays, public_holidays
from training.validation import BASELINES, FOREST, Score, Validation, months_ahead

MOST_FITS = 60
DAYS, FIRST = 300, "2021-04-01T00:00-08:00"  # four holidays of these days are observed on another day
US = public_holidays("US", LOS_ANGELES, range(2020, 2030), last_of_data=2022)
NO_HOLIDAYS = PublicHolidays(None, "as --holidays says")


def scattered(power: pd.Series, share: float = 0.08) -> pd.Series:
    """Multiply each hour by a random number around 1."""
    return power * (1 + np.random.default_rng(0).normal(0, share, len(power)))


def with_moved_level() -> pd.Series:
    """Generate two years of a load that scatters, and rises by a fifth in the second February."""
    power = scattered(hourly_load(730, "2022-01-01T00:00-08:00"))
    power.iloc[400 * 24 :] *= 1.2
    return power


def with_odd_days() -> pd.Series:
    """Generate a load that scatters, and is three times as high on a few days."""
    power = scattered(hourly_load(DAYS, FIRST))
    for day in np.random.default_rng(1).choice(DAYS, 12, replace=False):
        power.iloc[day * 24 : (day + 1) * 24] *= 3
    return power


SELECTED: dict[str, tuple[Callable[[], pd.Series], str, str]] = {
    "closed on holidays": (lambda: hourly_load(DAYS, FIRST, holidays=US.as_they_fall.keys()), "as they fall", "fitted"),
    "closed as observed": (lambda: hourly_load(DAYS, FIRST, holidays=US.as_observed.keys()), "as observed", "fitted"),
    "open on holidays": (lambda: hourly_load(DAYS, FIRST), "none", "fitted"),
    "restaurant": (lambda: hourly_load(DAYS, FIRST, rest_days=(0, 1)), "none", "fitted"),
    "odd days": (with_odd_days, "none", "left out"),
    "noise": (lambda: noise(DAYS), "none", "fitted"),
    "moved level": (with_moved_level, "none", "fitted"),
}
"""Of each load, the holidays and the outlier days that should be selected."""
QUICK = "closed on holidays"
ONE_LOAD_IS_QUICK = [
    pytest.param(load, marks=[] if load == QUICK else pytest.mark.slow("model selections")) for load in SELECTED
]


def test_a_weekend_without_a_measurement_has_a_rest_day_all_the_same() -> None:
    """The meter may have been off on weekends; then it is the last of them."""
    power = noise(28)
    workdays = power[power.index.day_of_week < 5]
    assert quietest_weekday(workdays, calendar_of(power), frozenset({5, 6})) == 6


def test_parts_that_begin_together_have_forecasts_of_their_own() -> None:
    """In this length, the last fifth and the last two pairs of months begin with the same hour."""
    power = noise(600)
    settings = Settings("none", calendar_of(power), recent_trees=0)
    mean_of = patch.object(model_selection, "fit_trees", lambda fitted, *_, seed: fitted["power"].mean())
    repeated = patch.object(model_selection, "predict_forest", lambda mean, hours: pd.Series(mean, hours.index))
    with mean_of, repeated:
        comparison = model_selection.Comparison(power, seed=0)
        comparison.best([settings], 0.0)
    hours = make_features(power, settings.calendar)
    errors = [(held_out["power"] - fit["power"].mean()).abs() for fit, held_out in months_ahead(hours)]
    assert comparison.errors[settings].next_60_days == pytest.approx(pd.concat(errors).mean())


@cache
def selection_of(load: str) -> Selection:
    """Select the settings of a load once, and count the fits."""
    power = SELECTED[load][0]()
    with patch.object(model_selection, "fit_trees", wraps=fit_trees) as fit:
        selection = select_settings(power, calendar_of(power), US)
    assert 20 < fit.call_count <= MOST_FITS
    return selection


@pytest.mark.parametrize("load", ONE_LOAD_IS_QUICK)
def test_holidays_and_outlier_days_are_selected_where_they_help(load: str) -> None:
    """Holidays count as the building keeps them; at most 60 groups of trees are fitted to find that out."""
    _, holidays, outlier_days = SELECTED[load]
    settings = selection_of(load).settings
    assert (settings.holidays, settings.outlier_days) == (holidays, outlier_days)
    used = {"none": {}, "as they fall": US.as_they_fall, "as observed": US.as_observed}[holidays]
    assert settings.calendar.holidays == used.keys()


@pytest.mark.parametrize(
    ("load", "leaf", "fewest_recent_trees", "most_recent_trees"),
    [
        (QUICK, 1, 0, 0),  # it hardly scatters, so each hour that was seen tells something
        pytest.param("noise", 20, 1, N_TREES // 2, marks=pytest.mark.slow("model selections")),
        pytest.param("moved level", 20, 15, 15, marks=pytest.mark.slow("model selections")),
    ],
)
def test_leaves_and_recent_trees_suit_the_load(
    load: str, leaf: int, fewest_recent_trees: int, most_recent_trees: int
) -> None:
    """Small leaves are for a load that does not scatter, and recent trees for one whose level moves."""
    settings = selection_of(load).settings
    assert settings.hours_a_leaf == leaf
    assert fewest_recent_trees <= settings.recent_trees <= most_recent_trees


def test_the_table_and_the_figures_have_every_comparison() -> None:
    """The table marks the selected settings, and the card records the same figures."""
    selection = selection_of(QUICK)
    head, *rows = selection.table("kW").splitlines()
    assert head.split("  ")[0] == "holidays"
    assert head.endswith("held-out fifths  next 60 days  MAE kW")
    assert sum(row.endswith("  selected") for row in rows) == 1
    figures = selection.figures()
    names = ("holidays", "outlier_days", "hours_a_leaf", "recent_trees")
    assert tuple(figures[name] for name in names) == ("as they fall", "fitted", 1, 0)
    assert len(figures["compared"]) == len(rows) == 8
    for row, errors in zip(figures["compared"], selection.compared.values(), strict=True):
        assert set(row) == {*names, "mae_held_out_fifths", "mae_next_60_days"}
        assert row["mae_held_out_fifths"] == pytest.approx(errors.held_out_fifths, rel=1e-3)


def test_the_baselines_have_the_calendar_of_the_model() -> None:
    """They know the holidays, too; without them, a mean of hour x weekday is worse."""
    power = SELECTED[QUICK][0]()
    selection = selection_of(QUICK)
    assert list(selection.baselines) == list(BASELINES)
    without = model_selection.Comparison(power, 0).baseline_errors(
        next(settings for settings in selection.compared if settings.holidays == "none")
    )
    for name, errors in selection.baselines.items():
        assert errors.held_out_fifths < 0.97 * without[name].held_out_fifths


def test_with_less_than_26_weeks_the_defaults_are_used() -> None:
    """There is no season ahead to validate on; nothing is fitted, and holidays count as they fall if there are any."""
    power = hourly_load(days=26 * 7 - 1)
    with patch.object(model_selection, "fit_trees") as fit:
        found = [select_settings(power, calendar_of(power), public) for public in (US, NO_HOLIDAYS)]
    fit.assert_not_called()
    settings = [(each.settings.holidays, each.settings.hours_a_leaf, each.settings.recent_trees) for each in found]
    assert settings == [("as they fall", 20, 15), ("none", 20, 15)]
    assert (
        found[0].table("kW").startswith("less than 26 weeks to select on: holidays as they fall, outlier days fitted")
    )
    assert found[0].figures()["compared"] == []


@pytest.mark.slow("model selections")
def test_the_same_load_has_the_same_selection() -> None:
    """The trees are fitted in parallel, and the errors are the same to the last digit."""
    power = hourly_load(days=200)
    first, second = (select_settings(power, calendar_of(power), NO_HOLIDAYS) for _ in range(2))
    assert first == second
    assert {settings.holidays for settings in first.compared} == {"none"}


def test_closures_always_count() -> None:
    """The user gave them, so no validation decides about them."""
    power, closed = hourly_load(), frozenset({date(2023, 2, 14)})
    settings = select_settings(power, calendar_of(power, holidays=closed), US).settings
    assert settings.calendar.holidays == US.as_they_fall.keys() | closed


@pytest.mark.parametrize(
    ("in_validation", "on_last_20_percent", "refuses"),
    [(96, 96, True), (98, 90, False), (90, 98, False), (101, 101, False)],
)
def test_a_model_is_refused_if_a_mean_is_clearly_better_in_both_tests(
    in_validation: float, on_last_20_percent: float, refuses: bool
) -> None:
    """Here the forest's errors are 100 in both; more than 3 % better is below 97."""
    settings = Settings("none", calendar_of(hourly_load(1)))
    other, ours = "mean of the last 8 weeks", Errors(100, 100)
    means = {"mean of hour x weekday": Errors(200, 200), other: Errors(in_validation, in_validation)}
    maes = {FOREST: 100.0, "mean of hour x weekday": 200.0, other: on_last_20_percent}
    power = pd.Series(dtype=float)
    validation = Validation({name: Score(mae, mae, None, mae) for name, mae in maes.items()}, power, power)
    found = Selection(settings, {settings: ours}, means).better_baseline(validation)
    assert found == (other if refuses else None)


def test_the_rest_weekday_is_the_quietest_of_the_weekend() -> None:
    """A quieter weekday outside the weekend is not it."""
    power = hourly_load(56)
    weekday = power.index.tz_convert(LOS_ANGELES).day_of_week
    power[weekday == 1] -= 500
    power[weekday == 5] -= 50
    assert quietest_weekday(power, calendar_of(power), frozenset({5, 6})) == 5
    power[weekday == 6] -= 100
    assert quietest_weekday(power, calendar_of(power), frozenset({5, 6})) == 6
