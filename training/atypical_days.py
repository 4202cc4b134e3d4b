"""Days unlike their neighbours, for a reason that the model is not told."""

import pandas as pd

from .encoded_hours import DAY, POWER

THRESHOLD = 6  # robust standard deviations from its neighbours make a day atypical
HOURS_OF_SHORTEST_DAY = 23  # that of the clock change in spring; a day with gaps has another mean for no other reason
_DAYS_AROUND = 28
_MAD_TO_STANDARD_DEVIATION = 1.4826  # for a normal distribution: 1 / (the 0.75 quantile of its standard form)


def atypical_days(hours: pd.DataFrame) -> pd.DatetimeIndex:
    """Find the days whose mean is far from that of the same weekday in the four weeks before and after.

    A holiday has the weekday of the day of rest, if the model is told of it.
    Only the given hours are looked at, so nothing is learnt from a part that is held out.

    :returns: their local dates, as midnights.
    """
    by_day = hours.groupby(DAY).agg(power=(POWER, "mean"), weekday=("day_of_week", "first"), n_hours=(POWER, "size"))
    daily = by_day[by_day["n_hours"] >= HOURS_OF_SHORTEST_DAY].asfreq("D")
    neighbours = {
        days: daily["power"].shift(days).where(daily["weekday"].shift(days) == daily["weekday"])
        for days in range(-_DAYS_AROUND, _DAYS_AROUND + 1)
        if days
    }
    deviation = (daily["power"] - pd.DataFrame(neighbours).median(axis="columns")).dropna()
    distance = (deviation - deviation.median()).abs()
    scale = _MAD_TO_STANDARD_DEVIATION * distance.median()
    # Where most days are exactly like their neighbours, there is no scale by which to call one unlike them.
    return pd.DatetimeIndex(distance.index[(distance > THRESHOLD * scale) & (scale > 0)])
