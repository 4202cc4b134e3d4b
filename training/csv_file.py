"""A CSV of whatever export, as texts of the two columns that matter, and as numbers."""

import csv
import re
from io import StringIO

import numpy as np
import pandas as pd

from forecast_core.errors import DataError

TIME, VALUE = "time", "value"
FIRST_LINE = 2  # line 1 is the header

LARGEST, SMALLEST = 1e30, 1e-30  # beyond these, sums of squares or the model's float32 do not hold a value


def read_columns(name: str, content: bytes, time_column: str, value_column: str) -> pd.DataFrame:
    """Read two columns of a CSV; the separator and the decimal sign are recognised.

    :param name: what to call the file in messages.
    :returns: columns ``time`` (text) and ``value`` (float, NaN where the cell is empty), indexed by line number.
    :raises DataError: the first fault found, with the line and value at fault.
    """
    text = _decode(content)
    separator = _find_separator(name, text, time_column, value_column)
    try:
        rows = pd.read_csv(StringIO(text), sep=separator, dtype=str, skip_blank_lines=False, index_col=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{name}: not a CSV ({str(error).strip()})") from error
    rows.columns = [column.strip() for column in rows.columns]
    rows.index = pd.RangeIndex(FIRST_LINE, FIRST_LINE + len(rows))
    rows = rows[[time_column, value_column]].set_axis([TIME, VALUE], axis="columns").dropna(how="all")
    rows = rows.apply(lambda column: column.str.strip())
    if rows.empty:
        raise DataError(f"{name}: the file has a header and no rows")
    return rows.assign(value=_parse_numbers(name, rows[VALUE], separator, value_column))


def fault(name: str, line: object, column: str, value: object, wrong: str) -> DataError:
    """Say what is wrong with a value, with a short, printable piece of it."""
    return DataError(f"{name}: line {line}: {column} {str(value)[:40]!r} {wrong}")


def _decode(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # of older programs; digits are the same in all of these


def _find_separator(name: str, text: str, *wanted: str) -> str:
    """Take the separator that makes the wanted names columns of the header."""
    header, most = re.split("[\r\n]", text, maxsplit=1)[:1], list[str]()
    for separator in (",", ";", "\t"):
        try:
            columns = [column.strip() for column in next(csv.reader(header, delimiter=separator), [])]
        except csv.Error as error:  # a field of more than 131,072 characters
            raise DataError(f"{name}: line 1: not a CSV ({error})") from error
        if all(columns.count(column) == 1 for column in wanted):
            return separator
        most = max(most, columns, key=len)
    found = ", ".join(repr(column[:40]) for column in most[:8]) or "nothing"
    raise DataError(
        f"{name}: line 1: expected one column {wanted[0]} and one column {wanted[1]}, found {found}; "
        "name the two with --time-column and --value-column"
    )


def _parse_numbers(name: str, texts: pd.Series, separator: str, column: str) -> pd.Series:
    """Read numbers with a decimal point or a decimal comma, with or without a sign between thousands."""
    decimal, thousands = _find_decimal_sign(name, texts, separator, column)
    fits = texts.str.fullmatch(_number(decimal, thousands)).eq(True)
    numbers = texts.where(fits).str.replace(thousands, "").str.replace(decimal, ".").astype(float)
    size = numbers.abs()
    for wrong, why in (
        (texts.notna() & ~np.isfinite(numbers), "is not a number"),
        (size > LARGEST, f"is beyond {LARGEST:g}, which no load is"),
        ((size > 0) & (size < SMALLEST), f"is not zero, and nearer to it than {SMALLEST:g}"),
    ):
        if wrong.any():
            line = texts.index[wrong][0]
            raise fault(name, line, column, texts[line], why)
    return numbers


def _find_decimal_sign(name: str, texts: pd.Series, separator: str, column: str) -> tuple[str, str]:
    """Tell the decimal sign, and the sign between thousands.

    :raises DataError: the values allow for both readings.
    """
    point, comma = (".", ","), (",", ".")
    with_point, with_comma = (texts.str.fullmatch(_number(*signs)).sum() for signs in (point, comma))
    has_sign = texts.str.contains("[.,]").eq(True)
    if with_point != with_comma or not has_sign.any():
        return point if with_point >= with_comma else comma
    # Each sign stands before three digits, as both readings allow.
    first = texts.index[has_sign][0]
    is_comma = "," in texts[first]
    if separator == "," and not is_comma:
        return point
    # A thousand without a sign, or as many decimals everywhere: then the sign is a decimal one.
    if separator != "," and (texts.str.fullmatch(r"[+-]?\d{4,}").any() or has_sign[texts.notna()].all()):
        return comma if is_comma else point
    wrong = "may have three decimals, or be a thousand and more; write the values without a sign between thousands"
    raise fault(name, first, column, texts[first], wrong)


def _number(decimal: str, thousands: str) -> str:
    whole = rf"(\d+|[1-9]\d{{0,2}}(\{thousands}\d{{3}})+)"
    return rf"[+-]?({whole}(\{decimal}\d*)?|\{decimal}\d+)([eE][+-]?\d+)?"
