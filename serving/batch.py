"""Predictions that are wanted at the same time, made together."""

import asyncio
from collections.abc import Callable, Sequence

from forecast_core.calendar import CalendarHour


class Batch:
    """Labels of requests that arrived together, predicted in one call of the model.

    A call takes about as long for ten rows as for one.
    Nothing is held back to wait for more: the call is made as soon as all that has arrived was read.

    :param predict: predicts labels, each by itself.
    """

    def __init__(self, predict: Callable[[Sequence[CalendarHour]], Sequence[float]]) -> None:
        self._predict = predict
        self._waiting: list[tuple[CalendarHour, asyncio.Future[float]]] = []

    async def predict(self, label: CalendarHour) -> float:
        """Predict the hour that a label names; an error of the model is raised to all who wait for it."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._answer_all)
        answer: asyncio.Future[float] = loop.create_future()
        self._waiting.append((label, answer))
        return await answer

    def _answer_all(self) -> None:
        waiting = [(label, answer) for label, answer in self._waiting if not answer.cancelled()]
        self._waiting.clear()
        try:
            predictions = self._predict([label for label, _ in waiting])
        except Exception as error:
            for _, answer in waiting:
                answer.set_exception(error)
            return
        for (_, answer), prediction in zip(waiting, predictions, strict=True):
            answer.set_result(prediction)
