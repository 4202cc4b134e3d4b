"""Where the model's error sits: in which months, hours, weekdays and days, and why."""

from typing import NamedTuple

import pandas as pd

from benchmarks.result import Result

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UNLIKE_ITS_WEEKS = "unlike its weeks"
_WORST_DAYS = 10


class HourlyErrors(NamedTuple):
    """The errors of each test hour, averaged over seeds and indexed by ``event_start``.

    :param absolute: their size.
    :param signed: forecast less actual.
    """

    absolute: pd.Series
    signed: pd.Series

    @classmethod
    def of(cls, result: Result) -> "HourlyErrors":
        """Take the errors of a method under a protocol."""
        errors = pd.DataFrame({seed: forecast - result.actual for seed, forecast in enumerate(result.forecasts)})
        return cls(errors.abs().mean(axis="columns"), errors.mean(axis="columns"))

    def mean_by(self, what: str) -> pd.Series:
        """Average the absolute error by a field of the calendar, such as ``month``."""
        return self.absolute.groupby(getattr(self.absolute.index, what)).mean()

    def worst_days(self, reasons: pd.DataFrame) -> pd.DataFrame:
        """Find the days of the largest mean absolute error, worst first.

        :param reasons: what ``find_reasons`` found.
        :returns: the columns of ``reasons``, the day's mean of ``absolute`` and ``signed``, and ``reason``:
            a holiday, or that the day is unlike its weeks, or nothing.
        """
        hours = pd.DataFrame({"absolute": self.absolute, "signed": self.signed})
        days = hours.groupby(hours.index.normalize()).mean().nlargest(_WORST_DAYS, "absolute").join(reasons)
        explains_half = -days["against_nearby"] / days["signed"] >= 1 / 2
        unlike_its_weeks = explains_half.map({True: UNLIKE_ITS_WEEKS, False: ""})
        return days.assign(reason=days["holiday"].where(days["holiday"] != "", unlike_its_weeks))


def anatomy_page(errors: dict[str, HourlyErrors], reasons: pd.DataFrame, unit: str) -> str:
    """Write where the error sits.

    :param errors: by the name of the protocol.
    :param reasons: what ``find_reasons`` found.
    """
    parts = [
        "# Where the error sits",
        "Written by `python benchmarks/accuracy.py`: the mean absolute error of this project's forest, "
        f"the mean over its seeds, in {unit}. Dates and weekdays are those of the data, hours its standard time.",
        "![by month, hour and weekday, and the ten worst days](error_anatomy.png)",
        "## By kind of day",
        _kinds(errors, reasons),
        "Holidays are known for the published data alone: those of the United States in a year that starts on a "
        "Sunday, for which its load was simulated.",
        "## By month",
        _by("month", errors, dict(enumerate(MONTHS, start=1))),
        "## By weekday",
        _by("day_of_week", errors, dict(enumerate(WEEKDAYS))),
        "## By hour in which the event starts",
        _by("hour", errors, {hour: str(hour) for hour in range(24)}),
    ]
    for protocol, of_protocol in errors.items():
        parts += [f"## The ten worst days, {protocol}", _worst(of_protocol, reasons)]
    parts.append(
        "The mean error is forecast less actual: above zero, the forecast was too high. "
        "The last column sets the day's mean load against the median of the same weekday in the four weeks before "
        f'and after. "{UNLIKE_ITS_WEEKS}": this difference is at least half of the mean error. '
        "It may be the weather; a calendar cannot tell."
    )
    return "\n\n".join(parts) + "\n"


def _kinds(errors: dict[str, HourlyErrors], reasons: pd.DataFrame) -> str:
    """Tell how much of the error comes from holidays, which the model cannot know."""
    kinds = {"holidays": reasons["holiday"] != "", "all other days": reasons["holiday"] == ""}
    columns = ("share of hours", "MAE", "share of the error")
    lines = [_head(["kind of day", *(f"{protocol}: {column}" for protocol in errors for column in columns)])]
    for kind, is_of_kind in kinds.items():
        cells = []
        for of_protocol in errors.values():
            absolute = of_protocol.absolute
            of_kind = absolute[is_of_kind.reindex(absolute.index.normalize()).to_numpy()]
            mae = f"{of_kind.mean():.1f}" if len(of_kind) else ""
            of_hours, of_error = len(of_kind) / len(absolute), of_kind.sum() / absolute.sum()
            cells += [f"{of_hours * 100:.1f} %", mae, f"{of_error * 100:.0f} %"]
        lines.append(_row([kind, *cells]))
    return "\n".join(lines)


def _by(what: str, errors: dict[str, HourlyErrors], names: dict[int, str]) -> str:
    means = {protocol: of_protocol.mean_by(what) for protocol, of_protocol in errors.items()}
    lines = [_head(["", *means])]
    for number, name in names.items():
        cells = [f"{of_protocol[number]:.1f}" if number in of_protocol else "" for of_protocol in means.values()]
        lines.append(_row([name, *cells]))
    return "\n".join(lines)


def _worst(errors: HourlyErrors, reasons: pd.DataFrame) -> str:
    lines = [_head(["day", "MAE", "mean error", "reason", "load against nearby weeks"])]
    for day, error in errors.worst_days(reasons).iterrows():
        against_nearby = "" if pd.isna(error["against_nearby"]) else f"{error['against_nearby']:+.1f}"
        figures = f"{error['absolute']:.1f}", f"{error['signed']:+.1f}"
        lines.append(_row([f"{day:%a %d %b %Y}", *figures, error["reason"] or "not known", against_nearby]))
    return "\n".join(lines)


def _head(names: list[str]) -> str:
    return _row(names) + "\n|" + "---|" * len(names)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
