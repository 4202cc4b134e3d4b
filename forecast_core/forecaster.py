"""Predictions of a model, whichever library it runs on."""

from collections.abc import Callable, Sequence

from .calendar import CalendarHour
from .card import ModelCard
from .encoding import EncodedHour, encode

Infer = Callable[[Sequence[EncodedHour]], Sequence[float]]
"""From encoded hours, one row each, to the mean power of each hour in the model's unit."""


class Forecaster:
    """A model card together with the inference that it describes.

    :param card: the card of the model.
    :param infer: runs the model; scikit-learn in training, onnxruntime in serving.
    """

    def __init__(self, card: ModelCard, infer: Infer) -> None:
        self.card = card
        self._infer = infer
        self._clock_changes = card.clock_changes

    def predict(self, labels: Sequence[CalendarHour]) -> list[float]:
        """Predict the mean power of hours, in one call of the model.

        :param labels: the hours, as their labels say them.
        :returns: in the card's unit, rounded to three decimals, which is what float32 can carry.
        """
        rows = [encode(label, self._clock_changes) for label in labels]
        return [round(float(value), 3) for value in self._infer(rows)]
