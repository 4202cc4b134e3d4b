"""Where the model's error sits: in which months, hours, weekdays and days, and why."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO

import pandas as pd
from holidays import country_holidays
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.accuracy.protocols import Result
from training.load_profile import DAY, POWER
from training.public_holidays import PublicHolidays

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WORST_DAYS = 10
_NEARBY_WEEKS = (-4, -3, -2, -1, 1, 2, 3, 4)


def describe_days(hours: pd.DataFrame, time_zone: str, public: PublicHolidays) -> pd.DataFrame:
    """Look for what is unusual about each day.

    :returns: indexed by local day: ``holiday``, its name or nothing; ``against_nearby``, the day's mean
        less the median of the same weekday in the weeks around, in the load's unit.
    """
    daily = hours.groupby(DAY)[POWER].mean()
    nearby = [daily.reindex(daily.index + pd.Timedelta(weeks=weeks)).to_numpy() for weeks in _NEARBY_WEEKS]
    names: Mapping[date, str] = {}
    if public.country is not None:
        country, _, part = public.country.partition("-")
        names = country_holidays(country, part or None, daily.index.year.unique(), language="en_US")
    holiday = [names.get(day.date(), "") if day.date() in public.as_they_fall else "" for day in daily.index]
    days = pd.DataFrame({"holiday": holiday, "against_nearby": daily - pd.DataFrame(nearby).median().to_numpy()})
    days.attrs["time_zone"] = time_zone
    return days


def worst_days(result: Result, days: pd.DataFrame) -> pd.DataFrame:
    """Find the days of the largest mean absolute error, worst first.

    :param days: what ``describe_days`` found.
    :returns: the columns of ``days``, the day's mean of ``absolute`` and ``signed`` error, and ``reason``:
        a holiday, or that the day is unlike its weeks, or nothing.
    """
    by_hour = pd.DataFrame({"absolute": _absolute(result), "signed": result.errors.mean(axis="columns")})
    local_day = by_hour.index.tz_convert(days.attrs["time_zone"]).normalize().tz_localize(None)
    worst = by_hour.groupby(local_day).mean().nlargest(_WORST_DAYS, "absolute").join(days)
    explains_half = -worst["against_nearby"] / worst["signed"] >= 1 / 2
    unlike = explains_half.map({True: "unlike its weeks", False: ""})
    return worst.assign(reason=worst["holiday"].where(worst["holiday"] != "", unlike))


def anatomy_picture(results: dict[str, Result], days: pd.DataFrame, unit: str) -> bytes:
    """Draw the error of two protocols by month, hour and weekday, and the worst days of each below; as PNG."""
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    rows = figure.add_gridspec(2, height_ratios=(4, 5))
    above, below = figure.add_subfigure(rows[0]), figure.add_subfigure(rows[1])
    by_month, by_hour, by_weekday = above.subplots(1, 3, sharey=True, width_ratios=(12, 14, 8))
    _bars(by_month, "month", results, dict(enumerate(MONTHS, start=1)))
    _bars(by_hour, "hour", results, {hour: str(hour) for hour in range(0, 24, 3)})
    _bars(by_weekday, "day_of_week", results, dict(enumerate(WEEKDAYS)))
    by_month.set_title("by month", fontsize="medium")
    by_hour.set_title("by hour in which the event starts, standard time", fontsize="medium")
    by_weekday.set_title("by weekday", fontsize="medium")
    by_month.set_ylabel(f"mean absolute error, {unit}")
    by_month.legend(frameon=False)
    for axes, (protocol, result) in zip(below.subplots(1, 2, sharex=True), results.items(), strict=True):
        worst = worst_days(result, days)[::-1]
        axes.barh(
            range(len(worst)), worst["absolute"], color=["tab:red" if name else "0.6" for name in worst["holiday"]]
        )
        for place, reason in enumerate(worst["reason"]):
            axes.text(0, place, f" {reason}", verticalalignment="center", fontsize="small")
        axes.set_yticks(range(len(worst)), [f"{day:%d %b}" for day in worst.index])
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_title(f"the ten worst days, {protocol}", fontsize="medium")
        axes.set_xlabel(f"mean absolute error of the day, {unit}")
    content = BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    return content.getvalue()


def _bars(axes: Axes, what: str, results: dict[str, Result], names: dict[int, str]) -> None:
    """Draw the protocols side by side, with a dashed line at the mean of each."""
    for (protocol, result), side, colour in zip(results.items(), (-1, 1), ("tab:blue", "tab:orange"), strict=True):
        absolute = _absolute(result)
        means = absolute.groupby(getattr(absolute.index, what)).mean()
        axes.bar(means.index + side * 0.2, means, 0.4, color=colour, label=protocol)
        axes.axhline(absolute.mean(), color=colour, linewidth=0.8, linestyle="dashed")
    axes.set_xticks(list(names), list(names.values()), fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)


def _absolute(result: Result) -> pd.Series:
    """Average the size of each hour's error over the seeds."""
    return result.errors.abs().mean(axis="columns")
