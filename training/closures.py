"""Days on which a building is closed: those of the user's file, and those that look so and are in no list."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from forecast_core.errors import DataError, quoted

from .csv_file import decode
from .instants import HOURS_OF_SHORTEST_DAY
from .load_profile import DAY, LONGEST_NAME, POWER

LONGEST_CLOSURE = timedelta(days=366)
_LINE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[\s,]+(\d{4}-\d\d-\d\d))?[\s,]+(\S.*)")

_FEWEST_AROUND = 4  # days with a value around a day; of fewer, the median is one of odd days
_AROUND = 56  # days before and after; eight weeks on each side outweigh a school's summer of six
_REST_MATTERS = 0.2  # of a working day's mean: the least difference to a rest day that tells one from the other
_LIKE_REST = 0.3  # of that difference: a day that is at most so far above a rest day looks closed


def read_closures(path: Path) -> dict[date, str]:
    """Read a file of closures: in each line a date, or a first and a last day, and a name; ``#`` starts a comment.

    :returns: each day with its name, sorted.
    :raises DataError: the file cannot be read, or a line is no closure.
    """
    try:
        lines = decode(path.read_bytes()).splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read --closures {path}: {getattr(error, 'strerror', error)}") from error
    days: dict[date, str] = {}
    for number, line in enumerate(lines, start=1):
        if text := line.partition("#")[0].strip():
            for day, name in _closure(path, number, text).items():
                days.setdefault(day, name)
    return dict(sorted(days.items()))


def _closure(path: Path, number: int, text: str) -> dict[date, str]:
    def wrong(why: str) -> DataError:
        return DataError(f"{quoted(text)} {why}", file=str(path), line=number)

    found = _LINE.fullmatch(text)
    if not found:
        raise wrong("is not a date, or two dates, and a name, like 2026-12-24 2027-01-01 company holidays")
    try:
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2] or found[1])
    except ValueError as error:
        raise wrong("has a date that does not exist") from error
    if not timedelta(0) <= last - first <= LONGEST_CLOSURE:
        raise wrong("must end on or after its first day, and within a year")
    if re.search(r"\d{4}-\d", found[3]):
        raise wrong("has a date in its name; write the first and the last day, with a blank between")
    if len(found[3]) > LONGEST_NAME:
        raise wrong(f"has a name of more than {LONGEST_NAME} characters")
    return {first + timedelta(days=day): found[3] for day in range((last - first).days + 1)}


def find_closures(hours: pd.DataFrame, rest_weekday: int) -> dict[date, date]:
    """Find days that look closed: about as quiet as the rest days around them, unlike their own weekday.

    :param hours: from ``make_features``; days that are known to be closed have the rest weekday there.
    :returns: the first and last day of each such closure.
    """
    by_day = hours.groupby(DAY).agg(power=(POWER, "mean"), weekday=("day_of_week", "first"), n_hours=(POWER, "size"))
    daily = by_day[by_day["n_hours"] >= HOURS_OF_SHORTEST_DAY].asfreq("D")
    usual = pd.Series(index=daily.index, dtype=float)
    for weekday in range(7):
        of_weekday = daily["power"].where(daily["weekday"] == weekday)
        usual = usual.where(daily["weekday"] != weekday, _median_around(of_weekday))
    rest = _median_around(daily["power"].where(daily["weekday"] == rest_weekday))
    matters = usual - rest > _REST_MATTERS * usual.abs()
    closed = daily.index[matters & (daily["power"] - rest < _LIKE_REST * (usual - rest))]
    return _spans(list(closed.date), quiet=set(daily.index[~matters].date))


def _median_around(power: pd.Series) -> pd.Series:
    return power.rolling(2 * _AROUND + 1, center=True, min_periods=_FEWEST_AROUND).median()


def _spans(days: list[date], quiet: set[date]) -> dict[date, date]:
    """Join days to spans, across days on which the building is quiet anyhow."""
    spans: dict[date, date] = {}
    first = last = None
    for day in days:
        between = [] if last is None else [last + timedelta(days=gap) for gap in range(1, (day - last).days)]
        if first is None or not set(between) <= quiet:
            first = day
        spans[first] = last = day
    return spans


def as_lines(spans: Mapping[date, date]) -> list[str]:
    """Write spans as lines of a closures file."""
    return [
        f"{first} looks closed" if first == last else f"{first} {last} looks closed" for first, last in spans.items()
    ]
