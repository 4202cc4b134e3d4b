"""Where the model's error sits: in which months, hours, weekdays and days, and why."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO

import pandas as pd
from holidays import country_holidays
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.accuracy.protocols import Result
from training.encoded_hours import DAY, POWER
from training.public_holidays import PublicHolidays

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WORST_DAYS = 10
_NEARBY_WEEKS = (-4, -3, -2, -1, 1, 2, 3, 4)
_COLOURS = ("tab:blue", "tab:orange")


def describe_days(hours: pd.DataFrame, time_zone: str, public: PublicHolidays) -> pd.DataFrame:
    """Look for what is unusual about each day.

    :returns: indexed by local day: ``holiday``, its name or nothing; ``against_nearby``, the day's mean
        less the median of the same weekday in the weeks around, in the load's unit.
    """
    daily = hours.groupby(DAY)[POWER].mean()
    nearby = [daily.reindex(daily.index + pd.Timedelta(weeks=weeks)).to_numpy() for weeks in _NEARBY_WEEKS]
    names: Mapping[date, str] = {}
    if public.country is not None:
        country, _, subdivision = public.country.partition("-")
        names = country_holidays(country, subdiv=subdivision or None, years=daily.index.year.unique(), language="en_US")
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
    worst = by_hour.groupby(_local_day(by_hour, days)).mean().nlargest(_WORST_DAYS, "absolute").join(days)
    explains_half = -worst["against_nearby"] / worst["signed"] >= 1 / 2
    unlike = explains_half.map({True: "unlike its weeks", False: ""})
    return worst.assign(reason=worst["holiday"].where(worst["holiday"] != "", unlike))


def anatomy_picture(results: dict[str, Result], days: pd.DataFrame, unit: str) -> bytes:
    """Draw the error by month, hour and weekday, and the worst days of each protocol below.

    :param results: by the name of the protocol; two of them.
    :returns: a PNG.
    """
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
        _draw_days(axes, worst_days(result, days)[::-1])
        axes.set_title(f"the ten worst days, {protocol}", fontsize="medium")
        axes.set_xlabel(f"mean absolute error of the day, {unit}")
    content = BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    return content.getvalue()


def _bars(axes: Axes, what: str, results: dict[str, Result], names: dict[int, str]) -> None:
    """Draw the protocols side by side, with a dashed line at the mean of each."""
    width = 0.8 / len(results)
    for place, (protocol, result) in enumerate(results.items()):
        absolute = _absolute(result)
        means = absolute.groupby(getattr(absolute.index, what)).mean()
        step = (place - (len(results) - 1) / 2) * width
        axes.bar(means.index + step, means, width, color=_COLOURS[place], label=protocol)
        axes.axhline(absolute.mean(), color=_COLOURS[place], linewidth=0.8, linestyle="dashed")
    axes.set_xticks(list(names), list(names.values()), fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)


def _draw_days(axes: Axes, days: pd.DataFrame) -> None:
    """Draw the days with their reason, the last one on top."""
    axes.barh(range(len(days)), days["absolute"], color=["tab:red" if name else "0.6" for name in days["holiday"]])
    for place, (_, error) in enumerate(days.iterrows()):
        axes.text(0, place, f" {error['reason']}", verticalalignment="center", fontsize="small")
    axes.set_yticks(range(len(days)), [f"{day:%d %b}" for day in days.index])
    axes.spines[["top", "right"]].set_visible(False)


def _absolute(result: Result) -> pd.Series:
    """Average the size of each hour's error over the seeds."""
    return result.errors.abs().mean(axis="columns")


def _local_day(by_hour: pd.DataFrame | pd.Series, days: pd.DataFrame) -> pd.DatetimeIndex:
    return by_hour.index.tz_convert(days.attrs["time_zone"]).normalize().tz_localize(None)
