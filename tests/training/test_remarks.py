from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import hourly_load
from tests.training.test_unusual_days import noise, photovoltaics
from training.load_profile import read_load_profile
from training.remarks import remarks_on_weekdays

TIME_ZONE = "America/Los_Angeles"
WEEKEND = {5, 6}


def household() -> pd.Series:
    """Home in the evening, and somewhat more at the weekend."""
    power = noise(200)
    hour, weekday = power.index.hour, power.index.day_of_week
    evening, at_home = ((hour >= 17) & (hour < 22)), ((weekday >= 5) & (hour >= 9))
    clouds = np.random.default_rng(1).normal(0, 0.1, 200).repeat(24)
    return pd.Series(0.3 + 0.9 * evening + 0.2 * at_home + clouds, index=power.index)


def hardly_quieter() -> pd.Series:
    """Monday and Tuesday are the quietest days of every week, by a hair."""
    power = hourly_load(days=70, rest_days=())
    return pd.Series(np.array([100, 101, 102, 110, 110, 110, 110])[power.index.day_of_week], index=power.index)


@pytest.mark.parametrize(
    "power",
    [
        pytest.param(hardly_quieter(), id="hardly quieter"),
        pytest.param(hourly_load(), id="rests at the weekend"),
        pytest.param(household(), id="household"),
        pytest.param(photovoltaics(200), id="photovoltaics"),
        pytest.param(noise(200), id="noise"),
        pytest.param(hourly_load(rest_days=()), id="every day alike"),
        pytest.param(hourly_load(rest_days=(6,)), id="one day of rest"),
        pytest.param(hourly_load(days=5), id="less than a week"),
    ],
)
def test_nothing_is_said_where_nothing_is_odd(power: pd.Series) -> None:
    """No pattern, a pattern that is not clear, or the country's weekend."""
    assert remarks_on_weekdays(power, TIME_ZONE, WEEKEND) == []


@pytest.mark.parametrize(
    ("rest_days", "days"),
    [((0, 1), "Monday and Tuesday"), ((2, 3), "Wednesday and Thursday"), ((1, 4), "Tuesday and Friday")],
)
def test_two_days_of_rest_that_are_no_weekend_are_a_remark(rest_days: tuple[int, int], days: str) -> None:
    """It says what is seen, that it may be right, and what to do if it is not."""
    assert remarks_on_weekdays(hourly_load(rest_days=rest_days), TIME_ZONE, WEEKEND) == [
        f"In 17 of 17 weeks the quietest days are {days}, not Saturday and Sunday. "
        "That is fine if the building rests then; if not, its dates may be another year's, which --year mends."
    ]


def test_the_weekend_is_the_countrys() -> None:
    """Friday and Saturday are odd in the United States, and not in Israel; a weekend of one day may be longer."""
    power = hourly_load(rest_days=(4, 5))
    assert len(remarks_on_weekdays(power, TIME_ZONE, WEEKEND)) == 1
    assert remarks_on_weekdays(power, TIME_ZONE, {4, 5}) == remarks_on_weekdays(power, TIME_ZONE, {4}) == []


def test_a_published_file_with_one_value_changed_is_taken_at_its_word(published_csv: Path) -> None:
    """It is not recognised, keeps its own dates, and its odd weekdays are a remark."""
    content = published_csv.read_bytes().replace(b"778.0079691", b"778.0079692", 1)
    profile = read_load_profile("load.csv", content, TIME_ZONE)
    assert profile.power.index[0].isoformat() == "2015-01-01T00:00:00-08:00"
    assert (profile.calendar.label_weekday_shift, profile.remarks) == (0, ())
    (remark,) = remarks_on_weekdays(profile.power, TIME_ZONE, WEEKEND)
    assert "the quietest days are Wednesday and Thursday, not Saturday and Sunday" in remark
