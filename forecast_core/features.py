"""The model's features: the cyclical encoding of the calendar features, as sine and cosine.

A forest splits on thresholds, so it would see 23:00 and 00:00 as far apart.
On a circle they are neighbours, and so are Sunday and Monday, or December and January.
A split cuts the circle along one axis; on the circle turned by 45 degrees, it can also cut between the axes.
"""

from math import cos, sin, tau

from .site_calendar import CalendarFeatures

CyclicalFeatures = tuple[float, ...]  # one number from -1 to 1 for each of FEATURES

PERIODS = {"hour_of_day": 24, "day_of_week": 7, "day_of_year": 366}
"""The number of values after which each calendar feature starts again."""

MODEL_INPUT = "features"  # the name of the model's input: float32 of shape (n_hours, len(FEATURES))

FEATURES = tuple(f"{name}_{kind}" for name in PERIODS for kind in ("sin", "cos", "turned_sin", "turned_cos"))
"""The model's input columns; ``cyclical_features`` returns them in this order."""


def _on_circles(angle: float) -> CyclicalFeatures:
    turned = angle + tau / 8
    return sin(angle), cos(angle), sin(turned), cos(turned)


# Days of the year count from 1, so the last of them needs one place more.
_HOURS, _WEEKDAYS, _DAYS = (
    tuple(_on_circles(tau * value / period) for value in range(period + 1)) for period in PERIODS.values()
)


def cyclical_features(hour: CalendarFeatures) -> CyclicalFeatures:
    """Encode calendar features as points on circles.

    >>> [round(feature, 3) for feature in cyclical_features(CalendarFeatures(6, 0, 183))[:4]]
    [1.0, 0.0, 0.707, -0.707]
    """
    return _HOURS[hour.hour_of_day] + _WEEKDAYS[hour.day_of_week] + _DAYS[hour.day_of_year]
