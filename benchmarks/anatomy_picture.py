"""Where the model's error sits, as a picture."""

from io import BytesIO

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.error_anatomy import MONTHS, WEEKDAYS, HourlyErrors

_COLOURS = ("tab:blue", "tab:orange")
_HOLIDAY, _OTHER = "tab:red", "0.6"


def anatomy_picture(errors: dict[str, HourlyErrors], reasons: pd.DataFrame, unit: str) -> bytes:
    """Draw the error by month, hour and weekday, and the worst days of each protocol below.

    :param errors: by the name of the protocol; two of them.
    :param reasons: what ``find_reasons`` found.
    :returns: a PNG.
    """
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    rows = figure.add_gridspec(2, height_ratios=(4, 5))
    above, below = figure.add_subfigure(rows[0]), figure.add_subfigure(rows[1])
    by_month, by_hour, by_weekday = above.subplots(1, 3, sharey=True, width_ratios=(12, 14, 8))
    _bars(by_month, "month", errors, dict(enumerate(MONTHS, start=1)))
    _bars(by_hour, "hour", errors, {hour: str(hour) for hour in range(0, 24, 3)})
    _bars(by_weekday, "day_of_week", errors, dict(enumerate(WEEKDAYS)))
    by_month.set_title("by month", fontsize="medium")
    by_hour.set_title("by hour in which the event starts, standard time", fontsize="medium")
    by_weekday.set_title("by weekday, as dated", fontsize="medium")
    by_month.set_ylabel(f"mean absolute error, {unit}")
    by_month.set_xlabel("dashed: mean of all hours", fontsize="small")
    by_month.legend(frameon=False)
    for axes, (protocol, of_protocol) in zip(below.subplots(1, 2, sharex=True), errors.items(), strict=True):
        _worst_days(axes, of_protocol.worst_days(reasons)[::-1])
        axes.set_title(f"the ten worst days, {protocol}", fontsize="medium")
        axes.set_xlabel(f"mean absolute error of the day, {unit}")
    content = BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    return content.getvalue()


def _bars(axes: Axes, what: str, errors: dict[str, HourlyErrors], names: dict[int, str]) -> None:
    """Draw the protocols side by side, with a line at the mean of each."""
    width = 0.8 / len(errors)
    for place, (protocol, of_protocol) in enumerate(errors.items()):
        means = of_protocol.mean_by(what)
        step = (place - (len(errors) - 1) / 2) * width
        axes.bar(means.index + step, means, width, color=_COLOURS[place], label=protocol)
        axes.axhline(of_protocol.absolute.mean(), color=_COLOURS[place], linewidth=0.8, linestyle="dashed")
    axes.set_xticks(list(names), list(names.values()), fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)


def _worst_days(axes: Axes, days: pd.DataFrame) -> None:
    """Draw the days with their reason, the last one on top."""
    longest = days["absolute"].max()
    for place, (_, error) in enumerate(days.iterrows()):
        colour = _HOLIDAY if error["holiday"] else _OTHER
        axes.barh(place, error["absolute"], color=colour)
        inside = error["absolute"] > longest / 2
        axes.text(
            error["absolute"],
            place,
            f" {error['reason']} ",
            verticalalignment="center",
            horizontalalignment="right" if inside else "left",
            fontsize="small",
            color="white" if inside else "black",
        )
    axes.set_yticks(range(len(days)), [f"{day:%d %b}" for day in days.index])
    axes.spines[["top", "right"]].set_visible(False)
