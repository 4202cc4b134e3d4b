import pandas as pd
import pytest

from forecast_core.errors import DataError
from training.csv_file import read_columns
from training.timestamps import parse_times

NO_COLUMNS = "line 1: expected one column ds and one column y, found"
NAME_THEM = "name the two with --time-column and --value-column"

FAULTS = {
    "empty file": (b"", f"{NO_COLUMNS} nothing; {NAME_THEM}"),
    "header alone": (b"ds,y\n", "the file has a header and no rows"),
    "no such columns": (
        b"time,power\n2015-01-01 01:00,1\n",
        f"{NO_COLUMNS} 'time', 'power'; {NAME_THEM}",
    ),
    "no column y": (
        b"ds,power\n2015-01-01 01:00,1\n",
        f"{NO_COLUMNS} 'ds', 'power'; {NAME_THEM}",
    ),
    "a column twice": (b"ds,y,y\n2015-01-01 01:00,1,2\n", f"{NO_COLUMNS} 'ds', 'y', 'y'; {NAME_THEM}"),
    "not a CSV": (
        b"ds,y\n2015-01-01 01:00,1\n1,2,3,4\n",
        "not a CSV (Error tokenizing data. C error: Expected 2 fields in line 3, saw 4)",
    ),
    "a word for a time": (
        b"ds,y\n2015-01-01 01:00,1\nnow,1\n",
        "line 3: ds 'now' is not a timestamp, like 2015-01-31 01:00:00",
    ),
    "a summary line": (
        b"ds,y\n2015-01-01 01:00,1\nTotal,1\n",
        "line 3: ds 'Total' is not a timestamp, like 2015-01-31 01:00:00",
    ),
    "a day that is not": (
        b"ds,y\n2015-02-29 01:00,1\n",
        "line 2: ds '2015-02-29 01:00' is not a timestamp, like 2015-01-31 01:00:00",
    ),
    "an hour that is not": (
        b"ds,y\n01.01.2015 23:00,1\n01.01.2015 24:00,1\n",
        "line 3: ds '01.01.2015 24:00' is not a timestamp, like 2015-01-31 01:00:00",
    ),
    "day or month first": (
        b"ds,y\n01/02/2015 01:00,1\n02/02/2015 01:00,1\n",
        "line 2: ds '01/02/2015 01:00' may begin with its day or its month; write it as 2015-01-31",
    ),
    "an offset that is none": (
        b"ds,y\n2015-01-01T01:00+99:99,1\n",
        "line 2: ds '2015-01-01T01:00+99:99' is not a timestamp, like 2015-01-31 01:00:00",
    ),
    "a field without end": (
        b"x" * 200_000 + b",y\n1,1\n",
        "line 1: not a CSV (field larger than field limit (131072))",
    ),
    "an offset here and there": (
        b"ds,y\n2015-01-01T01:00Z,1\n2015-01-01T02:00,1\n",
        "line 3: ds '2015-01-01T02:00' has an offset, or lacks one, unlike the rows before",
    ),
    "a word for a number": (b"ds,y\n2015-01-01 01:00,1.5\n2015-01-01 02:00,x\n", "line 3: y 'x' is not a number"),
    "a control character": (b"ds,y\n2015-01-01 01:00,\x1b[2J\n", r"line 2: y '\x1b[2J' is not a number"),
    "a number of two kinds": (
        b"ds;y\n2015-01-01 01:00;1,5\n2015-01-01 02:00;2,5\n2015-01-01 03:00;3.5\n",
        "line 4: y '3.5' is not a number",
    ),
    "infinity": (b"ds,y\n2015-01-01 01:00,1e400\n", "line 2: y '1e400' is not a number"),
    "a number beyond use": (b"ds,y\n2015-01-01 01:00,1e308\n", "line 2: y '1e308' is beyond 1e+30, which no load is"),
    "a number next to zero": (
        b"ds,y\n2015-01-01 01:00,1e-310\n",
        "line 2: y '1e-310' is not zero, and nearer to it than 1e-30",
    ),
    "three decimals, or thousands": (
        b"ds;y\n2015-01-01 01:00;950\n2015-01-01 02:00;1.012\n",
        "line 3: y '1.012' may have three decimals, or be a thousand and more; "
        "write the values without a sign between thousands",
    ),
}


@pytest.mark.parametrize(("more", "value"), [("12000", 12000.0), ("0", None)])
def test_a_thousand_without_a_sign_tells_the_decimal_sign(more: str, value: float | None) -> None:
    """Three decimals everywhere else might be thousands; a smaller number tells nothing, and is refused."""
    content = f"ds;y\n2015-01-01 01:00;50,673\n2015-01-01 02:00;{more}\n".encode()
    if value is None:
        with pytest.raises(DataError, match="line 2: y '50,673' may have three decimals"):
            read_columns("load.csv", content, "ds", "y")
    else:
        assert read_columns("load.csv", content, "ds", "y")["value"].to_list() == [50.673, value]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_line_and_value(fault: str) -> None:
    """Each message says in one line what is wrong and where."""
    content, message = FAULTS[fault]
    with pytest.raises(DataError) as refusal:
        parse_times("load.csv", read_columns("load.csv", content, "ds", "y")["time"], "ds")
    assert str(refusal.value) == f"load.csv: {message}"


