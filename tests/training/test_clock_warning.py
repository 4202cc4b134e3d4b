"""Which clock a load follows, and the warning if its timestamps seem to be on the other one."""

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from forecast_core.timestamps import TimestampConvention
from tests.builders import AMSTERDAM, Site, csv_of, full_local_grid_csv
from training.clock_warning import warn_of_clock
from training.instants import ReadingOptions
from training.load_profile import read_load_profile

YEAR = Site(first="2023-01-01T00:00+01:00").load(days=365)
IN_STANDARD_TIME = csv_of(YEAR.index.tz_localize(None), YEAR)
IN_LOCAL_TIME = full_local_grid_csv(YEAR, AMSTERDAM)


@pytest.mark.parametrize(
    ("content", "local_time", "warning"),
    [
        (
            IN_LOCAL_TIME,
            False,
            "At 2 of 2 clock changes, the load's profile stays as it is in the file's timestamps, "
            "as if they were on the local clock. If they are, add --local-time.",
        ),
        (IN_LOCAL_TIME, True, None),
        (IN_STANDARD_TIME, False, None),
        (
            IN_STANDARD_TIME,
            True,
            "At 2 of 2 clock changes, the load's profile moves by an hour in the file's timestamps, "
            "as if they were in standard time. If they are, leave out --local-time.",
        ),
    ],
    ids=["local, read as standard", "local", "standard", "standard, read as local"],
)
def test_a_load_on_the_other_clock_is_a_warning(content: bytes, local_time: bool, warning: str | None) -> None:
    """People follow the local clock, so their load shows it; the warning names the option."""
    options = ReadingOptions(local_time=local_time, timestamps="start", timezone=AMSTERDAM)
    warnings = read_load_profile("load.csv", content, options).warnings
    assert [found for found in warnings if "clock changes" in found] == ([warning] if warning else [])


def test_timestamps_with_offsets_have_no_warning_of_the_clock() -> None:
    """The offsets say which clock it is, even if people follow another one."""
    content = IN_LOCAL_TIME.replace(b":00,", b":00+01:00,")
    profile = read_load_profile("load.csv", content, ReadingOptions(timestamps="start", timezone=AMSTERDAM))
    assert profile.calendar.convention.clock == "standard"
    assert profile.warnings == ()


def generated(draw: np.random.Generator, kind: str) -> pd.Series:
    """Generate a load whose people follow the local clock, if it has a daily pattern at all."""
    days = int(draw.integers(80, 500))
    first = pd.Timestamp("2022-01-01T00:00+01:00") + pd.Timedelta(days=int(draw.integers(0, 365)))
    index = pd.date_range(first, periods=days * 24, freq="h")
    local = index.tz_convert("Africa/Lagos" if kind == "no clock changes" else AMSTERDAM)
    hour = local.hour.to_numpy()
    noise = draw.normal(0, 1, len(index))
    match kind:
        case "home":
            power = draw.gamma(1, 0.2 + 0.4 * np.exp(-((hour - 19) ** 2) / 8))
        case "flat":
            power = 50 + noise
        case "wandering":
            power = 50 + np.cumsum(noise) / 10
        case "weather":
            power = 50 - 10 * np.cos(2 * np.pi * (hour - 4) / 24) + 3 * noise + np.repeat(draw.normal(0, 6, days), 24)
        case _:
            power = 50 + 30 * ((hour >= 8) & (hour < 18) & (local.day_of_week < 5)) + 5 * noise
    return pd.Series(power, index=index)


@pytest.mark.slow("many loads")
def test_at_most_two_in_a_hundred_loads_have_a_false_warning() -> None:
    """Each of a thousand loads is read on its own clock: offices, noisy homes, and loads without a daily pattern."""
    draw = np.random.default_rng(0)
    kinds = ("office", "home", "flat", "wandering", "weather", "no clock changes")
    n_false = 0
    for number in range(1000):
        kind = kinds[number % len(kinds)]
        zone = ZoneInfo("Africa/Lagos" if kind == "no clock changes" else AMSTERDAM)
        clock = "local" if number % 4 == 3 else "standard"
        convention = TimestampConvention(time_zone=zone, standard_time=timezone(timedelta(hours=1)), clock=clock)
        n_false += len(warn_of_clock(generated(draw, kind), convention))
    assert n_false <= 20
