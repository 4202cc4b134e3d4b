"""The sites to measure on: the published data set, and the meters of a folder; settings are selected as in train.py."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from forecast_core.errors import DataError
from forecast_core.model_card import ModelCard
from training.csv_file import read_source
from training.forest import Settings
from training.instants import ReadingOptions
from training.load_profile import LoadProfile, make_features, read_load_profile
from training.model_selection import Selection, quietest_weekday, select_settings
from training.public_holidays import PublicHolidays, public_holidays
from training.validation import last_four_years, split_in_time


class Site(NamedTuple):
    """A series, and the settings selected within its first 80 %.

    :param kind: of the building, in words.
    :param hours: of the whole series, from ``make_features`` with the calendar of the settings.
    """

    name: str
    kind: str
    profile: LoadProfile
    public: PublicHolidays
    selection: Selection
    hours: pd.DataFrame


def published_site() -> Site:
    """Read the published data set."""
    return _site("hospital", "hospital (simulated)", *read_source(None), ReadingOptions())


class MeterFile(NamedTuple):
    """A file of a folder, with its row of the list."""

    name: str
    kind: str
    path: Path
    options: ReadingOptions


def files_of(folder: Path) -> Iterator[MeterFile]:
    """Find the files that a folder's ``index.csv`` lists (name, timezone, unit, kind); rows without a file are skipped.

    :raises DataError: there is no such list.
    """
    try:
        rows = list(csv.DictReader((folder / "index.csv").read_text("utf-8").splitlines()))
    except OSError as error:
        raise DataError(f"cannot read {folder / 'index.csv'}: {error.strerror}") from error
    for row in rows:
        if (path := folder / f"{row['name']}.csv").exists():
            yield MeterFile(row["name"], row["kind"], path, ReadingOptions(timezone=row["timezone"], unit=row["unit"]))


def meters_of(folder: Path) -> Iterator[Site]:
    """Read the meters of a folder.

    :raises DataError: there is no list of them, or one cannot be read.
    """
    for file in files_of(folder):
        yield _site(file.name, file.kind, file.path.name, file.path.read_bytes(), file.options)


def settings_of(card: ModelCard) -> Settings:
    """Read the settings of a model from its card."""
    selected = card.settings
    return Settings(
        selected["holidays"], card.calendar(), selected["outlier_days"] == "left out", selected["hours_a_leaf"],
        selected["recent_trees"],
    )  # fmt: skip


def _site(name: str, kind: str, file: str, content: bytes, options: ReadingOptions) -> Site:
    profile = read_load_profile(file, content, options)
    power, calendar = profile.power, profile.calendar
    public = public_holidays(None, options.timezone, calendar.known_years, power.index[-1].year)
    training_part = last_four_years(split_in_time(power)[0])
    calendar = replace(calendar, rest_weekday=quietest_weekday(training_part, calendar, public.weekend))
    selection = select_settings(training_part, calendar, public)
    return Site(name, kind, profile, public, selection, make_features(power, selection.settings.calendar))
