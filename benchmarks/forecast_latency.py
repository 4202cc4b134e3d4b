"""How long a forecast takes, and how long a prediction waits behind one."""

import http.client
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from statistics import median

from benchmarks.server_process import FIRST_REQUEST, HOST, BenchmarkError, ServerProcess

HORIZONS = (1098, 2196, 4392, 8784)
_REPETITIONS = 15


def forecast_lines(server: ServerProcess) -> Iterator[str]:
    """Measure forecasts one after the other, each with a start of its own; a Markdown table."""
    connection = http.client.HTTPConnection(HOST, server.port)
    bystander = http.client.HTTPConnection(HOST, server.port)
    connection.request("GET", "/v1/forecast?N=1")
    first_start = datetime.fromisoformat(json.loads(connection.getresponse().read())["start"])
    starts = (first_start + timedelta(hours=step) for step in count(1))

    yield "| N | median ms | ms per 1,000 hours |"
    yield "|---:|---:|---:|"
    for hours in HORIZONS:
        latency = median(_forecast_ms(connection, hours, next(starts)) for _ in range(_REPETITIONS))
        yield f"| {hours:,} | {latency:.1f} | {latency / hours * 1000:.2f} |"

    alone = median(_prediction_ms(bystander) for _ in range(_REPETITIONS))
    waits = []
    for _ in range(_REPETITIONS):
        _ask_forecast(connection, HORIZONS[-1], next(starts))
        waits.append(_prediction_ms(bystander))
        _values(connection, HORIZONS[-1])
    yield ""
    yield (
        f"A prediction takes {alone:.1f} ms by itself, over a connection that is open; one that arrives right after "
        f"a forecast of {HORIZONS[-1]:,} hours takes {median(waits):.1f} ms (median), {max(waits):.1f} ms (longest)."
    )


def _forecast_ms(connection: http.client.HTTPConnection, hours: int, start: datetime) -> float:
    began = time.perf_counter()
    _ask_forecast(connection, hours, start)
    _values(connection, hours)
    return (time.perf_counter() - began) * 1e3


def _ask_forecast(connection: http.client.HTTPConnection, hours: int, start: datetime) -> None:
    connection.request("GET", f"/v1/forecast?N={hours}&start={start.isoformat().replace('+', '%2B')}")


def _values(connection: http.client.HTTPConnection, hours: int) -> None:
    response = connection.getresponse()
    content = response.read()
    if response.status != 200 or len(json.loads(content)["values"]) != hours:
        raise BenchmarkError(f"a forecast of {hours} hours is answered {response.status} {content[:200]!r}")


def _prediction_ms(connection: http.client.HTTPConnection) -> float:
    began = time.perf_counter()
    connection.request("GET", FIRST_REQUEST)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise BenchmarkError(f"a prediction is answered {response.status}")
    return (time.perf_counter() - began) * 1e3
