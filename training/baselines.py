"""Forecasts that need no model, which a model must beat to be worth its place."""

import pandas as pd

HOURS_IN_DAY = 24


def hour_and_weekday_mean(train: pd.Series, event_starts: pd.DatetimeIndex) -> pd.Series:
    """Forecast the mean of the training hours with the same hour and weekday."""
    by_hour_of_week = train.groupby(_hour_of_week(train.index)).mean()
    return _look_up(by_hour_of_week, event_starts, otherwise=train.mean())


def last_week_repeated(train: pd.Series, event_starts: pd.DatetimeIndex) -> pd.Series:
    """Forecast the latest training hour with the same hour and weekday: the last week, over and over."""
    latest = train.groupby(_hour_of_week(train.index)).last()
    return _look_up(latest, event_starts, otherwise=train.mean())


BASELINES = {
    "mean of hour x weekday": hour_and_weekday_mean,
    "repeat the last week": last_week_repeated,
}


def _hour_of_week(event_starts: pd.DatetimeIndex) -> pd.Index:
    return event_starts.day_of_week * HOURS_IN_DAY + event_starts.hour


def _look_up(by_hour_of_week: pd.Series, event_starts: pd.DatetimeIndex, otherwise: float) -> pd.Series:
    values = by_hour_of_week.reindex(_hour_of_week(event_starts)).fillna(otherwise)
    return pd.Series(values.to_numpy(), index=event_starts)
