"""Trained models, each made once for all tests that look at it."""

import logging
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest
from holidays import country_holidays

import train as train_command
from forecast_core.forecaster import Forecaster
from serving.onnx_model import load_model, open_model
from tests.builders import JERUSALEM, LOS_ANGELES, Export, Site, hour_ending_csv, hourly_load, office_load
from train import TrainedModel
from training.options import TrainingOptions


@dataclass(frozen=True)
class Training:
    """A trained model, what its training logged, and the model as the server opens it."""

    model: TrainedModel
    log: str
    forecaster: Forecaster
    file: Path


def run_training(folder: Path, content: bytes | None, options: TrainingOptions) -> Training:
    """Train on the content of a file, or on the published data set, and open the model."""
    if content is not None:
        (folder / "load.csv").write_bytes(content)
        options = replace(options, data=str(folder / "load.csv"))
    log = logging.getLogger("train")
    log.setLevel(logging.INFO)
    handler = logging.StreamHandler(StringIO())
    log.addHandler(handler)
    try:
        with patch.object(train_command, "open_model", wraps=open_model) as check:
            model = train_command.train(replace(options, output=folder / "unused.onnx", report=folder / "unused"))
    finally:
        log.removeHandler(handler)
    check.assert_called_once_with(model.content)
    assert not list(folder.glob("unused*"))  # train itself writes nothing
    (folder / "model.onnx").write_bytes(model.content)
    return Training(model, handler.stream.getvalue(), load_model(folder / "model.onnx"), folder / "model.onnx")


@pytest.fixture(scope="session")
def published(published_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Train on the published data set."""
    return run_training(tmp_path_factory.mktemp("published"), None, TrainingOptions())


@pytest.fixture(scope="session")
def feeding_in(tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Train on 400 days of a site in Tokyo that feeds in at times; every 97th row is missing, and one is zero."""
    load = hourly_load(days=400, time_zone="Asia/Tokyo", first="2023-01-01T00:00+09:00", offset=120)
    load.iloc[4] = 0
    content = hour_ending_csv(load[[hour % 97 != 95 for hour in range(len(load))]])
    options = TrainingOptions(timezone="Asia/Tokyo", unit="MW", seed=7, year=2015)
    return run_training(tmp_path_factory.mktemp("feeding_in"), content, options)


@pytest.fixture(scope="session")
def closed_on_holidays(tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Train on a building in Los Angeles that is closed on public holidays."""
    holidays = country_holidays("US", years=[2023], observed=False)
    content = hour_ending_csv(hourly_load(days=280, holidays=holidays))
    return run_training(tmp_path_factory.mktemp("closed"), content, TrainingOptions(timezone=LOS_ANGELES, force=True))


@pytest.fixture(scope="session")
def with_few_listed_years(tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Train on 2025 of a building in India that is closed on public holidays, which are listed until 2035."""
    holidays = country_holidays("IN", years=[2025], observed=False)
    load = hourly_load(365, "2025-01-01T00:00+05:30", "Asia/Kolkata", holidays=holidays)
    options = TrainingOptions(timezone="Asia/Kolkata", force=True)
    return run_training(tmp_path_factory.mktemp("few_listed_years"), hour_ending_csv(load), options)


@pytest.fixture(scope="session")
def household(tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Train on quarter-hourly local time of a small load, from a file in which everything is unusual."""
    export = Export(
        Site(minutes=15, size=0.0003), clock="local", marks="start", time_format="%d.%m.%Y %H:%M", separator=";",
        decimal=",", columns=("Zeit", "Leistung"),
    )  # fmt: skip
    options = TrainingOptions(
        time_column="Zeit", value_column="Leistung", timestamps="start", local_time=True, timezone="Europe/Amsterdam",
        unit="MW", holidays="de-by", force=True,
    )  # fmt: skip
    content = export.content(export.site.load(days=160))
    return run_training(tmp_path_factory.mktemp("household"), content, options)


OFFICE = TrainingOptions(timezone=JERUSALEM, holidays="none", name="Office")


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Train on twenty weeks of an office in Jerusalem that rests on Friday and Saturday."""
    return run_training(tmp_path_factory.mktemp("office"), hour_ending_csv(office_load("2023-01-01", 20)), OFFICE)


@pytest.fixture(scope="session")
def grown_office(tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Train on later weeks of that office, after its load has risen by 15 %."""
    content = hour_ending_csv(office_load("2023-08-06", 20, factor=1.15, seed=1))
    return run_training(tmp_path_factory.mktemp("grown_office"), content, OFFICE)
