import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest

from forecast_core.errors import DataError
from training import csv_file
from training.csv_file import read_columns, read_source
from training.instants import parse_times


def test_an_error_has_its_parts_as_attributes() -> None:
    """A program can read the file, line, column, value and reason without parsing the message."""
    with pytest.raises(DataError) as refusal:
        read_columns("load.csv", b"ds,y\n2015-01-01 01:00,x\n", "ds", "y")
    error = refusal.value
    expected = ("load.csv", 2, "y", "x", "is not a number")
    assert (error.file, error.line, error.column, error.value, error.reason) == expected


@pytest.mark.parametrize(("more", "value"), [("12000", 12000.0), ("0", None)])
def test_a_thousand_without_a_sign_makes_the_other_sign_a_decimal_one(more: str, value: float | None) -> None:
    """Without such a number, three digits after a sign may be decimals or thousands, so the file is refused."""
    content = f"ds;y\n2015-01-01 01:00;50,673\n2015-01-01 02:00;{more}\n".encode()
    if value is None:
        with pytest.raises(DataError, match="line 2: y '50,673' may have three decimals"):
            read_columns("load.csv", content, "ds", "y")
    else:
        assert read_columns("load.csv", content, "ds", "y")["value"].to_list() == [50.673, value]


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
    """All values of the column are looked at together."""
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
        b"ds,y,z\n,,,,\n2015-01-01 01:00,1.5,\n",
        b"site,y,ds\nx,1.5,2015-01-01 01:00\n",
        b" ds ;y\n 2015-01-01 01:00 ; 1,5 \n",
        "ds;y;Zähler\n2015-01-01 01:00;1,5;Küche\n".encode("cp1252"),
        "ds,y\n2015-01-01 01:00,1.5\n".encode("utf-16"),
        b"ds,y\n\n2015-01-01 01:00,1.5\n\n",
    ],
    ids=[
        *(
            "byte-order mark",
            "carriage returns",
            "quoted",
            "a trailing empty column",
            "a trailing comma",
            "an empty row",
        ),
        *("other columns and order", "blanks", "an older encoding", "UTF-16", "empty lines"),
    ],
)
def test_every_dialect_of_csv_gives_the_same_values(content: bytes) -> None:
    """Encodings, line ends, quotes, blanks and other columns do not matter."""
    table = read_columns("load.csv", content, "ds", "y")
    assert table.to_numpy().tolist() == [["2015-01-01 01:00", 1.5]]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04\x14\x00", "a spreadsheet (xlsx or ods)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a spreadsheet (xls)"),
        (b"\x1f\x8b\x08\x00", "a gzip file"),
    ],
)
def test_a_file_that_is_no_text_is_named(content: bytes, kind: str) -> None:
    """The message says how to make a CSV of it."""
    with pytest.raises(DataError) as refusal:
        read_columns("load.csv", content, "ds", "y")
    assert str(refusal.value) == f"load.csv: is {kind}, not a CSV; open it in its program and save it as CSV"


def test_a_column_may_begin_like_a_zip_file() -> None:
    """PK may be the beginning of a name."""
    assert read_columns("load.csv", b"PKW;ds;y\n1;2015-01-01 01:00;1,5\n", "ds", "y")["value"].to_list() == [1.5]


def test_a_header_of_many_columns_is_read_at_once() -> None:
    """It takes less than a second; a library that looks for the types of all columns takes minutes."""
    others = 100_000
    header = ",".join(["ds", "y", *map(str, range(others))])
    rows = [f"2015-01-0{day} 01:00,1{',' * others}" for day in (1, 2)]
    table = read_columns("load.csv", "\n".join([header, *rows]).encode(), "ds", "y")
    assert table["value"].to_list() == [1, 1]


def test_lines_have_the_numbers_that_an_editor_shows() -> None:
    """Empty lines count, and an empty cell is a missing value."""
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
def test_timestamps_are_read_as_programs_write_them(text: str, time: str, hours_from_utc: float | None) -> None:
    """The time is naive, and an offset is returned beside it."""
    times, offsets = parse_times("load.csv", pd.Series([text], index=[2]), "ds")
    assert times.to_list() == [pd.Timestamp(time)]
    assert (None if offsets is None else offsets[2] / pd.Timedelta(hours=1)) == hours_from_utc


CONTENT = b"ds,y\n" * 30_000


class Publisher(BaseHTTPRequestHandler):
    """Serves the CSV, half of it, or nothing."""

    def do_GET(self) -> None:
        if self.path == "/missing.csv":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2] if self.path == "/half.csv" else CONTENT)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the published data set at an address of this machine, and empty the data folder."""
    with HTTPServer(("127.0.0.1", 0), Publisher) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(csv_file, "PUBLISHED_URL", f"{address}/load.csv")
        monkeypatch.setattr(csv_file, "PUBLISHED_SHA256", hashlib.sha256(CONTENT).hexdigest())
        monkeypatch.setattr(csv_file, "PUBLISHED_FILE", tmp_path / "data" / "load.csv")
        yield address
        server.shutdown()


def test_the_published_data_is_downloaded_once(
    publisher: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The download shows its progress, and the second time needs no network."""
    assert read_source(None) == ("load.csv", CONTENT)
    assert "100% 150,000 bytes" in capsys.readouterr().err
    monkeypatch.setattr(csv_file, "PUBLISHED_URL", f"{publisher}/missing.csv")
    assert read_source(None) == ("load.csv", CONTENT)


def test_a_changed_publication_is_refused_and_not_kept(publisher: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published file is the one with the known checksum, and no other."""
    monkeypatch.setattr(csv_file, "PUBLISHED_SHA256", "0" * 64)
    with pytest.raises(DataError, match=r"is not the published file any more: its sha256 is .* with --data PATH"):
        read_source(None)
    assert not csv_file.PUBLISHED_FILE.exists()


def test_data_may_be_an_address(publisher: str) -> None:
    """A CSV is downloaded from any http or https address."""
    assert read_source(f"{publisher}/other.csv") == (f"{publisher}/other.csv", CONTENT)


@pytest.mark.parametrize(
    ("page", "reason"), [("missing.csv", "Not Found"), ("half.csv", "IncompleteRead"), (None, "refused")]
)
def test_a_failed_download_is_one_line(publisher: str, page: str | None, reason: str) -> None:
    """The message says what failed, and how to do without the download."""
    url = f"{publisher}/{page}" if page else "http://127.0.0.1:9/load.csv"
    with pytest.raises(DataError) as refusal:
        read_source(url)
    assert str(refusal.value).startswith(f"cannot download {url} (")
    assert reason in str(refusal.value)
    assert str(refusal.value).endswith("; name a copy with --data PATH")
