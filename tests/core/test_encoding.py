from itertools import pairwise, product

import pytest

from forecast_core.calendar import CalendarHour, DaylightSaving
from forecast_core.encoding import FEATURES, PERIODS, encode

ROUNDING = 1e-12  # sine and cosine of numbers below seven, in double precision


def test_every_input_is_encoded_as_points_on_circles() -> None:
    """sin^2 + cos^2 is 1 for each field of every hour that the contract allows."""
    for label in product(range(24), range(7), range(1, 367)):
        features = encode(CalendarHour(*label), DaylightSaving(67, 304))
        assert len(features) == len(FEATURES)
        for sine, cosine in zip(features[::2], features[1::2], strict=True):
            assert sine**2 + cosine**2 == pytest.approx(1, abs=ROUNDING)


def test_every_input_is_told_from_every_other() -> None:
    """No two hours share their features, so the encoding loses nothing."""
    labels = [CalendarHour(*label) for label in product(range(24), range(7), range(1, 367))]
    assert len({tuple(round(f, 9) for f in encode(label, None)) for label in labels}) == len(labels)


@pytest.mark.parametrize("position", range(3))
def test_a_field_starts_again_after_its_period(position: int) -> None:
    """The last value and the first are as near to each other as any two neighbours."""
    values = [*range(list(PERIODS.values())[position]), 0]
    points = []
    for value in values:
        label = CalendarHour(12, 3, 180)._replace(**{CalendarHour._fields[position]: value})
        points.append(complex(*encode(label, None)[2 * position :][:2]))
    steps = [abs(b - a) for a, b in pairwise(points)]
    assert steps == pytest.approx([steps[0]] * len(steps), abs=ROUNDING)
