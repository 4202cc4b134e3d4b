"""What strains our server: long forecasts, for whoever waits behind them, and requests without end."""

from collections.abc import Iterator
from select import select
from statistics import median

from benchmarks.serving.server_process import BODY, GOOD, QUERY, REFUSED, Server


def waiting_lines(server: Server) -> Iterator[str]:
    """Measure forecasts by themselves, a prediction behind one, and the health check behind many."""
    others, example = [Server(server.host, server.port) for _ in range(16)], QUERY.format(8, 3, 122)
    for path in (example, _forecast(0, 1098), _forecast(0)):
        yield f"- `GET {path}` by itself takes {median(server.milliseconds(path) for _ in range(15)):.1f} ms."
    for path, busy in ((example, others[:1]), ("/health", others)):
        waits = []
        for _ in range(15):
            for number, other in enumerate(busy):
                other.request("GET", _forecast(number))
            while len(select([other.sock for other in busy], [], [], 0)[0]) < len(busy):
                waits.append(server.milliseconds(path))
                if path == example:  # only what arrives right after the forecast
                    break
            for other in busy:
                other.response()
        yield f"- `GET {path}` while forecasts of 8,784 hours are made, asked for {len(busy)} at once,"
        yield f"  takes {median(waits):.1f} ms (median of {len(waits)}), {max(waits):.1f} ms (longest)."


def measure_memory(server: Server) -> dict[str, float]:
    """Tell what the server holds after each load; resident MB."""
    resident = {}
    for load, numbers in (("4,000", range(4_000)), ("100,000 more", range(4_000, 104_000))):
        for kind, expected in (("valid", GOOD), ("invalid", REFUSED)):
            for number in numbers:
                server.predict(_request(number, expected), expected)
            resident[f"{load} {kind} requests"] = server.resident_mb()
    for number in range(100):
        server.milliseconds(_forecast(number % 30))
    return {**resident, "100 forecasts of a year": server.resident_mb()}


def _request(number: int, expected: range) -> str:
    """Write a request that no other number has; if invalid, by a value, a type or a name."""
    turn, form = number // 2, (QUERY, BODY)[number % 2]
    hour, weekday, day = turn % 24, turn // 24 % 7, turn // 168 + 1
    if expected is GOOD:
        return form.format(hour, weekday, day)
    unknown = form.format(hour, weekday, day).replace("hour_of_day", f"minute{number}")
    return (form.format(hour, weekday, 400 + number), form.format(hour, f"{number}.5", day), unknown)[number % 3]


def _forecast(number: int, hours: int = 8784) -> str:
    return f"/v1/forecast?N={hours}&start={2010 + number}-01-01T00:00:00Z"
