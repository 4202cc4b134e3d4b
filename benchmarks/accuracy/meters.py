"""Compare the model with simple forecasts on the meters of a folder, and say whether the goals hold.

Each meter's settings are selected within its first 80 %, and each is tested once, on its last 20 %.
"""

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from math import isnan, nan
from statistics import fmean, geometric_mean, median
from typing import NamedTuple

import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from benchmarks.accuracy.methods import calendar_integers, forests_with, lightgbm
from benchmarks.accuracy.protocols import LAST_FIFTH, WEEK_CV, all_protocols, run
from benchmarks.report import Goal, goals_table, markdown
from benchmarks.sites import Site
from forecast_core.features import FEATURES
from training.load_profile import POWER
from training.prediction_interval import RESIDUAL, Coverage, measure_interval, residual_quantiles
from training.validation import BASELINES, FOREST, SEEDS, Score, Validation, baseline, folds_of_weeks, split_in_time

FIXED_FEATURES = [name for name in FEATURES if "turned" not in name]
FIRST_MONTH = pd.Timedelta(days=30)

TO_FIXED, MONTH_TO_FIXED = "MAE / fixed forest's", "MAE / fixed forest's, first 30 days"
TO_MEAN, TO_RECENT_MEAN = "MAE / mean's", "MAE / mean of 8 weeks'"
HELD, PINBALL = "hours in the interval", "pinball loss / fixed forest's"
OF_LOAD, USUAL = "/ mean load", "holidays none, outlier days fitted, "


class MeterResult(NamedTuple):
    """What was measured on a meter, on its last 20 %.

    :param described: name, kind, hours, and the selected settings.
    :param refused_for: the baseline for which train.py would refuse the model.
    :param errors: the figures of the first table, by column.
    :param interval: those of the second.
    """

    described: list[str]
    refused_for: str | None
    errors: dict[str, float]
    interval: dict[str, float]


def measure_meter(site: Site) -> MeterResult:
    """Test the selected settings and what they are compared with."""
    settings, mean_load = site.selection.settings, float(site.hours[POWER].abs().mean())
    train, test = split_in_time(site.hours)
    ours, fixed = (run(forests, [(train, test)]) for forests in (forests_with(settings), FIXED_FORESTS))
    month, fixed_month = (
        each.errors[test.index < test.index[0] + FIRST_MONTH].abs().mean().mean() for each in (ours, fixed)
    )
    means = {name: Score.of(test, baseline(weeks, train, test)) for name, weeks in BASELINES.items()}
    mean, recent_mean = means.values()
    validation = Validation({FOREST: ours.score, **means}, test[POWER], test[POWER] + ours.errors[0])
    boosted = nan
    if find_spec("lightgbm"):
        boosted = Score.of(test, lightgbm(train, test, features=calendar_integers)).mae
    interval = measure_interval(site.hours, settings, seed=SEEDS[0]).last_20_percent
    # The interval to compare with: the fixed forest's residuals in held-out weeks alone.
    of_weeks = run(FIXED_FORESTS[:1], list(folds_of_weeks(train)))
    quantiles = residual_quantiles(train.assign(**{RESIDUAL: -of_weeks.errors[0]}))
    fixed_interval = Coverage.of(test.assign(**{RESIDUAL: -fixed.errors[0]}), quantiles)
    mae, peak_mae = ours.score.mae, ours.score.peak_mae
    return MeterResult(
        described=[site.name, site.kind, f"{len(site.hours):,}", settings.summary.replace(USUAL, "")],
        refused_for=site.selection.better_baseline(validation),
        errors={
            f"MAE {OF_LOAD}": mae / mean_load,
            TO_FIXED: mae / fixed.score.mae,
            MONTH_TO_FIXED: month / fixed_month,
            TO_MEAN: mae / mean.mae,
            TO_RECENT_MEAN: mae / recent_mean.mae,
            "MAE / LightGBM's": mae / boosted,
        },
        interval={
            HELD: interval.share,
            f"its width {OF_LOAD}": interval.mean_width / mean_load,
            PINBALL: interval.pinball / fixed_interval.pinball,
            "daily peaks in it": interval.peaks,
            f"MAE of the daily peak {OF_LOAD}": peak_mae / mean_load,
            "peak / fixed forest's": peak_mae / fixed.score.peak_mae,
            "peak / mean's": peak_mae / mean.peak_mae,
        },
    )


def _fixed_forest(train: pd.DataFrame, test: pd.DataFrame, seed: int) -> pd.Series:
    """Forecast with the same settings on each meter, on circles that are not turned."""
    forest = RandomForestRegressor(30, max_leaf_nodes=500, max_features=4, random_state=seed, n_jobs=1)
    forest.fit(train[FIXED_FEATURES].to_numpy(), train[POWER].to_numpy())
    return pd.Series(forest.predict(test[FIXED_FEATURES].to_numpy()), test.index)


