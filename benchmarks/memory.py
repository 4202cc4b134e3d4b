"""Show that the server's memory stays bounded: ``python benchmarks/memory.py``.

Valid and invalid requests, no two the same, in the query string and in the body, some of them long,
go to one worker over a few connections. Exit status: 0 bounded, 1 its resident size has grown by more than the limit.
"""

import asyncio
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.server_process import HOST, UVICORN, BenchmarkError, ServerProcess, running

REQUESTS = 100_000  # of each kind; every one distinct, so that nothing remembered is asked for again
FORECASTS = 100  # a forecast needs more memory while it is made than anything else
WARM_UP = 4_000  # of each kind; after these, buffers and pools have their size
LIMIT_MB = 20
CONNECTIONS = 4
PADDING = 8_000  # characters of every tenth request: what is remembered must be bounded in size, not only in number
FIELDS = (("hour_of_day", 24, 0), ("day_of_week", 7, 0), ("day_of_year", 366, 1))


def valid_requests() -> Iterator[bytes]:
    """Ask for every input in turn, from the second turn on with the fields in another order."""
    number = 0
    while True:
        turn, rest = divmod(number, 24 * 7 * 366)
        values = []
        for name, period, first in FIELDS:
            rest, value = divmod(rest, period)
            values.append((name, str(value + first)))
        in_order = values[turn % 3 :] + values[: turn % 3]
        yield _request(number, in_order, long=number % 20 < 2)
        number += 1


def invalid_requests() -> Iterator[bytes]:
    """Ask with a value out of range, a text for a number, an unknown field or a field too few, by turns."""
    number = 0
    while True:
        values = {"hour_of_day": "8", "day_of_week": "3", "day_of_year": "122"}
        match number // 2 % 4:
            case 0:
                values["day_of_year"] = str(1000 + number)
            case 1:
                values["day_of_week"] = f'"Monday{number}"'
            case 2:
                values[f"minute{number}"] = "0"
            case 3:
                values = {"hour_of_day": str(number)}
        yield _request(number, list(values.items()), long=number % 20 < 2)
        number += 1


def long_forecasts() -> Iterator[bytes]:
    """Ask for the longest forecast, again and again."""
    while True:
        yield f"GET /v1/forecast?N=8784 HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def _request(number: int, values: list[tuple[str, str]], *, long: bool) -> bytes:
    """Write the input as query string or as body, by turns; padded with what both forms allow for."""
    if number % 2:
        query_string = "&".join(f"{name}={value}" for name, value in values).replace('"', "%22")
        padding = "&" * PADDING if long else ""
        return f"GET /v1/prediction?{query_string}{padding} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    padding = " " * PADDING if long else ""
    body = "{" + ", ".join(f'"{name}": {value}' for name, value in values) + padding + "}"
    return f"GET /v1/prediction HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


async def send(server: ServerProcess, requests: Iterator[bytes], count: int, expected: range) -> None:
    """Send some of the requests over a few connections, and check that each is answered as expected.

    :param expected: the statuses.
    :raises BenchmarkError: another status.
    """
    shared = islice(requests, count)
    await asyncio.gather(*(_send_over_one_connection(server.port, shared, expected) for _ in range(CONNECTIONS)))


async def _send_over_one_connection(port: int, requests: Iterator[bytes], expected: range) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    for request in requests:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        _, _, after = head.partition(b"content-length:")
        await reader.readexactly(int(after.split(b"\r\n", 1)[0]))
        status = int(head.split(maxsplit=2)[1])
        if status not in expected:
            raise BenchmarkError(f"answered {status}: {request[:300]!r}")
    writer.close()
    await writer.wait_closed()


async def run(server: ServerProcess) -> float:
    """Warm the server up, send everything, and print its resident size on the way.

    :returns: by how many MB (10^6 bytes) it has grown since the warm-up.
    """
    valid, invalid = valid_requests(), invalid_requests()
    success, client_error = range(200, 201), range(400, 500)
    await send(server, valid, WARM_UP, success)
    await send(server, invalid, WARM_UP, client_error)
    before = server.resident_mb()
    print(f"after the warm-up              {before:6.1f} MB", flush=True)
    await send(server, valid, REQUESTS, success)
    print(f"after {REQUESTS:,} valid requests   {server.resident_mb():6.1f} MB", flush=True)
    await send(server, invalid, REQUESTS, client_error)
    print(f"after {REQUESTS:,} invalid requests {server.resident_mb():6.1f} MB", flush=True)
    await send(server, long_forecasts(), FORECASTS, success)
    after = server.resident_mb()
    print(f"after {FORECASTS} forecasts of a year     {after:6.1f} MB", flush=True)
    return after - before


def main() -> int:
    with running(UVICORN, "serve:app") as server:
        growth = asyncio.run(run(server))
    print(f"grown by {growth:.1f} MB; the limit is {LIMIT_MB} MB")
    return 0 if growth <= LIMIT_MB else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchmarkError as error:
        sys.exit(f"memory.py: {error}")
