"""Compare settings of the forest within the first 80 % of the hours: ``python benchmarks/settings.py``.

The rest of the hours is never looked at, so settings may be chosen by this table.
The table goes to standard output and to docs/validation/settings.md.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import KFold

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.protocols import Fold, fortnights
from training.atypical_days import atypical_days, without_days
from training.forest import HYPERPARAMETERS
from training.load_profile import feature_matrix, read_load_profile
from training.replacing import write_whole
from training.site import SiteClock, site_clock
from training.source import read_source
from training.splits import FOLDS, folds_of_days, split_in_time
from training.validation import Score

REPORT = Path(__file__).resolve().parent.parent / "docs" / "validation" / "settings.md"
TIME_ZONE = "America/Los_Angeles"
SEEDS = (0, 1, 2)
THRESHOLD = 6  # of atypical days; that of the committed model's card
FORTNIGHTS = 4


class Setting(NamedTuple):
    """What differs from the published model.

    :param hyperparameters: in place of the published ones of the same name.
    :param clock_year: whose clock changes the encoding follows; None for none at all.
    :param threshold: of atypical days, which are left out of the fit.
    """

    name: str
    hyperparameters: Mapping[str, Any] = {}
    clock_year: int | None = 2017
    threshold: float = THRESHOLD


SETTINGS = (
    Setting("as published"),
    Setting("clock changes of the labels' year, 2015", clock_year=2015),
    Setting("no clock changes", clock_year=None),
    Setting("atypical days fitted too", threshold=float("inf")),
    Setting("all six features a split", {"max_features": 6}),
    Setting("two features a split", {"max_features": 2}),
    Setting("40 trees of 400 leaves", {"n_estimators": 40, "max_leaf_nodes": 400}),
    Setting("60 trees of 270 leaves", {"n_estimators": 60, "max_leaf_nodes": 270}),
    Setting("100 trees of 160 leaves", {"n_estimators": 100, "max_leaf_nodes": 160}),
    Setting("100 trees without a limit", {"n_estimators": 100, "max_leaf_nodes": None}),
    Setting("at least two rows a leaf", {"min_samples_leaf": 2}),
    Setting("half the rows a tree", {"max_samples": 0.5}),
)


def protocols(train: pd.Series) -> dict[str, list[Fold]]:
    """Split the training part in four ways."""
    return {
        "days": list(folds_of_days(train)),
        "weeks": list(folds_of_days(train, days_in_block=7)),
        f"last {FORTNIGHTS} fortnights": fortnights(train, FORTNIGHTS),
        "contiguous fifths": [
            (train.drop(train.index[held_out]), train.iloc[held_out]) for _, held_out in KFold(FOLDS).split(train)
        ],
    }


def mean_absolute_error(setting: Setting, folds: list[Fold], clock: SiteClock) -> float:
    """Give the MAE over all held-out hours of a protocol, the mean over the seeds; in kW."""
    held_out = pd.concat([test for _, test in folds])
    return fmean(
        Score.of(held_out, pd.concat([_forecast(setting, fit, test.index, clock, seed) for fit, test in folds])).mae
        for seed in SEEDS
    )


def _forecast(
    setting: Setting, fit: pd.Series, event_starts: pd.DatetimeIndex, clock: SiteClock, seed: int
) -> pd.Series:
    typical = without_days(fit, atypical_days(fit, setting.threshold))
    forest = RandomForestRegressor(**{**HYPERPARAMETERS, **setting.hyperparameters}, random_state=seed, n_jobs=-1)
    forest.fit(feature_matrix(typical.index, clock), typical.to_numpy())
    return pd.Series(forest.predict(feature_matrix(event_starts, clock)), index=event_starts)


def table_lines() -> Iterator[str]:
    """Measure all settings; a Markdown table."""
    profile = read_load_profile(*read_source(None), TIME_ZONE)
    train, _ = split_in_time(profile.power)
    folds = protocols(train)
    yield f"| setting | {' | '.join(folds)} | mean |"
    yield f"|---|{'---:|' * (len(folds) + 1)}"
    for setting in SETTINGS:
        clock = site_clock(TIME_ZONE, setting.clock_year or 2017)
        if setting.clock_year is None:
            clock = clock._replace(daylight_saving=None)
        errors = [mean_absolute_error(setting, protocol, clock) for protocol in folds.values()]
        yield f"| {setting.name} | {' | '.join(f'{error:.1f}' for error in [*errors, fmean(errors)])} |"


def main() -> None:
    lines = [
        "# Settings of the forest",
        "",
        "Written by `python benchmarks/settings.py`: MAE in kW by cross-validation within the first 80 % of the hours,",
        f"the mean of {len(SEEDS)} seeds. The rest of the hours is not looked at.",
        f"As published: {', '.join(f'{name} {value}' for name, value in HYPERPARAMETERS.items())}.",
        "",
    ]
    print("\n".join(lines))
    for line in table_lines():
        print(line, flush=True)
        lines.append(line)
    write_whole(REPORT, ("\n".join(lines) + "\n").encode())


if __name__ == "__main__":
    main()
