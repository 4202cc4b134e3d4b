"""Give random input to the server and to the training: ``python -m tests.fuzz``, which takes a quarter of an hour.

Requests go through a raw socket, good, bad and broken ones.
Each response must have a status that its request allows, a good one the model's digest, and no request may hang or
cause a 5xx.
Every 200th good response is computed again from the model file, by code that shares nothing with the server's.
Files, command lines and trainings are in ``fuzz_training.py``.
Exit status: 0 nothing was wrong, 1 something was; its case is printed, and the seed repeats it.
"""

import argparse
import json
import random
import re
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from math import cos, pi, sin
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import numpy as np
import onnx
import onnxruntime

from tests.builders import MODEL_FILE, described, running_server
from tests.fuzz_training import fuzz_files, fuzz_options, fuzz_trainings

RECOMPUTED = 200
LIMITS = {"hour_of_day": (0, 23), "day_of_week": (0, 6), "day_of_year": (1, 366)}
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
DIGEST = sha256(MODEL_FILE.read_bytes()).hexdigest()[:16].encode()
WRONG = [
    None, True, False, "", "8", "x" * 50, -1, 7, 24, 367, 8785, 1.5, 1e300,
    [], [1], [0.5, 0.5], [0.05, "0.95"], {}, {"a": 1}, "\x00", "<b>", "\u00e9",
]  # fmt: skip
BROKEN = [b"{", b"[1,", b'"', b"nul", b"NaN", b"\xff\xfe", b'{"N": 1, "N": 1}', b"[" * 3000, b"9" * 5000, b'"\\ud800"']


class Oracle:
    """Computes the predictions and forecasts of the committed model in another, slower way."""

    def __init__(self) -> None:
        self._card = {entry.key: entry.value for entry in onnx.load(MODEL_FILE).metadata_props}
        self._session = onnxruntime.InferenceSession(MODEL_FILE, providers=["CPUExecutionProvider"])
        self._holidays = {*json.loads(self._card["holidays"])["dates"], *json.loads(self._card["closures"])}
        self._residuals = json.loads(self._card["residual_quantiles"])

    def prediction(self, fields: dict[str, int]) -> float:
        """Search the event year by year: 2017, then common years, or leap years for day 366."""
        hour, weekday, day_of_year = (int(fields[name]) for name in LIMITS)
        standard = timezone(timedelta(hours=-8))
        for year in (2017, *range(2017, 2060)):
            timestamp = datetime(year, 1, 1, hour, tzinfo=standard) + timedelta(days=day_of_year - 1)
            start = timestamp - timedelta(hours=1)
            in_data = start.year == 2017
            is_leap = datetime(year, 12, 31).timetuple().tm_yday == 366
            fits = timestamp.year == year and timestamp.weekday() == (weekday + 3) % 7
            if fits and (in_data or (start.year > 2017 and is_leap == (day_of_year == 366))):
                return self.forecast(start, 1, [None])[0][0]
        raise AssertionError(f"no event for {fields}")

    def forecast(self, start: datetime, n_hours: int, quantiles: Sequence[float | None]) -> list[list[float]]:
        """Encode each hour on the local clock, and run the model on all of them; None stands for the mean."""
        rows, hours = [], []
        for number in range(n_hours):
            local = (start.astimezone(UTC) + timedelta(hours=number)).astimezone(ZoneInfo("America/Los_Angeles"))
            weekday = 6 if local.strftime("%Y-%m-%d") in self._holidays else local.weekday()
            angles = (local.hour / 24, weekday / 7, local.timetuple().tm_yday / 366)
            # 45 degrees are an eighth of a circle.
            rows.append([turn(2 * pi * (a + more)) for a in angles for more in (0, 1 / 8) for turn in (sin, cos)])
            hours.append(local.hour)
        (means,) = self._session.run(None, {"features": np.array(rows, dtype=np.float32)})
        added = [[0.0] * 24 if quantile is None else self._residuals[str(quantile)] for quantile in quantiles]
        return [
            [float(mean) + of_hour[hour] for mean, hour in zip(means[:, 0], hours, strict=True)] for of_hour in added
        ]


def make_request(draw: random.Random) -> tuple[bytes, set[int], str, dict[str, object]]:
    """Draw a request.

    :returns: its bytes, the statuses that its response may have, the resource, and its fields if it is good.
    """
    resource = draw.choice(("prediction", "prediction", "forecast"))
    fields: dict[str, object] = {name: draw.randint(*limits) for name, limits in LIMITS.items()}
    if resource == "forecast":
        start = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(hours=draw.randrange(30 * 8766))
        offset = timezone(timedelta(hours=draw.randint(-12, 14)))
        fields = {"N": draw.choice((1, 8, 24, 200)), "start": start.astimezone(offset).isoformat()}
        match draw.randrange(4):
            case 0:
                fields["quantile"] = draw.choice(QUANTILES)
            case 1:
                fields["quantiles"] = draw.sample(QUANTILES, draw.randint(1, 7))
    method = draw.choice(("GET", "GET", "POST", "QUERY"))
    kind = draw.random()
    if kind < 0.5:
        return _write(draw, method, resource, fields, by_body=draw.random() < 0.5), {200}, resource, fields
    if kind < 0.8:
        name = draw.choice([*fields, "unknown", "N" if resource == "prediction" else "hour_of_day"])
        bad = fields | {name: draw.choice(WRONG)}
        if draw.random() < 0.2:
            del bad[draw.choice(list(bad))]
        return _write(draw, method, resource, bad, by_body=draw.random() < 0.7), {200, 400, 422}, resource, {}
    if kind < 0.9:
        body = draw.choice(BROKEN) + bytes(draw.randrange(256) for _ in range(draw.randrange(20)))
        return _with_body(method, f"/v1/{resource}", body), {400, 413, 422}, resource, {}
    if kind < 0.95:
        query = "&".join(
            f"{draw.choice('abN%')}{number}=%{draw.randrange(99):02}" for number in range(draw.randrange(300))
        )
        return _head(method, f"/v1/{resource}?{query}") + b"\r\n", {400, 414, 415, 422}, resource, {}
    path = draw.choice(
        ("/", "/web/x", "/v1", "/v2/prediction", "/schemas/v1/../model.json", "/%00", "/health", "/v1/model")
    )
    return _head(draw.choice(("GET", "PUT", "DELETE")), path) + b"\r\n", {200, 400, 404, 405}, path, {}


