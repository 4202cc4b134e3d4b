from itertools import pairwise, product
from math import sqrt

import pytest

from forecast_core.contract import schema
from forecast_core.features import FEATURES, PERIODS, cyclical_features
from forecast_core.site_calendar import CalendarFeatures

ROUNDING = 1e-12  # sine and cosine of numbers below seven, in double precision
EVERY_HOUR = [CalendarFeatures(*hour) for hour in product(range(24), range(7), range(1, 367))]


def test_the_periods_are_the_ranges_of_the_schema() -> None:
    """Every value that a prediction request may have is encoded."""
    fields = schema("prediction-request")["properties"]
    assert {name: field["maximum"] - field["minimum"] + 1 for name, field in fields.items()} == PERIODS


def test_features_are_points_on_circles() -> None:
    """For every hour, sin^2 + cos^2 of each calendar feature is 1."""
    for hour in EVERY_HOUR:
        features = cyclical_features(hour)
        assert len(features) == len(FEATURES)
        for sine, cosine in zip(features[::2], features[1::2], strict=True):
            assert abs(sine**2 + cosine**2 - 1) < ROUNDING


def test_the_second_circle_is_turned_by_45_degrees() -> None:
    """Each calendar feature has a sine and a cosine on both circles; there are twelve columns."""
    assert len(FEATURES) == 12
    assert FEATURES[:4] == ("hour_of_day_sin", "hour_of_day_cos", "hour_of_day_turned_sin", "hour_of_day_turned_cos")
    for hour in EVERY_HOUR[::7]:
        features = cyclical_features(hour)
        for sine, cosine, turned_sine, turned_cosine in zip(*(features[column::4] for column in range(4)), strict=True):
            turned = complex(turned_cosine, turned_sine) / complex(cosine, sine)
            assert abs(turned - complex(sqrt(1 / 2), sqrt(1 / 2))) < ROUNDING


def test_two_hours_never_share_their_features() -> None:
    """The encoding loses nothing."""
    encoded = {tuple(round(feature, 9) for feature in cyclical_features(hour)) for hour in EVERY_HOUR}
    assert len(encoded) == len(EVERY_HOUR) == 61_488


@pytest.mark.parametrize("field", PERIODS)
def test_a_calendar_feature_starts_again_after_its_period(field: str) -> None:
    """The last value is as near to the first as any other two neighbours are to each other."""
    position = list(PERIODS).index(field)
    hours = [CalendarFeatures(12, 3, 180)._replace(**{field: value}) for value in [*range(PERIODS[field]), 0]]
    points = [complex(*cyclical_features(hour)[2 * position :][:2]) for hour in hours]
    steps = [abs(b - a) for a, b in pairwise(points)]
    assert steps == pytest.approx([steps[0]] * len(steps), abs=ROUNDING)
