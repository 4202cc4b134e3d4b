"""A CSV from a path, an address or the published data set, read as two columns: the time as text, the value as number.

``instants.py`` reads the times, and ``load_profile.py`` makes hours of the rows.
"""

import csv
import hashlib
import http.client
import os
import re
import sys
import urllib.error
import urllib.request
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

from forecast_core.errors import DataError, quoted

PUBLISHED_URL = (
    "https://raw.githubusercontent.com/ourownstory/neuralprophet-data/54ee179/datasets/energy/SF_hospital_load.csv"
)
PUBLISHED_SHA256 = "0555dacb6bf1976422d203013908006c29fe9d261e9163c39fe23791ab6aba7d"
PUBLISHED_FILE = Path(__file__).resolve().parent.parent / "data" / "SF_hospital_load.csv"

TIME, VALUE = "time", "value"
MISSING = {"", "null", "nan", "na", "n/a", "none", "-"}  # cells without a value, in lower case
_NOT_CSV = {
    b"PK\x03\x04": "a spreadsheet (xlsx or ods)",
    b"\xd0\xcf\x11\xe0": "a spreadsheet (xls)",
    b"\x1f\x8b": "a gzip file",
}
LARGEST, SMALLEST = 1e30, 1e-30  # beyond these, a sum of squares or the model's float32 cannot hold a value


def read_source(data: str | None) -> tuple[str, bytes]:
    """Read the CSV at a path or an address, or the published one, which is kept for the next time.

    :returns: its name for messages, and its content.
    :raises DataError: it cannot be read or downloaded, or the download is not the published file.
    """
    if data is None:
        if not PUBLISHED_FILE.exists():
            _download_published()
        return PUBLISHED_FILE.name, PUBLISHED_FILE.read_bytes()
    if re.match(r"https?://", data):
        return data, _download(data)
    try:
        return data, Path(data).read_bytes()
    except (OSError, ValueError) as error:  # ValueError for a path that no file can have
        raise DataError(f"cannot read {data}: {getattr(error, 'strerror', error)}") from error


def read_columns(name: str, content: bytes, time_column: str, value_column: str) -> pd.DataFrame:
    """Read two columns of a CSV; the separator and the decimal sign are recognised.

    :param name: of the file, for messages.
    :returns: columns ``time`` (text) and ``value`` (float, NaN where it is missing), indexed by line number.
    :raises DataError: the first error, with its line and value.
    """
    for start, what in _NOT_CSV.items():
        if content.startswith(start):
            raise DataError(f"is {what}, not a CSV; open it in its program and save it as CSV", file=name)
    text = decode(content)
    separator = _find_separator(name, text, time_column, value_column)
    cells = _read_cells(name, text, separator, time_column, value_column)
    if not cells:
        raise DataError("the file has a header and no rows", file=name)
    rows = pd.DataFrame.from_dict(cells, orient="index", columns=[TIME, VALUE], dtype="str")
    rows[VALUE] = rows[VALUE].where(~rows[VALUE].str.lower().isin(MISSING))
    rows = rows[(rows[TIME] != "") | rows[VALUE].notna()]
    if rows.empty:
        raise DataError(f"no row has a value in the column {quoted(value_column)}", file=name)
    return rows.assign(**{VALUE: _parse_numbers(name, rows[VALUE], separator, value_column)})


