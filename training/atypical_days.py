"""Days unlike their neighbours, such as holidays, which the calendar features cannot tell from ordinary ones."""

import pandas as pd

_NEIGHBOUR_WEEKS = (-4, -3, -2, -1, 1, 2, 3, 4)
_MAD_TO_STANDARD_DEVIATION = 1.4826  # for a normal distribution: 1 / (the 0.75 quantile of its standard form)


def atypical_days(power: pd.Series, threshold: float) -> pd.DatetimeIndex:
    """Find the days whose mean is far from the same weekday in the four weeks before and after.

    Only the given hours are looked at, so nothing is learnt from a part that is held out.

    :param power: indexed by ``event_start``.
    :param threshold: how far is far, in robust standard deviations (scaled median absolute deviation).
    :returns: midnights of those days.
    """
    daily = power.groupby(power.index.normalize()).mean()
    neighbours = [daily.reindex(daily.index + pd.Timedelta(weeks=weeks)).to_numpy() for weeks in _NEIGHBOUR_WEEKS]
    deviation = daily - pd.DataFrame(neighbours).median().to_numpy()
    distance = (deviation - deviation.median()).abs()
    scale = _MAD_TO_STANDARD_DEVIATION * distance.median()
    # Where most days are exactly like their neighbours, there is no scale by which to call one unlike them.
    return pd.DatetimeIndex(daily.index[(distance > threshold * scale) & (scale > 0)])


def without_days(power: pd.Series, days: pd.DatetimeIndex) -> pd.Series:
    """Leave out all hours of the given days."""
    return power[~power.index.normalize().isin(days)]
