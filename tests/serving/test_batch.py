"""Predictions that are wanted at the same time are made together, and are the same."""

import asyncio
from collections.abc import Coroutine, Sequence
from itertools import product
from typing import TypeVar

import httpx2
import pytest

from forecast_core.calendar import CalendarHour
from serving.batch import Batch

Answer = TypeVar("Answer")
LABELS = [CalendarHour(hour, 3, 122) for hour in range(5)]


class Model:
    """Answers with the hour, and keeps what it was asked; hour 4 is beyond it."""

    def __init__(self) -> None:
        self.asked: list[list[CalendarHour]] = []

    def predict(self, labels: Sequence[CalendarHour]) -> list[float]:
        self.asked.append(list(labels))
        if LABELS[4] in labels:
            raise ArithmeticError("hour 4")
        return [float(label.hour_of_day) for label in labels]


def run(question: Coroutine[None, None, list[Answer]]) -> list[Answer]:
    """Run a question; one that nobody answers fails, where it would wait for ever."""

    async def with_an_end() -> list[Answer]:
        return await asyncio.wait_for(question, 30)

    return asyncio.run(with_an_end())


def test_what_is_wanted_together_is_one_call() -> None:
    """Each gets its own prediction; what comes later is another call."""
    model = Model()

    async def ask() -> list[list[float]]:
        batch = Batch(model.predict)
        return [await asyncio.gather(*map(batch.predict, labels)) for labels in (LABELS[:3], LABELS[3:4])]

    assert run(ask()) == [[0.0, 1.0, 2.0], [3.0]]
    assert model.asked == [LABELS[:3], LABELS[3:4]]


def test_an_error_reaches_all_who_wait_and_nobody_later() -> None:
    async def ask() -> list[float | BaseException]:
        batch = Batch(Model().predict)
        failed = await asyncio.gather(*map(batch.predict, LABELS[3:]), return_exceptions=True)
        return [*failed, await batch.predict(LABELS[3])]

    first, second, later = run(ask())
    assert isinstance(first, ArithmeticError)
    assert isinstance(second, ArithmeticError)
    assert later == 3.0


def test_who_leaves_takes_nobody_along() -> None:
    """A request that is cancelled while it waits is left out."""
    model = Model()

    async def ask() -> list[float | BaseException]:
        batch = Batch(model.predict)
        waiting = [asyncio.ensure_future(batch.predict(label)) for label in LABELS[:3]]
        asyncio.get_running_loop().call_soon(waiting[1].cancel)
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, second, third = run(ask())
    assert (first, third) == (0.0, 2.0)
    assert isinstance(second, asyncio.CancelledError)
    assert model.asked == [[LABELS[0], LABELS[2]]]


@pytest.mark.parametrize("at_once", [2, 7, 100])
def test_over_http_the_company_changes_no_answer(at_once: int) -> None:
    """Every tenth day's hours, asked one by one and many at once; by body, of which nothing is remembered."""
    from serve import app, forecaster

    labels = [CalendarHour(*label) for label in product(range(24), (0, 6), range(1, 367, 10))]

    async def ask() -> list[float]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
            answers = []
            for first in range(0, len(labels), at_once):
                group = labels[first : first + at_once]
                answers += await asyncio.gather(
                    *(client.post("/v1/prediction", json=label._asdict()) for label in group)
                )
        return [answer.json()["prediction"] for answer in answers]

    assert run(ask()) == [forecaster.predict([label])[0] for label in labels]