def _read_cells(name: str, text: str, separator: str, *wanted: str) -> dict[int, list[str]]:
    """Read the cells of the wanted columns, by line number; the last of them is the column of values."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    cells = {}
    try:
        header = [column.strip() for column in next(reader)]
        if not set(wanted) <= set(header):
            raise DataError(
                "has a line break in its header; write the names of the columns in one line", file=name, line=1
            )
        places = [header.index(column) for column in wanted]
        # Empty cells after the last column do no harm, unless a decimal comma may have moved the cells after the value.
        # A column without a name after the value may hold the decimals of a comma, so it has to be empty.
        n_named = 1 + max(place for place, column in enumerate(header) if column)
        may_have_moved = separator == "," and places[-1] < n_named - 1
        for row in reader:
            if not any(map(str.strip, row)):
                continue
            is_longer = any(map(str.strip, row[n_named:])) or (may_have_moved and len(row) > len(header))
            if is_longer or len(row) < len(header):
                hint = "put quotes around values with a separator in them, or export the file with another separator"
                wrong = f"has {len(row)} cells and the header {len(header)}; {hint}"
                raise DataError(wrong, file=name, line=reader.line_num)
            cells[reader.line_num] = [row[place].strip() for place in places]
    except csv.Error as error:
        raise DataError(f"is not a CSV ({error})", file=name, line=reader.line_num) from error
    return cells


def _download_published() -> None:
    content = _download(PUBLISHED_URL)
    if (found := hashlib.sha256(content).hexdigest()) != PUBLISHED_SHA256:
        differs = f"its sha256 is {found}, expected {PUBLISHED_SHA256}; name another copy with --data PATH"
        raise DataError(f"{PUBLISHED_URL} is not the published file any more: {differs}")
    PUBLISHED_FILE.parent.mkdir(exist_ok=True)
    part = PUBLISHED_FILE.with_suffix(f".{os.getpid()}.part")  # an interruption shall leave no half of a file
    part.write_bytes(content)
    part.replace(PUBLISHED_FILE)


def _download(url: str) -> bytes:
    content = bytearray()
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            total = int(response.headers.get("Content-Length", 0))
            while chunk := response.read(64 * 1024):
                content += chunk
                share = f"{len(content) / total:4.0%}" if total else ""
                print(f"\rdownload  {share} {len(content):,} bytes of {url}", end="", file=sys.stderr)
            print(file=sys.stderr)
            if len(content) < total:
                raise http.client.IncompleteRead(bytes(content), total - len(content))
    except (OSError, ValueError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # the error is the response, with its connection
        raise DataError(
            f"cannot download {url} ({getattr(error, 'reason', error)}); name a copy with --data PATH"
        ) from error
    return bytes(content)


def decode(content: bytes) -> str:
    """Decode a text file of any program: UTF-8, UTF-16, or the code page of older ones."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # of older programs; digits are the same in all of these


def _find_separator(name: str, text: str, *wanted: str) -> str:
    """Take the separator with which the header has the wanted columns."""
    header, most = re.split("[\r\n]", text, maxsplit=1)[:1], list[str]()
    for separator in (",", ";", "\t"):
        try:
            columns = [column.strip() for column in next(csv.reader(header, delimiter=separator), [])]
        except csv.Error as error:  # a field of more than 131,072 characters
            raise DataError(f"not a CSV ({error})", file=name, line=1) from error
        if all(columns.count(column) == 1 for column in wanted):
            return separator
        most = max(most, columns, key=len)
    found = ", ".join(quoted(column) for column in most[:8]) or "nothing"
    expected = f"expected one column {wanted[0]} and one column {wanted[1]}, found {found}"
    raise DataError(f"{expected}; name the two with --time-column and --value-column", file=name, line=1)


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
            raise DataError(why, file=name, line=line, column=column, value=texts[line])
    return numbers


def _find_decimal_sign(name: str, texts: pd.Series, separator: str, column: str) -> tuple[str, str]:
    """Find the decimal sign, and the sign between thousands.

    :raises DataError: the values can be read in both ways.
    """
    point, comma = (".", ","), (",", ".")
    with_point, with_comma = (texts.str.fullmatch(_number(*signs)).sum() for signs in (point, comma))
    has_sign = texts.str.contains("[.,]").eq(True)
    if with_point != with_comma:
        return point if with_point > with_comma else comma
    if with_point < texts.notna().sum() or not has_sign.any():  # some value is no number, or all are whole
        return point
    # Both readings fit every value, so each sign stands before three digits: 1.234 has decimals, or is a thousand.
    # "12000; 1.234" has decimals, since 12000 has no sign between thousands; so has "0.500; 1.234".
    # "950; 1.234" may be either.
    first = texts.index[has_sign][0]
    is_comma = "," in texts[first]
    if separator == "," and not is_comma:  # where commas separate columns, the decimal sign is a point
        return point
    has_thousand_without_sign = texts.str.fullmatch(r"[+-]?\d{4,}").any()
    all_have_three_decimals = has_sign[texts.notna()].all()
    if separator != "," and (has_thousand_without_sign or all_have_three_decimals):
        return comma if is_comma else point
    wrong = "may have three decimals, or be a thousand and more; write the values without a sign between thousands"
    raise DataError(wrong, file=name, line=first, column=column, value=texts[first])


def _number(decimal: str, thousands: str) -> str:
    whole = rf"(\d+|[1-9]\d{{0,2}}(\{thousands}\d{{3}})+)"
    return rf"[+-]?({whole}(\{decimal}\d*)?|\{decimal}\d+)([eE][+-]?\d+)?"
