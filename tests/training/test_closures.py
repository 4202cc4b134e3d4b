"""Days on which a building is closed: the file of ``--closures``, and days that look closed."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from forecast_core.errors import DataError
from tests.builders import HOUR, calendar_of, hourly_load
from training.closures import as_lines, find_closures, read_closures
from training.forest import Settings, fit_forest, predict_forest
from training.load_profile import make_features

CHRISTMAS = (date(2023, 12, 18), date(2024, 1, 2))
HOLIDAYS = [
    (date(2023, 2, 13), date(2023, 2, 17)),  # half-term
    (date(2023, 4, 3), date(2023, 4, 14)),
    (date(2023, 7, 24), date(2023, 9, 1)),
    (date(2023, 10, 23), date(2023, 10, 27)),
    CHRISTMAS,
    (date(2024, 2, 12), date(2024, 2, 12)),
]
NEXT_CHRISTMAS = "2024-12-23 2025-01-03 Christmas\n"


def days_of(*spans: tuple[date, date]) -> set[date]:
    return {first + timedelta(days=day) for first, last in spans for day in range((last - first).days + 1)}


def school() -> pd.Series:
    """Generate fourteen months of a school, which needs little on weekends and in its holidays."""
    return hourly_load(430, on_rest_days=-600, closed=days_of(*HOLIDAYS), trend=20)


def write(folder: Path, text: str) -> Path:
    path = folder / "closures.txt"
    path.write_text(text, "utf-8")
    return path


def test_a_file_of_closures_has_dates_ranges_and_comments(tmp_path: Path) -> None:
    """Each day has its name; of two names, the first holds. Blanks or commas separate, and an editor may add a BOM."""
    text = (
        "\ufeff# of our school\n\n2026-12-24 2026-12-26 Christmas\n2025-05-01, May Day  # a Thursday\n"
        "2026-12-26\tBoxing Day\n2026-12-31,2026-12-31,Inventory, with cake\r\n"
    )
    closures = read_closures(write(tmp_path, text))
    assert [(f"{day}", name) for day, name in closures.items()] == [
        ("2025-05-01", "May Day"),
        ("2026-12-24", "Christmas"),
        ("2026-12-25", "Christmas"),
        ("2026-12-26", "Christmas"),
        ("2026-12-31", "Inventory, with cake"),
    ]


DATE_IN_NAME = "has a date in its name; write the first and the last day, with a blank between"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2026-12-24", "is not a date, or two dates, and a name, like 2026-12-24 2027-01-01 company holidays"),
        (
            "24.12.2026 Christmas",
            "is not a date, or two dates, and a name, like 2026-12-24 2027-01-01 company holidays",
        ),
        ("Christmas", "is not a date, or two dates, and a name, like 2026-12-24 2027-01-01 company holidays"),
        ("2026-02-29 a day", "has a date that does not exist"),
        ("2026-02-01 2026-02-30 days", "has a date that does not exist"),
        ("2026-12-24 2026-12-23 backwards", "must end on or after its first day, and within a year"),
        ("2026-12-24 2028-01-01 too long", "must end on or after its first day, and within a year"),
        (
            "2023-02-01 - 2023-02-05 holidays",
            DATE_IN_NAME,
        ),
        (
            "2023-02-01 to 2023-2-5 holidays",
            DATE_IN_NAME,
        ),
        ("2026-12-24 " + "x" * 81, "has a name of more than 80 characters"),
    ],
)
def test_a_wrong_line_is_an_error_with_its_number(tmp_path: Path, line: str, message: str) -> None:
    """The message has the file, the line and what it holds."""
    path = write(tmp_path, f"# a comment\n2026-01-01 New Year\n{line}\n")
    with pytest.raises(DataError) as refusal:
        read_closures(path)
    assert str(refusal.value).startswith(f"{path}: line 3: '{line[:40]}")
    assert str(refusal.value).endswith(message)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """It does not exist, or is a folder; another program's text is read."""
    with pytest.raises(DataError, match=r"^cannot read --closures .*/none: No such file or directory$"):
        read_closures(tmp_path / "none")
    with pytest.raises(DataError, match=r"^cannot read --closures .*: Is a directory$"):
        read_closures(tmp_path)
    for encoding in ("utf-16", "cp1252", "utf-8-sig"):
        (tmp_path / "days.txt").write_text("2026-12-24 Betriebsferien f\u00fcr alle\n", encoding)
        assert read_closures(tmp_path / "days.txt") == {date(2026, 12, 24): "Betriebsferien f\u00fcr alle"}


def test_the_holidays_of_a_school_are_found_and_can_be_pasted(tmp_path: Path) -> None:
    """With these lines in a file, nothing is found any more, and the next Christmas is forecast as closed."""
    power = school()
    plain = calendar_of(power, rest_weekday=6)
    found = find_closures(make_features(power, plain), rest_weekday=6)
    lines = as_lines(found)
    weekdays = {day for day in days_of(*HOLIDAYS) if day.weekday() < 5}
    assert {day for day in days_of(*found.items()) if day.weekday() < 5} == weekdays
    assert {f"{CHRISTMAS[0]} {CHRISTMAS[1]} looks closed", "2024-02-12 looks closed"} <= set(lines)
    assert len(lines) == len(HOLIDAYS)

    closures = read_closures(write(tmp_path, "\n".join(lines) + "\n" + NEXT_CHRISTMAS))
    calendar = calendar_of(power, rest_weekday=6, holidays=frozenset(closures))
    hours = make_features(power, calendar)
    assert find_closures(hours, rest_weekday=6) == {}

    noons = [datetime.fromisoformat(f"2024-12-{day}T12:00:00-08:00") for day in (18, 24)]
    wanted = pd.Series(0.0, index=pd.DatetimeIndex([noon + hour * HOUR for noon in noons for hour in range(4)]))
    forecasts = []
    for each in (plain, calendar):
        settings = Settings("none", each, recent_trees=0)
        forest = fit_forest(make_features(power, each), settings, seed=0)
        before, christmas = predict_forest(forest, make_features(wanted, each)).to_numpy().reshape(2, 4).mean(axis=1)
        forecasts.append((before, christmas))
    assert forecasts[0][0] - forecasts[0][1] < 300
    assert forecasts[1][0] - forecasts[1][1] == pytest.approx(600, abs=90)


@pytest.mark.parametrize(
    "building",
    [{}, {"on_rest_days": 0}, {"on_rest_days": -600, "rest_days": (0, 1)}, {"on_rest_days": -600, "rest_days": ()}],
)
def test_nothing_looks_closed_where_no_rest_day_tells(building: dict[str, object]) -> None:
    """The building hardly rests, rests on other days than the weekend, or never."""
    power = hourly_load(200, **building)  # type: ignore[arg-type]
    assert find_closures(make_features(power, calendar_of(power)), rest_weekday=6) == {}
