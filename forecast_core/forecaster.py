"""Predictions of a model, whichever library it runs on."""

from collections.abc import Callable, Sequence

from .calendar import CalendarHour
from .card import ModelCard
from .encoding import EncodedHour, encode
from .horizon import Horizon

Infer = Callable[[Sequence[EncodedHour]], Sequence[float]]
"""From encoded hours, one row each, to the mean power of each hour in the model's unit."""


class Forecaster:
    """A model card together with the inference that it describes.

    :param card: the card of the model.
    :param infer: runs the model; onnxruntime in the server, anything in a test.
    """

    def __init__(self, card: ModelCard, infer: Infer) -> None:
        self.card = card
        self._infer = infer
        self._clock_changes = card.clock_changes
        self._standard_time = card.standard_time

    def predict(self, labels: Sequence[CalendarHour]) -> list[float]:
        """Predict the mean power of hours, in one call of the model.

        :param labels: the hours, as their labels say them.
        :returns: in the card's unit, rounded to three decimals, which is what float32 can carry.
        """
        return [round(value, 3) for value in self._means(labels)]

    def forecast(self, horizon: Horizon, quantile: float | None = None) -> list[float]:
        """Forecast consecutive hours, in one call of the model.

        A quantile is the mean plus the quantile of the model's residuals at the same hour of the day,
        as measured on days that the model had not seen.

        :param quantile: one of those in the card; None for the mean.
        :returns: in the card's unit, rounded to three decimals.
        :raises UnanswerableInput: the horizon does not fit the site's hours or the calendar.
        """
        labels = horizon.labels(self._standard_time)
        if quantile is None:
            return self.predict(labels)
        residuals = self.card.residual_quantiles[str(quantile)]
        return [
            round(mean + residuals[label.hour_of_day], 3)
            for mean, label in zip(self._means(labels), labels, strict=True)
        ]

    def _means(self, labels: Sequence[CalendarHour]) -> Sequence[float]:
        return self._infer([encode(label, self._clock_changes) for label in labels])
