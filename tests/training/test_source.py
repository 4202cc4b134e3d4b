import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from forecast_core.errors import DataError
from training import source

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
        self.wfile.write(CONTENT[: len(CONTENT) // 2] if self.path == "/broken-off.csv" else CONTENT)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A publisher's address; the published data set is expected from there, in an empty data folder."""
    with HTTPServer(("127.0.0.1", 0), Publisher) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(source, "PUBLISHED_URL", f"{address}/load.csv")
        monkeypatch.setattr(source, "PUBLISHED_SHA256", hashlib.sha256(CONTENT).hexdigest())
        monkeypatch.setattr(source, "PUBLISHED_FILE", tmp_path / "data" / "load.csv")
        yield address
        server.shutdown()


def test_the_published_data_is_downloaded_once_with_progress_and_kept(
    publisher: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second time, no network is needed."""
    assert source.read_source(None) == ("load.csv", CONTENT)
    assert "100% 150,000 bytes" in capsys.readouterr().err
    monkeypatch.setattr(source, "PUBLISHED_URL", f"{publisher}/missing.csv")
    assert source.read_source(None) == ("load.csv", CONTENT)


def test_a_changed_publication_is_refused_and_not_kept(publisher: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures belong to the file with this checksum, and to no other."""
    monkeypatch.setattr(source, "PUBLISHED_SHA256", "0" * 64)
    with pytest.raises(DataError, match=r"is not the published file any more: its sha256 is .* with --data PATH"):
        source.read_source(None)
    assert not source.PUBLISHED_FILE.exists()


def test_data_can_be_named_by_its_address(publisher: str) -> None:
    """Any http(s) address of a CSV will do."""
    assert source.read_source(f"{publisher}/other.csv") == (f"{publisher}/other.csv", CONTENT)


@pytest.mark.parametrize(
    ("page", "reason"), [("missing.csv", "Not Found"), ("broken-off.csv", "IncompleteRead"), (None, "refused")]
)
def test_a_failed_download_is_one_line_that_names_the_way_out(publisher: str, page: str | None, reason: str) -> None:
    """Whether the file is gone, the line breaks off or there is no network."""
    url = f"{publisher}/{page}" if page else "http://127.0.0.1:9/load.csv"
    with pytest.raises(DataError) as refusal:
        source.read_source(url)
    assert str(refusal.value).startswith(f"cannot download {url} (")
    assert reason in str(refusal.value)
    assert str(refusal.value).endswith("; name a copy with --data PATH")
