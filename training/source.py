"""Where the training data comes from: a file, an address, or the published data set."""

import hashlib
import http.client
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

from forecast_core.errors import DataError

from .replacing import write_whole

PUBLISHED_URL = (
    "https://raw.githubusercontent.com/ourownstory/neuralprophet-data/54ee179/datasets/energy/SF_hospital_load.csv"
)
PUBLISHED_SHA256 = "0555dacb6bf1976422d203013908006c29fe9d261e9163c39fe23791ab6aba7d"
PUBLISHED_YEAR = 2017  # that the file simulates, by its weekdays, holidays and clock changes
PUBLISHED_REMARKS = (
    f"The published file simulates {PUBLISHED_YEAR}, though its labels say 2015: "
    f"its events are dated {PUBLISHED_YEAR}, and a label still means its row. "
    "So day_of_week 3, a Thursday by the label, is a Sunday of the building.",
)
PUBLISHED_FILE = Path(__file__).resolve().parent.parent / "data" / "SF_hospital_load.csv"


def read_source(data: str | None) -> tuple[str, bytes]:
    """Read the CSV that the user named by a path or an address, or the published one, which is kept for the next time.

    :returns: the name to call it by in messages, and its content.
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
    except OSError as error:
        raise DataError(f"cannot read {data}: {error.strerror}") from error


def _download_published() -> None:
    content = _download(PUBLISHED_URL)
    if (found := hashlib.sha256(content).hexdigest()) != PUBLISHED_SHA256:
        differs = f"its sha256 is {found}, expected {PUBLISHED_SHA256}; name another copy with --data PATH"
        raise DataError(f"{PUBLISHED_URL} is not the published file any more: {differs}")
    PUBLISHED_FILE.parent.mkdir(exist_ok=True)
    write_whole(PUBLISHED_FILE, content)


def _download(url: str) -> bytes:
    content = bytearray()
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            total = int(answer.headers.get("Content-Length", 0))
            while chunk := answer.read(64 * 1024):
                content += chunk
                share = f"{len(content) / total:4.0%}" if total else ""
                print(f"\rdownload  {share} {len(content):,} bytes of {url}", end="", file=sys.stderr)
            print(file=sys.stderr)
            if len(content) < total:
                raise http.client.IncompleteRead(bytes(content), total - len(content))
    except (OSError, ValueError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it is the answer itself, with its connection
        raise DataError(
            f"cannot download {url} ({getattr(error, 'reason', error)}); name a copy with --data PATH"
        ) from error
    return bytes(content)
