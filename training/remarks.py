"""What a reader must know of the months and weekdays of a load: remarks, on which nothing depends."""

from calendar import day_name, month_name
from collections.abc import Set

import pandas as pd

from .atypical_days import HOURS_OF_SHORTEST_DAY


def remarks_on_months(power: pd.Series, time_zone: str) -> list[str]:
    """Say which months the data hardly has: the model takes them for the nearest that it has."""
    hours = power.groupby(power.index.tz_convert(time_zone).month).size()
    unseen = [month_name[month] for month in range(1, 13) if hours.get(month, 0) < 7 * 24]
    said = f"The data has less than a week of {', '.join(unseen)}: a forecast of these is no better than a guess."
    return [said] if unseen else []


def remarks_on_weekdays(power: pd.Series, time_zone: str, weekend: Set[int]) -> list[str]:
    """Say so if the same two days are by far the quietest in most weeks, and are not the country's weekend."""
    local = power.index.tz_convert(time_zone).tz_localize(None)
    by_day = power.groupby(local.normalize())
    daily = by_day.mean()[by_day.size() >= HOURS_OF_SHORTEST_DAY]
    monday = daily.index - pd.to_timedelta(daily.index.day_of_week, unit="D")
    weeks = pd.DataFrame({"monday": monday, "weekday": daily.index.day_of_week, "power": daily.to_numpy()})
    by_week = weeks.pivot(index="monday", columns="weekday", values="power").dropna()
    if by_week.shape[1] < 7:
        return []
    in_order = by_week.apply(sorted, axis="columns", result_type="expand")
    # The third-quietest day is clearly above the second by a third of the week's range.
    clear = in_order[2] - in_order[1] > (in_order[6] - in_order[0]) / 3
    pairs = by_week[clear].apply(lambda week: tuple(sorted(week.nsmallest(2).index)), axis="columns").value_counts()
    if pairs.empty or pairs.iloc[0] <= len(by_week) / 2 or weekend <= set(pairs.index[0]):
        return []
    first, second = (day_name[weekday] for weekday in pairs.index[0])
    usual = " and ".join(day_name[weekday] for weekday in sorted(weekend))
    return [
        f"In {pairs.iloc[0]} of {len(by_week)} weeks the quietest days are {first} and {second}, not {usual}. "
        "That is fine if the building rests then; if not, its dates may be another year's, which --year mends."
    ]
