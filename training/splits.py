"""How a series is split into hours to learn from and hours to be tested on."""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold

TRAINING_SHARE = 0.8
FOLDS = 5

Hours = TypeVar("Hours", pd.Series, pd.DataFrame)  # indexed by event_start


def split_in_time(hours: Hours) -> tuple[Hours, Hours]:
    """Split into the first 80 % of the hours and the rest."""
    n_train = int(len(hours) * TRAINING_SHARE)
    return hours.iloc[:n_train], hours.iloc[n_train:]


def recent(hours: Hours) -> Hours:
    """Keep the last four years: enough for what is cross-validated, which takes most of the time."""
    return hours[hours.index > hours.index[-1] - pd.Timedelta(days=4 * 365)]


def folds_of_weeks(hours: Hours) -> Iterator[tuple[Hours, Hours]]:
    """Split by whole weeks: neighbouring days share their weather, which a model would have seen otherwise."""
    return folds_of_days(hours, days_in_block=7)


def folds_of_days(hours: Hours, days_in_block: int = 1) -> Iterator[tuple[Hours, Hours]]:
    """Split into a part to fit and a part held out, five times, by whole blocks of days."""
    day = (hours.index.normalize() - hours.index[0].normalize()) // pd.Timedelta(days=1)
    block = (day // days_in_block).to_numpy()
    blocks = np.unique(block)
    for _, held_out in KFold(FOLDS, shuffle=True, random_state=0).split(blocks):
        is_held_out = np.isin(block, blocks[held_out])
        yield hours[~is_held_out], hours[is_held_out]
