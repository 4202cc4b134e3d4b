import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast_core.errors import DataError
from forecast_core.features import FEATURES, cyclical_features
from forecast_core.site_calendar import CalendarFeatures
from forecast_core.timestamps import CalendarFields
from tests.builders import HOUR, LOS_ANGELES, ROOT, Export, Site, hour_ending_csv, hourly_load, noise, photovoltaics
from training import load_profile
from training.instants import ReadingOptions
from training.load_profile import LoadProfile, check_amount, make_features, read_load_profile
from training.load_warnings import warn_of_weekdays

ERRORS = json.loads((ROOT / "tests/training/data_errors.json").read_text("utf-8"))


def read(content: bytes, **options: Any) -> LoadProfile:
    return read_load_profile("load.csv", content, ReadingOptions(**options))


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case["reason"])
def test_an_error_has_its_line_and_value(case: dict[str, str]) -> None:
    """The message is one line that says what is wrong and where."""
    with pytest.raises(DataError) as refusal:
        check_amount("load.csv", read(case["content"].encode()).power)
    assert str(refusal.value) == f"load.csv: {case['message']}"


def test_a_field_without_an_end_is_an_error() -> None:
    """A quotation mark may be missing in a large file."""
    with pytest.raises(DataError, match=r"^load.csv: line 1: not a CSV \(field larger than field limit \(131072\)\)$"):
        read(b"x" * 200_000 + b",y\n1,1\n")


@pytest.mark.parametrize("kept", [range(8, 18), range(12, 24)])
def test_hours_that_are_never_measured_are_an_error(write_csv: Callable[..., Path], kept: range) -> None:
    """A file of office hours alone does not make a model of the whole day."""
    header, *rows = write_csv(days=300).read_text().splitlines()
    content = "\n".join([header, *(row for row in rows if int(row[11:13]) in kept)])
    with pytest.raises(DataError, match="each hour of each weekday needs a value in at least 5 weeks"):
        check_amount("load.csv", read(content.encode()).power)


def test_timestamps_mark_the_end_of_an_hour_in_standard_time(write_csv: Callable[..., Path]) -> None:
    """The event of the timestamp 01:00 starts at midnight, in summer as in winter."""
    power = read(write_csv(days=240).read_bytes()).power
    assert power.index[0].isoformat() == "2023-01-01T00:00:00-08:00"
    assert power.index[-1].isoformat() == "2023-08-28T23:00:00-08:00"


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ({"since": date(2023, 3, 13)}, "2023-03-12T23:00:00-08:00", "2023-04-30T23:00:00-08:00"),
        ({"until": date(2023, 3, 12)}, "2023-01-01T00:00:00-08:00", "2023-03-12T22:00:00-08:00"),
        (
            {"since": date(2023, 3, 1), "until": date(2023, 3, 1)},
            "2023-03-01T00:00:00-08:00",
            "2023-03-01T23:00:00-08:00",
        ),
    ],
)
def test_a_period_has_whole_days_of_the_local_clock(
    write_csv: Callable[..., Path], period: dict[str, date], first: str, last: str
) -> None:
    """The clock is advanced on 12 March, so the next day begins at 23:00 in standard time."""
    profile = read(write_csv().read_bytes(), **period)
    assert [start.isoformat() for start in profile.power.index[[0, -1]]] == [first, last]
    assert (profile.calendar.first_event_start, profile.calendar.last_event_start) == (*profile.power.index[[0, -1]],)
    assert profile.missing_hours == 0


def test_a_period_without_hours_is_an_error(write_csv: Callable[..., Path]) -> None:
    """The file ends before it begins."""
    with pytest.raises(DataError, match=r"^load.csv: no hour has a value in the chosen period$"):
        read(write_csv().read_bytes(), since=date(2024, 1, 1))


