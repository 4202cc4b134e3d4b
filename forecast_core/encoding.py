"""The encoding of an hour as the model's features: sine and cosine of each calendar field.

A forest splits on thresholds, so it would see 23:00 and 00:00 as far apart.
On a circle they are neighbours, as are Sunday and Monday, or December and January.
"""

from math import cos, sin, tau

from .calendar import OccupantsHour

EncodedHour = tuple[float, ...]

PERIODS = {"hour_of_day": 24, "day_of_week": 7, "day_of_year": 366}
"""The number of values after which each field starts again, in the order of the features."""

MODEL_INPUT = "features"  # the name of the model's input, of shape (n_hours, len(FEATURES)), float32

FEATURES = tuple(f"{name}_{function}" for name in PERIODS for function in ("sin", "cos"))
"""The model's input columns, in order."""

_ON_CIRCLE = tuple(
    tuple((sin(tau * value / period), cos(tau * value / period)) for value in range(period + 1))
    for period in PERIODS.values()
)


def encode(hour: OccupantsHour) -> EncodedHour:
    """Encode an hour as points on three circles: one number from -1 to 1 for each of ``FEATURES``.

    >>> [round(feature, 3) for feature in encode(OccupantsHour(6, 0, 183))]
    [1.0, 0.0, 0.0, 1.0, 0.0, -1.0]
    """
    hours, weekdays, days = _ON_CIRCLE
    return hours[hour.hour_of_day] + weekdays[hour.day_of_week] + days[hour.day_of_year]
