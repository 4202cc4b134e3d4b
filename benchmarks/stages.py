"""Time the steps of an answer by themselves, without HTTP: ``python benchmarks/stages.py``.

Each step runs over the same inputs in a loop, in which all that it needs is in the processor's caches.
In a server, where the steps take turns with a network stack, each takes longer;
so the figures tell the steps' shares, and not the time of a request.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from starlette.requests import Request

import serve
from forecast_core.calendar import Label
from forecast_core.encoding import encode
from serving.answer import Answer, answer
from serving.query_string import parse_query_string

INPUTS = 10_000
LONGEST_HORIZON = 8784
PASSES = 7


def seconds(step: Callable[[Any], object], inputs: Sequence[Any]) -> float:
    """Time a step; the median over the passes, for one input."""
    passes = []
    for _ in range(PASSES):
        started = time.perf_counter()
        for each in inputs:
            step(each)
        passes.append(time.perf_counter() - started)
    return median(passes) / len(inputs)


def prediction_steps() -> Iterator[tuple[str, float]]:
    """Time the steps of a prediction, in seconds for one."""
    forecaster, calendar, schema = serve.forecaster, serve.forecaster.calendar, serve.PREDICTION_REQUEST
    labels = [Label(*label) for label in product(range(24), range(7), range(1, 367))]
    labels = random.Random(0).sample(labels, INPUTS)
    query_strings = [
        "&".join(f"{name}={value}" for name, value in label._asdict().items()).encode() for label in labels
    ]
    parameters = [query_string.split(b"&") for query_string in query_strings]
    fields = [label._asdict() for label in labels]
    for forms, accepted in zip(parameters, fields, strict=True):
        schema.known_fields.remember(forms, accepted)
    requests = [
        Request(
            {"type": "http", "method": "GET", "path": "/v1/prediction", "query_string": query_string, "headers": []}
        )
        for query_string in query_strings
    ]
    event_starts = [calendar.event_start(label) for label in labels]
    hours = [calendar.occupants_hour(event_start) for event_start in event_starts]
    yield "read a query string", seconds(lambda text: parse_query_string(text, schema.fields), query_strings)
    yield "ask jsonschema", seconds(schema.faults, fields[:1000])
    yield "instead of both: know the fields", seconds(schema.known_fields.recall, parameters)
    yield "from the label to the event", seconds(calendar.event_start, labels)
    yield "from the event to the occupants' hour", seconds(calendar.occupants_hour, event_starts)
    yield "encode", seconds(encode, hours)
    yield "all of these, run the model, round", seconds(forecaster.predict, labels)
    yield "answer", seconds(lambda request: answer(request, {"prediction": 940.162}, serve.model_digest), requests)


def forecast_steps() -> Iterator[tuple[str, float]]:
    """Time the steps of the longest forecast, in seconds."""
    calendar, forecaster = serve.forecaster.calendar, serve.forecaster
    first = calendar.end_of_data
    event_starts = calendar.event_starts(first, LONGEST_HORIZON)
    hours = [calendar.occupants_hour(event_start) for event_start in event_starts]
    document = {"values": forecaster.forecast(first, LONGEST_HORIZON)}
    yield "list the events", seconds(lambda _: calendar.event_starts(first, LONGEST_HORIZON), [None])
    yield "from events to occupants' hours", seconds(lambda _: list(map(calendar.occupants_hour, event_starts)), [None])
    yield "encode", seconds(lambda _: list(map(encode, hours)), [None])
    yield "all of these, run the model, round", seconds(lambda _: forecaster.forecast(first, LONGEST_HORIZON), [None])
    yield "write the JSON", seconds(lambda document: Answer(document, 200), [document])


def main() -> None:
    print("one prediction".ljust(50), "us")
    for name, each in prediction_steps():
        print(f"  {name:46}{each * 1e6:6.1f}")
    print(f"a forecast of {LONGEST_HORIZON:,} hours".ljust(50), "ms")
    for name, each in forecast_steps():
        print(f"  {name:46}{each * 1e3:6.1f}")


if __name__ == "__main__":
    main()