def _write(draw: random.Random, method: str, resource: str, fields: dict[str, object], *, by_body: bool) -> bytes:
    if by_body:
        return _with_body(method, f"/v1/{resource}", json.dumps(fields).encode())
    method = "GET" if method == "QUERY" else method
    texts = {name: _text(value) for name, value in fields.items()}
    safe = draw.choice(["/", "/,"])  # a comma may be escaped
    query = "&".join(
        f"{quote(name)}={quote(text, safe)}" for name, text in draw.sample(sorted(texts.items()), len(texts))
    )
    return _head(method, f"/v1/{resource}?{query}") + b"\r\n"


def _text(value: object) -> str:
    if isinstance(value, list) and value:
        return ",".join(map(_text, value))
    return value if isinstance(value, str) else json.dumps(value)


def _with_body(method: str, path: str, body: bytes) -> bytes:
    return _head(method, path) + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def _head(method: str, path: str) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()


def read_response(connection: socket.socket) -> tuple[int, bytes, bytes]:
    """Read one response: status, head and body."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _piece(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)\ncontent-length: (\d+)", head)[1])  # type: ignore[index]
    while len(body) < length:
        body += _piece(connection)
    return int(head.split(b" ", 2)[1]), head.lower(), body


def _piece(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise AssertionError("the server closed the connection")
    return piece


def check(oracle: Oracle | None, resource: str, fields: dict[str, object], response: tuple[int, bytes, bytes]) -> None:
    """Check a response, and compare its values with the oracle's if there is one."""
    status, head, body = response
    document = {} if resource == "/" and status == 200 else json.loads(body)  # the page is not JSON
    assert b"x-content-type-options: nosniff" in head
    if status >= 400:
        assert b"content-type: application/problem+json" in head
        assert document["status"] == status
        assert len(document.get("errors", [])) <= 20
        return
    if not fields:
        return
    assert b"model-digest: %b\r\n" % DIGEST in head + b"\r\n"
    if oracle is None:
        return
    if resource == "prediction":
        found = [document["prediction"]]
        expected: list[Any] = [oracle.prediction(fields)]  # type: ignore[arg-type]
    else:
        start = datetime.fromisoformat(str(fields["start"]))
        wanted: list[Any] = [fields.get("quantile"), *fields.get("quantiles", [])]  # type: ignore[misc]
        found = [document["values"], *document.get("quantiles", {}).values()]
        expected = oracle.forecast(start, int(str(fields["N"])), wanted)
        assert (document["start"], document["unit"]) == (start.isoformat(), "kW")
        assert list(document.get("quantiles", {})) == list(map(str, wanted[1:]))
    # Both round float32 sums of about a thousand, to three decimals.
    assert np.allclose(found, expected, rtol=0, atol=0.002), (found[:3], expected[:3])


def fuzz_requests(n_requests: int, seed: int) -> Counter[str]:
    """Send requests to a server, and count the responses by status.

    :raises AssertionError: a response was wrong or late, or the server's log has a traceback.
    """
    draw, oracle, outcomes, n_good = random.Random(seed), Oracle(), Counter[str](), 0
    with running_server(["serve:app", "--no-access-log"]) as (server, address):
        port = int(address.rpartition(":")[2])
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        for number in range(n_requests):
            request, allowed, resource, fields = make_request(draw)
            with described(f"request {number} of seed {seed}, {request[:2000]!r}"):
                connection.sendall(request)
                response = read_response(connection)
                assert response[0] in allowed, f"status {response[0]}, not one of {sorted(allowed)}"
                n_good += bool(fields)
                check(oracle if n_good % RECOMPUTED == 1 else None, resource, fields, response)
            outcomes[f"status {response[0]}"] += 1
            if b"connection: close" in response[1]:
                connection.close()
                connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        connection.close()
        server.terminate()
        assert server.stderr is not None
        assert "Traceback" not in (log := server.stderr.read()), f"a traceback in the server's log:\n{log}"
    return outcomes


RUNS = {"requests": fuzz_requests, "option-lines": fuzz_options, "files": fuzz_files, "trainings": fuzz_trainings}
NUMBERS = {"requests": 50_000, "option-lines": 5_000, "files": 5_000, "trainings": 50}


def main() -> int:
    """Run each kind of random input, and count its outcomes."""
    parser = argparse.ArgumentParser(description="Give random input to the server and to the training.")
    for kind, number in NUMBERS.items():
        parser.add_argument(f"--{kind}", type=int, default=number, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    options = vars(parser.parse_args())
    for kind, run in RUNS.items():
        began = time.monotonic()
        try:
            outcomes = run(options[kind.replace("-", "_")], options["seed"])
        except AssertionError as error:
            print(f"{kind}: {error}", file=sys.stderr)
            return 1
        counted = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
        seconds = time.monotonic() - began
        print(f"{outcomes.total():,} {kind}, none wrong: {counted} ({seconds:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