def test_a_site_has_the_name_of_its_file(published_csv: Path, write_csv: Callable[..., Path]) -> None:
    """Of the published file, the name is known; a long one is cut, and a name may be empty."""
    content = write_csv().read_bytes()
    names = ["data/my office.csv", "x" * 200 + ".csv", " .csv"]
    found = [read_load_profile(name, content, ReadingOptions()).site_name for name in names]
    assert found == ["my office", "x" * 80, "load"]
    assert read(published_csv.read_bytes()).site_name == "Hospital in San Francisco (simulated)"


def test_missing_hours_are_counted_and_left_out(write_csv: Callable[..., Path]) -> None:
    """A missing row and an empty value both make a missing hour, and rows may have any order."""
    header, first, _, third, *rest = write_csv().read_text().splitlines()
    lines = [header, *reversed(rest), third.split(",")[0] + ",", first]
    profile = read("\n".join(lines).encode())
    assert profile.missing_hours == 2
    assert len(profile.power) == 120 * 24 - 2
    assert profile.power.index.is_monotonic_increasing


def test_the_calendar_is_made_of_the_options_and_the_data(write_csv: Callable[..., Path]) -> None:
    """It is known from ten years before the data to thirty after it."""
    calendar = read(write_csv().read_bytes()).calendar
    convention = calendar.convention
    assert (calendar.time_zone.key, str(convention.standard_time)) == (LOS_ANGELES, "UTC-08:00")
    assert (convention.marks, convention.clock, convention.weekday_shift) == ("end", "standard", 0)
    assert calendar.known_years == range(2013, 2054)
    assert (calendar.first_event_start.isoformat(), calendar.last_event_start.isoformat()) == (
        "2023-01-01T00:00:00-08:00", "2023-04-30T23:00:00-08:00",
    )  # fmt: skip


def test_another_year_moves_the_events_and_not_the_timestamps(write_csv: Callable[..., Path]) -> None:
    """The hours stay in order, and the calendar fields of a row's timestamp still lead to its event."""
    content = write_csv().read_bytes()
    given, moved = read(content), read(content, year=2026)
    assert moved.power.index[0].isoformat() == "2026-01-01T00:00:00-08:00"
    assert moved.power.to_list() == given.power.to_list()
    assert moved.calendar.convention.weekday_shift == 4  # from a Sunday to a Thursday
    for timestamp, event_start in zip(given.power.index.tz_localize(None) + HOUR, moved.power.index, strict=True):
        fields = CalendarFields(timestamp.hour, timestamp.weekday(), timestamp.day_of_year)
        assert moved.calendar.find_event_start(fields) == event_start


def test_the_published_file_is_moved_to_the_year_that_it_simulates(published_csv: Path) -> None:
    """It is recognised by its checksum, has a warning, and keeps its dates if the user says so."""
    content = published_csv.read_bytes()
    recognised, as_written = read(content), read(content, year=2015)
    assert recognised.power.index[0].isoformat() == "2017-01-01T00:00:00-08:00"
    assert recognised.calendar.convention.weekday_shift == 3
    assert len(recognised.warnings) == 1
    assert as_written.power.index[0].isoformat() == "2015-01-01T00:00:00-08:00"
    assert (as_written.calendar.convention.weekday_shift, as_written.warnings) == (0, ())


def test_the_published_file_with_one_other_value_keeps_its_dates(published_csv: Path) -> None:
    """It is not recognised, and its rest days are a warning."""
    profile = read(published_csv.read_bytes().replace(b"778.0079691", b"778.0079692", 1))
    assert profile.power.index[0].isoformat() == "2015-01-01T00:00:00-08:00"
    assert (profile.calendar.convention.weekday_shift, profile.warnings) == (0, ())
    (warning,) = warn_of_weekdays(profile.power, LOS_ANGELES, WEEKEND)
    assert "the quietest days are Wednesday and Thursday, not Saturday and Sunday" in warning


