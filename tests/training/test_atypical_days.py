from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from training.atypical_days import atypical_days, without_days
from training.load_profile import read_load_profile


@pytest.fixture
def power(write_csv: Callable[..., Path]) -> pd.Series:
    return read_load_profile("load.csv", write_csv().read_bytes(), "America/Los_Angeles").power


def test_a_holiday_is_found_and_ordinary_days_are_not(power: pd.Series) -> None:
    """One Tuesday as quiet as a Sunday stands out; the Sundays themselves do not."""
    holiday = power.index.normalize() == pd.Timestamp("2023-02-14", tz=power.index.tz)
    power = power - 200 * holiday
    assert [f"{day:%Y-%m-%d}" for day in atypical_days(power, threshold=6)] == ["2023-02-14"]
    assert len(without_days(power, atypical_days(power, threshold=6))) == len(power) - 24


def test_a_series_without_holidays_keeps_every_day(power: pd.Series) -> None:
    """Ordinary variation is not atypical."""
    assert list(atypical_days(power, threshold=6)) == []


def test_a_series_that_repeats_to_the_digit_keeps_every_day(power: pd.Series) -> None:
    """One day's small difference is no reason where there is no scale to measure it by."""
    power = pd.Series(100.0, index=power.index)
    power.iloc[: 2 * 24] = 101
    assert list(atypical_days(power, threshold=6)) == []


def test_the_published_holidays_are_found(published_csv: Path) -> None:
    """The days left out are holidays of the simulated calendar, which are US holidays of 2017."""
    profile = read_load_profile("load.csv", published_csv.read_bytes(), "America/Los_Angeles", 2017)
    assert [f"{day:%d %b}" for day in atypical_days(profile.power, threshold=6)] == [
        "16 Jan", "20 Feb", "29 May", "04 Jul", "04 Sep", "09 Oct", "11 Nov", "23 Nov", "25 Dec",
    ]  # fmt: skip
