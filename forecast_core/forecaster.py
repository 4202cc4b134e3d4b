"""Predictions and forecasts of a model, whichever library runs it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain
from math import floor, isfinite, log10
from typing import NamedTuple

from .errors import ForecastError, InvalidModel
from .features import CyclicalFeatures, cyclical_features
from .model_card import ModelCard
from .site_calendar import LEAP_DAY
from .timestamps import CalendarFields

Infer = Callable[[Sequence[CyclicalFeatures]], Sequence[float]]
"""Runs the model: from the features of each hour to its mean power, in the model's unit."""


class Forecast(NamedTuple):
    """The mean power of consecutive hours, and its quantiles by their names in the model card."""

    means: list[float]
    quantiles: dict[str, list[float]]


class Forecaster:
    """A model card together with the inference that it describes.

    :param infer: runs the model; onnxruntime in the server.
    :param checksum: of the whole model file, as ``sha256sum`` prints it.
    :raises InvalidModel: the card describes no possible calendar.
    """

    def __init__(self, card: ModelCard, infer: Infer, checksum: str = "") -> None:
        self.card, self.checksum = card, checksum
        self.calendar = card.calendar()
        self._infer = infer

    def predict(self, fields: CalendarFields) -> float:
        """Predict the mean power of the hour with these calendar fields; in the card's unit, ``rounded``."""
        return rounded(self._infer([cyclical_features(self.calendar.features_of_fields(fields))])[0])

    def forecast(self, first: datetime, n_hours: int, quantiles: Sequence[float] = ()) -> Forecast:
        """Forecast consecutive hours with one call of the model; in the card's unit, ``rounded``.

        A quantile is the mean plus that quantile of the model's residuals at the same hour of the local clock,
        measured on hours that the model had not seen.

        :param first: when the first hour starts; aware.
        :param quantiles: some of those in the card.
        :raises UnanswerableInput: the hours are not whole ones of the site, or lie outside the known years.
        """
        hours = [self.calendar.calendar_features(start) for start in self.calendar.event_starts(first, n_hours)]
        means = self._infer([cyclical_features(hour) for hour in hours])
        of_quantiles = {}
        for quantile in map(str, quantiles):
            residuals = self.card.residual_quantiles[quantile]
            in_order = zip(means, hours, strict=True)
            of_quantiles[quantile] = [rounded(mean + residuals[hour.hour_of_day]) for mean, hour in in_order]
        return Forecast([rounded(mean) for mean in means], of_quantiles)

    def check(self) -> None:
        """Try the model on an hour of every day of the year, and on a day by each quantile.

        :raises InvalidModel: it cannot be run, or does not return finite numbers.
        """
        try:
            powers = [self.predict(CalendarFields(day % 24, day % 7, day)) for day in range(1, LEAP_DAY + 1)]
            day = self.forecast(self.calendar.end_of_data, 24, [*map(float, self.card.residual_quantiles)])
            powers += [*day.means, *chain.from_iterable(day.quantiles.values())]
        except Exception as error:  # the exceptions of onnxruntime, for one, share no narrower base
            reason = str(error) if isinstance(error, ForecastError) else type(error).__name__
            raise InvalidModel(f"it cannot be run ({reason}); make it again with train.py") from error
        if not all(map(isfinite, powers)):
            raise InvalidModel("some of its predictions are not finite numbers")


def rounded(power: float) -> float:
    """Round to three decimals, below 1 to four significant digits; a float32 has seven.

    >>> rounded(1234.56789), rounded(0.123456789), rounded(-0.00123456789), rounded(0.0)
    (1234.568, 0.1235, -0.001235, 0.0)
    """
    size = abs(power)
    return round(power, 3 - floor(log10(size)) if 0 < size < 1 else 3)
