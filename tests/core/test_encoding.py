from itertools import pairwise, product

import pytest

from forecast_core.calendar import OccupantsHour
from forecast_core.contract import schema
from forecast_core.encoding import FEATURES, PERIODS, encode

ROUNDING = 1e-12  # sine and cosine of numbers below seven, in double precision
EVERY_HOUR = [OccupantsHour(*hour) for hour in product(range(24), range(7), range(1, 367))]


def test_the_periods_are_what_the_schema_allows() -> None:
    """What the contract lets in is what the encoding knows."""
    fields = schema("prediction-request")["properties"]
    assert {name: field["maximum"] - field["minimum"] + 1 for name, field in fields.items()} == PERIODS


def test_every_hour_is_encoded_as_points_on_circles() -> None:
    """sin^2 + cos^2 is 1 for each field of every hour that there is."""
    for hour in EVERY_HOUR:
        features = encode(hour)
        assert len(features) == len(FEATURES)
        for sine, cosine in zip(features[::2], features[1::2], strict=True):
            assert sine**2 + cosine**2 == pytest.approx(1, abs=ROUNDING)


def test_every_hour_is_told_from_every_other() -> None:
    """No two hours share their features, so the encoding loses nothing."""
    assert len({tuple(round(feature, 9) for feature in encode(hour)) for hour in EVERY_HOUR}) == len(EVERY_HOUR)


@pytest.mark.parametrize("field", PERIODS)
def test_a_field_starts_again_after_its_period(field: str) -> None:
    """The last value and the first are as near to each other as any two neighbours."""
    position = list(PERIODS).index(field)
    hours = [OccupantsHour(12, 3, 180)._replace(**{field: value}) for value in [*range(PERIODS[field]), 0]]
    points = [complex(*encode(hour)[2 * position :][:2]) for hour in hours]
    steps = [abs(b - a) for a, b in pairwise(points)]
    assert steps == pytest.approx([steps[0]] * len(steps), abs=ROUNDING)