FIXED_FORESTS = tuple(partial(_fixed_forest, seed=seed) for seed in SEEDS)


def goals_of_meters(results: Sequence[MeterResult]) -> list[Goal]:
    """Judge the meters by the goals."""
    n_meters = len(results)
    columns = {
        name: [each.errors.get(name, each.interval.get(name, nan)) for each in results]
        for name in (TO_FIXED, MONTH_TO_FIXED, TO_MEAN, TO_RECENT_MEAN, HELD, PINBALL)
    }
    to_fixed, month = (geometric_mean(columns[name]) for name in (TO_FIXED, MONTH_TO_FIXED))
    worst = max(columns[TO_FIXED] + columns[MONTH_TO_FIXED])
    held, pinball = median(columns[HELD]), fmean(columns[PINBALL])
    narrow, refused = sum(x < 0.75 for x in columns[HELD]), sum(each.refused_for is not None for each in results)
    wins, recent_wins = (sum(x < 1 for x in columns[name]) for name in (TO_MEAN, TO_RECENT_MEAN))
    return [
        Goal(f"{TO_FIXED}, geometric mean: at most 0.93", f"{to_fixed:.3f}", to_fixed <= 0.93),
        Goal(f"{MONTH_TO_FIXED}: at most 0.92", f"{month:.3f}", month <= 0.92),
        Goal("none of these above 1.2", f"{worst:.2f}", worst <= 1.2),
        Goal("better than the mean: at least 65 %", f"{wins} of {n_meters}", wins >= 0.65 * n_meters),
        Goal(
            "better than the mean of 8 weeks: the same", f"{recent_wins} of {n_meters}", recent_wins >= 0.65 * n_meters
        ),
        Goal(f"{HELD}, median: 86 to 93 %", f"{held:.1%}", 0.86 <= held <= 0.93),
        Goal("meters with less than 75 %: at most a tenth", f"{narrow} of {n_meters}", narrow <= n_meters / 10),
        Goal(f"{PINBALL}, mean: at most 1", f"{pinball:.3f}", pinball <= 1),
        Goal("models refused: at most a fifth", f"{refused} of {n_meters}", refused <= n_meters / 5),
    ]


def goals_of_hospital(site: Site) -> list[Goal]:
    """Judge the published data set by its goals: MAE in kW, the mean of five seeds."""
    forests = forests_with(site.selection.settings)
    most, goals = {LAST_FIFTH: 17.6, "rolling 14 d": 16.7, WEEK_CV: 15.5}, []
    for protocol in all_protocols(site.hours):
        if limit := most.get(protocol.name):
            mae = run(forests, protocol.folds).score.mae
            goals.append(Goal(f"{site.name}, {protocol.name}: at most {limit} kW", f"{mae:.2f} kW", mae <= limit))
    share = measure_interval(site.hours, site.selection.settings, seed=SEEDS[0]).last_20_percent.share
    return [*goals, Goal(f"{site.name}, {HELD}, last 20 %: at least 85 %", f"{share:.1%}", share >= 0.85)]


def meters_report(results: Sequence[MeterResult], goals: Sequence[Goal]) -> str:
    """Lay out all meters, and whether the goals hold, in Markdown."""
    names = [[each.described[0], each.refused_for or "no"] for each in results]
    described = [each.described for each in results]
    return "\n\n".join(
        [
            "Errors on the last 20 %:",
            _table(["meter", "kind", "hours", "selected"], described, [each.errors for each in results]),
            "The 90 % interval and the daily peaks, on the same hours:",
            _table(["meter", "refused for"], names, [each.interval for each in results]),
            "The goals:",
            goals_table(goals),
        ]
    )


def _table(head: list[str], described: list[list[str]], figures: list[dict[str, float]]) -> str:
    """Put figures beside what describes each meter; below, medians, and of ratios the geometric means and wins."""
    rows = [of_meter + [_formatted(x) for x in row.values()] for of_meter, row in zip(described, figures, strict=True)]
    columns = {name: [row[name] for row in figures] for name in figures[0]}
    ratios = {name for name in columns if "/" in name and OF_LOAD not in name}
    summaries = {
        "median": [_formatted(median(column)) for column in columns.values()],
        "geometric mean": [_formatted(geometric_mean(c)) if name in ratios else "" for name, c in columns.items()],
        "below 1": [str(sum(x < 1 for x in c)) if name in ratios else "" for name, c in columns.items()],
    }
    rows += [[f"**{name}**", *[""] * (len(head) - 1), *cells] for name, cells in summaries.items()]
    return markdown([*head, *columns], rows)


def _formatted(value: float) -> str:
    return "-" if isnan(value) else f"{value:.3f}"
