"""The questions a forecast is put to: which hours it learns from, and which it is tested on."""

from typing import NamedTuple

import pandas as pd

from training.splits import folds_of_days, split_in_time

FORTNIGHTS = 6

Fold = tuple[pd.Series, pd.Series]
"""The hours to learn from and the hours to forecast."""


class Protocol(NamedTuple):
    """A way to test forecasts.

    :param tested_on: the hours that are held out.
    :param question: what its figures tell.
    :param in_time_order: whether all hours to learn from come before all hours to forecast.
    """

    name: str
    tested_on: str
    question: str
    in_time_order: bool
    folds: list[Fold]


LAST_FIFTH = "last 20 %"
ROLLING = "rolling 14 d"
DAY_CV = "day CV"
WEEK_CV = "week CV"


def all_protocols(power: pd.Series) -> list[Protocol]:
    """Split a series in each of the four ways.

    :param power: indexed by ``event_start``.
    """
    return [
        Protocol(
            LAST_FIFTH,
            "the last fifth of the hours, after fitting on all before",
            "How good is a forecast of the months ahead, in a season not yet seen?",
            True,
            [split_in_time(power)],
        ),
        Protocol(
            ROLLING,
            f"the last {FORTNIGHTS} fortnights, each after fitting on all hours before it",
            "How good is a forecast of the next two weeks, if the model is fitted again for each?",
            True,
            fortnights(power, FORTNIGHTS),
        ),
        Protocol(
            DAY_CV,
            "five folds of whole days, drawn at random",
            "How good is it on a day of the year it knows, having seen the days around it?",
            False,
            list(folds_of_days(power)),
        ),
        Protocol(
            WEEK_CV,
            "five folds of whole weeks, drawn at random",
            "How good is it on a week of the year it knows, having seen no day of that week?",
            False,
            list(folds_of_days(power, days_in_block=7)),
        ),
    ]


def fortnights(power: pd.Series, count: int) -> list[Fold]:
    """Hold out the last fortnights one by one, each with all hours before it to learn from."""
    end = power.index[-1] + pd.Timedelta(hours=1)
    starts = [end - pd.Timedelta(weeks=2 * remaining) for remaining in range(count, 0, -1)]
    return [
        (power[power.index < start], power[(power.index >= start) & (power.index < start + pd.Timedelta(weeks=2))])
        for start in starts
    ]