@pytest.mark.parametrize(
    ("building", "year"),
    [
        ({"days": 200}, 2024),
        ({"days": 200, "first": "2024-01-01T00:00-08:00"}, 2023),
        ({"first": "2024-02-29T00:00-08:00"}, 2023),
        ({"days": 500, "first": "2023-01-01T00:00-08:00"}, 2024),
        ({"days": 500, "first": "2023-01-01T00:00-08:00"}, 2021),
    ],
)
def test_a_year_that_would_move_days_to_other_dates_is_refused(
    write_csv: Callable[..., Path], building: dict[str, Any], year: int
) -> None:
    """From a leap year to a common one, 1 March would become 2 March."""
    with pytest.raises(DataError, match=f"^load.csv: --year {year} would move days to other dates"):
        read(write_csv(**building).read_bytes(), year=year)


def test_a_warning_of_a_library_is_an_error(write_csv: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """pandas warns where it goes on with a guess."""

    def guess(*_: object) -> None:
        warnings.warn("columns have mixed types", pd.errors.DtypeWarning, stacklevel=1)

    monkeypatch.setattr(load_profile, "parse_times", guess)
    with pytest.raises(DataError, match=r"^load.csv: cannot be read without a doubt \(columns have mixed types\)$"):
        read(write_csv().read_bytes())


@pytest.mark.parametrize("column", ["Usage_kWh", "load [kWh]", "KWH/hh (per half hour)", "MWh", "energy Wh"])
def test_energy_per_interval_becomes_mean_power(column: str) -> None:
    """2 kWh in a quarter of an hour are 8 kW; without the option, the name of the column gives a warning."""
    export = Export(Site(minutes=15), columns=("ds", column))
    load = export.site.load(71)
    energy, power = export.read(load, unit="kWh"), export.read(load)
    assert energy.power.to_list() == pytest.approx((4 * power.power).to_list())  # sums of floats differ in a digit
    warning = f"The column '{column}' was read as mean power in kW. If it is energy per interval, add --unit kWh."
    assert warning in power.warnings
    assert not [other for other in energy.warnings if "energy" in other]


@pytest.mark.parametrize("column", ["y", "Leistung [kW]", "power MW", "White"])
def test_a_column_of_power_has_no_warning(column: str) -> None:
    """Its name has no unit of energy."""
    export = Export(columns=("ds", column))
    assert not [warning for warning in export.read(export.site.load(71)).warnings if "energy" in warning]


def test_long_runs_of_zeros_are_a_warning_and_can_be_missing() -> None:
    """The load is never near zero otherwise."""
    load = hourly_load(days=100)
    load.iloc[500:530] = load.iloc[900] = 0
    warning = (
        "31 hours are exactly zero, up to 30 in a row, and the load is never near zero otherwise. "
        "If zeros stand for missing values, add --zeros-are-missing."
    )
    assert warning in read(hour_ending_csv(load)).warnings
    profile = read(hour_ending_csv(load), zeros_are_missing=True)
    assert (warning in profile.warnings, profile.missing_hours, len(profile.power)) == (False, 31, len(load) - 31)


def test_other_zeros_have_no_warning() -> None:
    """A building may be without power for a day, and a load that is often near zero may be zero for long."""
    load = hourly_load(days=100)
    often_near_zero = (load - load.median()).clip(lower=0)
    load.iloc[500:523] = often_near_zero.iloc[500:600] = 0
    for power in (load, often_near_zero):
        assert not [warning for warning in read(hour_ending_csv(power)).warnings if "exactly zero" in warning]


def test_identical_rows_count_once_and_missing_values_have_many_names() -> None:
    """Both are counted."""
    load = hourly_load(days=71)
    lines = hour_ending_csv(load).decode().splitlines()
    for line, name in enumerate(("Null", "NaN", "NA", "-", "", "n/a", "none"), start=10):
        lines[line] = lines[line].partition(",")[0] + "," + name
    profile = read("\n".join([*lines, *lines[20:30]]).encode())
    assert "Identical rows that occur again, counted once: 10." in profile.warnings
    assert profile.missing_hours == 7
    assert profile.power.to_list() == load.drop(load.index[9:16]).to_list()


@pytest.mark.parametrize("minutes", [15, 60])
def test_the_year_is_that_of_the_first_event_whatever_its_length(minutes: int) -> None:
    """The first row, which marks the end of its interval, may be at 0:15 of 1 January."""
    interval = pd.Timedelta(minutes=minutes)
    ends = pd.date_range("2015-01-01", periods=round(80 * pd.Timedelta(days=1) / interval), freq=interval) + interval
    content = "\n".join(["ds,y", *(f"{end:%Y-%m-%d %H:%M},5" for end in ends)]).encode()
    calendar = read(content, year=2017).calendar
    assert calendar.first_event_start.isoformat() == "2017-01-01T00:00:00-08:00"
    assert calendar.convention.weekday_shift == 3


@pytest.mark.parametrize("time_zone", ["Africa/Cairo", "America/Santiago", "Asia/Beirut"])
def test_a_clock_may_skip_midnight(time_zone: str) -> None:
    """The day begins at 1:00 then, and has its 23 hours."""
    profile = read(hour_ending_csv(hourly_load(365)), timezone=time_zone)
    hours = make_features(profile.power, profile.calendar)
    first_hours = hours.groupby("day")["hour_of_day"].agg(["first", "size"])
    assert (1, 23) in first_hours.itertuples(index=False, name=None)


@pytest.mark.parametrize("simulated", [2015, 2017])
def test_clock_changes_are_noticed_by_the_dates_of_either_year(simulated: int) -> None:
    """A file that is moved from 2015 to 2017 may have the local clock of both."""
    ends = pd.date_range(f"{simulated}-01-01 01:00", periods=100 * 24, freq="h", tz="Etc/GMT+8")
    moved = date(simulated, 1, 1) - date(2015, 1, 1)
    local = ends.tz_convert("America/Los_Angeles").tz_localize(None) - moved
    content = "\n".join(["ds,y", *(f"{end:%Y-%m-%d %H:%M},5" for end in local)]).encode()
    with pytest.raises(DataError, match=r"is where the clock of America/Los_Angeles changes"):
        read(content, year=2017)


def test_the_data_may_not_be_moved_beyond_the_known_years() -> None:
    """It may begin in the last year, and has to end in it."""
    content = hour_ending_csv(hourly_load(240, "2014-07-01T00:00-08:00"))
    with pytest.raises(DataError, match=r"^load.csv: the data ends in 2070, moved by --year 2069; 2069 is the last"):
        read(content, year=2069)
    assert read(content, year=2066).power.index[-1].year == 2067


def test_rows_of_a_coarser_resolution_do_not_vanish_without_a_word() -> None:
    """An hour of a file of quarter hours needs four rows; what has fewer is counted if it is much."""
    coarse, fine = hourly_load(40), hourly_load(80, "2023-02-10T00:00-08:00").resample("15min").ffill()
    lines = [f"{start:%Y-%m-%d %H:%M},{power}" for part in (coarse, fine) for start, power in part.items()]
    profile = read("\n".join(["ds,y", *lines]).encode(), timestamps="start")
    warning, *_ = [warning for warning in profile.warnings if "left out" in warning]
    assert warning == (
        f"{len(coarse) + 1:,} of {len(lines):,} rows are left out: an hour needs 4 of them, and theirs have fewer. "
        "If rows are further apart than 15 minutes at times, use --since or --until, or make them alike."
    )
    content = "\n".join(["ds,y", *lines]).encode()
    early = read(content, timestamps="start", until=date(2023, 2, 9))
    assert (early.power.to_list(), early.minutes) == (coarse[early.power.index].to_list(), 60)
    late = read(content, timestamps="start", since=date(2023, 2, 10))
    assert (late.minutes, late.power.index[0].isoformat()) == (15, "2023-02-10T00:00:00-08:00")
    assert "left out" not in str([*early.warnings, *late.warnings])
    few = [line for number, line in enumerate(lines[len(coarse) :]) if number % 1000]
    assert read("\n".join(["ds,y", *few]).encode(), timestamps="start").missing_hours > 0
    assert "left out" not in str(read("\n".join(["ds,y", *few]).encode(), timestamps="start").warnings)


def test_a_gap_of_years_is_a_warning_and_a_stray_row_an_error() -> None:
    """Two long parts are data; a row far away is a mistake."""
    load = pd.concat([hourly_load(80, "2019-01-01T00:00-08:00"), hourly_load(80, "2022-01-01T00:00-08:00")])
    content = hour_ending_csv(load)
    profile = read(content)
    warning = "The data has no hour between 2019-03-21 23:00:00 and 2022-01-01 00:00:00."
    assert warning in profile.warnings
    assert profile.power.to_list() == load.to_list()
    assert warning not in read(content, since=date(2022, 1, 1)).warnings
    with pytest.raises(DataError) as refusal:
        read(content + b"2031-01-01 01:00:00,5")
    assert str(refusal.value) == "load.csv: line 3842: ds '2031-01-01 01:00:00' is more than a year from the other rows"


def test_training_and_serving_have_the_same_features(write_csv: Callable[..., Path]) -> None:
    """They are float32 and follow the local clock and the holidays, as in the server."""
    profile = read(write_csv().read_bytes())
    hours = make_features(profile.power, replace(profile.calendar, holidays=frozenset({date(2023, 2, 20)})))
    features = hours[list(FEATURES)].to_numpy()
    assert (features.shape, str(features.dtype)) == ((120 * 24, len(FEATURES)), "float32")
    assert features[0].tolist() == pytest.approx(cyclical_features(CalendarFeatures(0, 6, 1)), abs=1e-6)
    assert hours.loc["2023-02-20T12:00-08:00", ["hour_of_day", "day_of_week", "day_of_year"]].to_list() == [12, 6, 51]
    assert hours.loc["2023-04-01T12:00-08:00", ["hour_of_day", "day_of_week", "day_of_year"]].to_list() == [13, 5, 91]
    assert hours.loc["2023-04-01T23:00-08:00", "day"] == pd.Timestamp("2023-04-02")


WEEKEND = {5, 6}


def household() -> pd.Series:
    """Generate the load of people who are at home in the evening, and a little more at the weekend."""
    power = noise(200)
    hour, weekday = power.index.hour, power.index.day_of_week
    evening, at_home = ((hour >= 17) & (hour < 22)), ((weekday >= 5) & (hour >= 9))
    clouds = np.random.default_rng(1).normal(0, 0.1, 200).repeat(24)
    return pd.Series(0.3 + 0.9 * evening + 0.2 * at_home + clouds, index=power.index)


def hardly_quieter() -> pd.Series:
    """Generate a load whose quietest days are Monday and Tuesday, by very little."""
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
        pytest.param(hourly_load(rest_days=(6,)), id="one rest day"),
        pytest.param(hourly_load(days=5), id="less than a week"),
    ],
)
def test_an_ordinary_week_has_no_warning(power: pd.Series) -> None:
    """There is no weekly pattern, or no clear one, or it is the country's weekend."""
    assert warn_of_weekdays(power, LOS_ANGELES, WEEKEND) == []


@pytest.mark.parametrize(
    ("rest_days", "days"),
    [((0, 1), "Monday and Tuesday"), ((2, 3), "Wednesday and Thursday"), ((1, 4), "Tuesday and Friday")],
)
def test_two_rest_days_that_are_no_weekend_have_a_warning(rest_days: tuple[int, int], days: str) -> None:
    """The warning says what the data shows, and which option would mend it."""
    assert warn_of_weekdays(hourly_load(rest_days=rest_days), LOS_ANGELES, WEEKEND) == [
        f"In 17 of 17 weeks the quietest days are {days}, not Saturday and Sunday. "
        "If the building does not rest on these days, its dates may be of another year: see --year."
    ]


def test_the_weekend_is_the_countrys() -> None:
    """Friday and Saturday have a warning in the United States, and none in Israel."""
    power = hourly_load(rest_days=(4, 5))
    assert len(warn_of_weekdays(power, LOS_ANGELES, WEEKEND)) == 1
    assert warn_of_weekdays(power, LOS_ANGELES, {4, 5}) == warn_of_weekdays(power, LOS_ANGELES, {4}) == []
