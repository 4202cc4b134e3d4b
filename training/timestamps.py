"""Times as exports write them."""

import re

import pandas as pd

from .csv_file import fault

_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?)?"
_OTHER = r"\d{1,2}([./-])\d{1,2}\1\d{4} \d{1,2}:\d{2}(:\d{2})?"
_OFFSET = r" ?(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)"


def parse_times(name: str, texts: pd.Series, column: str) -> tuple[pd.Series, pd.Series | None]:
    """Parse times like 2015-01-31 01:00, 31.01.2015 01:00, 31-01-2015 01:00 or 1/31/2015 01:00, also with an offset.

    :param texts: indexed by line number.
    :returns: the times as written, naive; and the offsets from UTC, or None if there are none.
    :raises DataError: the first that is no such time, or that has an offset where others have none.
    """
    parts = texts.str.extract(rf"^(.*?)(?:{_OFFSET})?$")
    times = _parse_naive(name, texts, parts[0], column)
    has_offset = parts[1].notna()
    if not has_offset.any():
        return times, None
    if not has_offset.all():
        line = texts.index[has_offset != has_offset.iloc[0]][0]
        raise fault(name, line, column, texts[line], "has an offset, or lacks one, unlike the rows before")
    offsets = {text: pd.Timestamp(f"2000-01-01T00:00{text}").utcoffset() for text in parts[1].unique()}
    return times, parts[1].map(offsets)


def _parse_naive(name: str, texts: pd.Series, naive: pd.Series, column: str) -> pd.Series:
    first = str(naive.iloc[0])
    if other := re.fullmatch(_OTHER, first):
        sign, seconds = other[1], ":%S" if other[2] else ""
        dates = [f"%d{sign}%m{sign}%Y", *(["%m/%d/%Y"] if sign == "/" else [])]
        layouts = [f"{date} %H:%M{seconds}" for date in dates]
    else:
        layouts, naive = ["ISO8601"], naive.where(naive.str.fullmatch(_ISO).eq(True))
    parsed = [pd.to_datetime(naive, format=layout, errors="coerce") for layout in layouts]
    best = max(parsed, key=lambda times: times.notna().sum())
    if best.isna().any():
        line = best.index[best.isna()][0]
        raise fault(name, line, column, texts[line], "is not a timestamp, like 2015-01-31 01:00:00")
    if sum(times.notna().all() for times in parsed) > 1:
        raise fault(name, texts.index[0], column, first, "may begin with its day or its month; write it as 2015-01-31")
    return best
