"""What looks odd in a load profile: a warning says what was found, and which option mends it."""

import re
from calendar import day_name, month_name
from collections.abc import Set
from itertools import pairwise

import pandas as pd

from forecast_core.errors import quoted

from .instants import HOURS_OF_SHORTEST_DAY, ReadingOptions

LONG_GAP = pd.Timedelta(days=366)
_LONG_RUN = 24  # hours of zeros in a row that a load which is never near zero otherwise does not have
_NEAR_ZERO = 1 / 5  # of the median load; "never near zero" means that 99 % of the other hours are above it
_ENERGY = re.compile(r"(?<![a-z/])[km]?wh(?![a-z])", re.IGNORECASE)
_MOST_INCOMPLETE = 0.01  # of the rows: more in hours that lack one are more than a meter loses now and then
_FEWEST_HOURS_OF_MONTH = 7 * 24


def warn_of_incomplete_hours(n_rows: int, n_all: int, minutes: int) -> list[str]:
    """Warn if many rows lie in hours that lack one, as where a file has rows of several resolutions."""
    if n_rows <= n_all * _MOST_INCOMPLETE:
        return []
    return [
        f"{n_rows:,} of {n_all:,} rows are left out: an hour needs {60 // minutes} of them, and theirs have fewer. "
        f"If rows are further apart than {minutes} minutes at times, use --since or --until, or make them alike."
    ]


def warn_of_gaps(power: pd.Series) -> list[str]:
    """Warn of gaps of more than a year."""
    hours = power.index.tz_localize(None)
    gaps = [(before, after) for before, after in pairwise(hours) if after - before > LONG_GAP]
    return [f"The data has no hour between {before} and {after}." for before, after in gaps]


def warn_of_energy(options: ReadingOptions) -> list[str]:
    """Warn if the column's name is energy and no unit of energy was given."""
    if options.is_energy or not _ENERGY.search(options.value_column):
        return []
    read_as = f"was read as mean power in {options.unit}"
    return [f"The column {quoted(options.value_column)} {read_as}. If it is energy per interval, add --unit kWh."]


def warn_of_zeros(power: pd.Series) -> list[str]:
    """Warn of long runs of exact zeros in a load that is never near zero otherwise."""
    is_zero = power == 0
    others = power[~is_zero].abs()
    if not is_zero.any() or others.empty or others.quantile(0.01) <= others.median() * _NEAR_ZERO:
        return []
    new_run = (is_zero != is_zero.shift()) | (power.index.diff() != pd.Timedelta(hours=1))
    longest = int(is_zero.groupby(new_run.cumsum()).sum().max())
    if longest < _LONG_RUN:
        return []
    return [
        f"{int(is_zero.sum()):,} hours are exactly zero, up to {longest:,} in a row, and the load is never near zero "
        "otherwise. If zeros stand for missing values, add --zeros-are-missing."
    ]


def warn_of_months(power: pd.Series, time_zone: str) -> list[str]:
    """List the months that the data hardly has: for these, the model returns the nearest ones it has."""
    hours = power.groupby(power.index.tz_convert(time_zone).month).size()
    unseen = [month_name[month] for month in range(1, 13) if hours.get(month, 0) < _FEWEST_HOURS_OF_MONTH]
    warning = f"The data has less than a week of {', '.join(unseen)}: forecasts of these months are guesses."
    return [warning] if unseen else []


def warn_of_weekdays(power: pd.Series, time_zone: str, weekend: Set[int]) -> list[str]:
    """Warn if the same two days are by far the quietest in most weeks, and are not the country's weekend."""
    local = power.index.tz_convert(time_zone).tz_localize(None)
    by_day = power.groupby(local.normalize())
    daily = by_day.mean()[by_day.size() >= HOURS_OF_SHORTEST_DAY]
    monday = daily.index - pd.to_timedelta(daily.index.day_of_week, unit="D")
    weeks = pd.DataFrame({"monday": monday, "weekday": daily.index.day_of_week, "power": daily.to_numpy()})
    by_week = weeks.pivot(index="monday", columns="weekday", values="power").dropna()
    if by_week.shape[1] < 7:
        return []
    in_order = by_week.apply(sorted, axis="columns", result_type="expand")
    # "By far": the third-quietest day is above the second by a third of the week's range.
    clear = in_order[2] - in_order[1] > (in_order[6] - in_order[0]) / 3
    pairs = by_week[clear].apply(lambda week: tuple(sorted(week.nsmallest(2).index)), axis="columns").value_counts()
    if pairs.empty or pairs.iloc[0] <= len(by_week) / 2 or weekend <= set(pairs.index[0]):
        return []
    first, second = (day_name[weekday] for weekday in pairs.index[0])
    usual = " and ".join(day_name[weekday] for weekday in sorted(weekend))
    return [
        f"In {pairs.iloc[0]} of {len(by_week)} weeks the quietest days are {first} and {second}, not {usual}. "
        "If the building does not rest on these days, its dates may be of another year: see --year."
    ]