@pytest.mark.parametrize(
    ("separator", "texts", "values"),
    [
        (",", ["1.5", "-2", ".25", "3e2"], [1.5, -2, 0.25, 300]),
        (",", ["1.234", "950"], [1.234, 950]),
        (",", ['"1,5"', '"2,25"'], [1.5, 2.25]),
        (",", ['"1,234.5"', '"12,345,678.0"'], [1234.5, 12345678]),
        (";", ["1,5", "-2", ",25"], [1.5, -2, 0.25]),
        (";", ["1.234,5", "0,5", "12.345.678,0"], [1234.5, 0.5, 12345678]),
        (";", ["1,234", "0,950"], [1.234, 0.95]),
        (";", ["1.012", "2.500"], [1.012, 2.5]),
        (";", ["1.5", "2"], [1.5, 2]),
        (";", ["950", "1200"], [950, 1200]),
        ("\t", ["1.234.567", "1.000"], [1234567, 1000]),
    ],
)
def test_the_decimal_sign_is_recognised(separator: str, texts: list[str], values: list[float]) -> None:
    """By what all values of the column allow for."""
    rows = "".join(f"2015-01-01 0{hour}:00{separator}{text}\n" for hour, text in enumerate(texts))
    table = read_columns("load.csv", f"ds{separator}y\n{rows}".encode(), "ds", "y")
    assert table["value"].to_list() == values


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfds,y\n2015-01-01 01:00,1.5\n",
        b"ds,y\r\n2015-01-01 01:00,1.5\r\n",
        b'"ds","y"\n"2015-01-01 01:00","1.5"\n',
        b"ds,y,\n2015-01-01 01:00,1.5,\n",
        b"ds,y\n2015-01-01 01:00,1.5,\n",
        b"site,y,ds\nx,1.5,2015-01-01 01:00\n",
        b" ds ;y\n 2015-01-01 01:00 ; 1,5 \n",
        "ds;y;Zähler\n2015-01-01 01:00;1,5;Küche\n".encode("cp1252"),
        "ds,y\n2015-01-01 01:00,1.5\n".encode("utf-16"),
        b"ds,y\n\n2015-01-01 01:00,1.5\n\n",
    ],
    ids=[
        *("byte-order mark", "carriage returns", "quoted", "a trailing empty column", "a trailing comma"),
        *("other columns and order", "blanks", "an older encoding", "UTF-16", "empty lines"),
    ],
)
def test_what_exports_do_is_understood(content: bytes) -> None:
    """None of it changes a value."""
    table = read_columns("load.csv", content, "ds", "y")
    assert table.to_numpy().tolist() == [["2015-01-01 01:00", 1.5]]


def test_lines_are_counted_as_an_editor_does() -> None:
    """Also past empty lines, and an empty value is a missing one."""
    table = read_columns("load.csv", b"ds,y\n2015-01-01 01:00,1\n\n2015-01-01 02:00,\n", "ds", "y")
    assert table.index.to_list() == [2, 4]
    assert pd.isna(table["value"][4])


@pytest.mark.parametrize(
    ("text", "time", "hours_from_utc"),
    [
        ("2015-01-31", "2015-01-31 00:00", None),
        ("2015-01-31T01:30", "2015-01-31 01:30", None),
        ("2015-01-31 01:30:00.000", "2015-01-31 01:30", None),
        ("31.01.2015 01:30", "2015-01-31 01:30", None),
        ("31.1.2015 1:30", "2015-01-31 01:30", None),
        ("31-01-2015 01:30:00", "2015-01-31 01:30", None),
        ("31/01/2015 01:30", "2015-01-31 01:30", None),
        ("1/31/2015 1:30", "2015-01-31 01:30", None),
        ("2015-01-31T01:30:00Z", "2015-01-31 01:30", 0),
        ("2015-01-31 01:30:00+01:00", "2015-01-31 01:30", 1),
        ("2015-01-31T01:30+0530", "2015-01-31 01:30", 5.5),
        ("2015-01-31T01:30:00 -08:00", "2015-01-31 01:30", -8),
    ],
)
def test_times_are_read_as_exports_write_them(text: str, time: str, hours_from_utc: float | None) -> None:
    """With or without an offset, which is kept apart."""
    times, offsets = parse_times("load.csv", pd.Series([text], index=[2]), "ds")
    assert times.to_list() == [pd.Timestamp(time)]
    assert (None if offsets is None else offsets[2] / pd.Timedelta(hours=1)) == hours_from_utc
