"""How a series is split into hours to learn from and hours to be tested on."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold

TRAINING_SHARE = 0.8
FOLDS = 5


def split_in_time(power: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Split into the first 80 % of the hours and the rest."""
    n_train = int(len(power) * TRAINING_SHARE)
    return power.iloc[:n_train], power.iloc[n_train:]


def folds_of_days(power: pd.Series, days_in_block: int = 1) -> Iterator[tuple[pd.Series, pd.Series]]:
    """Split into a part to fit and a part held out, five times, by whole blocks of days.

    Hours of one day resemble each other: split by hours, a model would be tested on what it has seen.
    """
    day = (power.index.normalize() - power.index[0].normalize()) // pd.Timedelta(days=1)
    block = (day // days_in_block).to_numpy()
    blocks = np.unique(block)
    for _, held_out in KFold(FOLDS, shuffle=True, random_state=0).split(blocks):
        is_held_out = np.isin(block, blocks[held_out])
        yield power[~is_held_out], power[is_held_out]
