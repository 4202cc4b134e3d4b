"""Predictions and forecasts of a model, whichever library it runs on."""

from collections.abc import Callable, Sequence
from datetime import datetime
from math import floor, log10

from .calendar import Label
from .card import ModelCard
from .encoding import EncodedHour, encode

Infer = Callable[[Sequence[EncodedHour]], Sequence[float]]
"""From encoded hours, one row each, to the mean power of each hour in the model's unit."""


class Forecaster:
    """A model card together with the inference that it describes.

    :param infer: runs the model; onnxruntime in the server, anything in a test.
    :raises InvalidModel: the card tells of no calendar that there is.
    """

    def __init__(self, card: ModelCard, infer: Infer) -> None:
        self.card = card
        self.calendar = card.calendar()
        self._infer = infer

    def predict(self, label: Label) -> float:
        """Predict the mean power of the hour that a label means; in the card's unit, ``rounded``."""
        hour = self.calendar.occupants_hour(self.calendar.event_start(label))
        return rounded(self._infer([encode(hour)])[0])

    def forecast(self, first: datetime, n_hours: int, quantile: float | None = None) -> list[float]:
        """Forecast consecutive hours, in one call of the model; in the card's unit, ``rounded``.

        A quantile is the mean plus the quantile of the model's residuals at the same hour on the occupants' clock,
        as measured on weeks that the model had not seen.

        :param first: when the first hour starts; aware.
        :param quantile: one of those in the card; None for the mean.
        :raises UnanswerableInput: the hours are not whole ones of the site, or outside the years that the card knows.
        """
        hours = [self.calendar.occupants_hour(start) for start in self.calendar.event_starts(first, n_hours)]
        means = self._infer([encode(hour) for hour in hours])
        if quantile is None:
            return [rounded(mean) for mean in means]
        residuals = self.card.residual_quantiles[str(quantile)]
        return [rounded(mean + residuals[hour.hour_of_day]) for mean, hour in zip(means, hours, strict=True)]


def rounded(power: float) -> float:
    """Round to three decimals, or to four significant digits where that is more; the model is float32, which has seven.

    >>> rounded(1234.56789), rounded(0.123456789), rounded(-0.00123456789), rounded(0.0)
    (1234.568, 0.1235, -0.001235, 0.0)
    """
    size = abs(power)
    return round(power, 3 - floor(log10(size)) if 0 < size < 1 else 3)
