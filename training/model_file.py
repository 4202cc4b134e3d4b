"""What train.py saves: the model with its card, and the report; each file whole or not at all."""

import json
import os
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from forecast_core.contract import CONTRACT_VERSION
from forecast_core.errors import DataError
from forecast_core.features import FEATURES
from forecast_core.model_card import ModelCard

from .forest import HYPERPARAMETERS, outlier_days
from .load_profile import LoadProfile
from .model_selection import Selection
from .prediction_interval import PredictionInterval
from .public_holidays import PublicHolidays
from .validation import Validation

_NEW_FILE = 0o644  # the mode of a new file; a temporary one is for its owner alone
FIGURES, PICTURE = "figures.json", "forecast.png"
_PACKAGES = ("scikit-learn", "skl2onnx", "onnx", "protobuf", "numpy", "pandas", "holidays")


def make_card(
    profile: LoadProfile, public: PublicHolidays, selection: Selection, hours: pd.DataFrame, validation: Validation,
    interval: PredictionInterval, *, warnings: list[str], unit: str, seed: int,
) -> ModelCard:  # fmt: skip
    """Describe the model; the card has no wall-clock time, so the same data, code and libraries give the same card."""
    settings, calendar = selection.settings, selection.settings.calendar
    holidays = {
        "country": public.country,
        "counted": settings.holidays,
        "rest_weekday": calendar.rest_weekday,
        "dates": [day.isoformat() for day in sorted(calendar.holidays) if day.year in calendar.known_years],
    }
    left_out = outlier_days(hours) if settings.leave_out_outlier_days else []
    return ModelCard(
        contract_version=CONTRACT_VERSION,
        features=list(FEATURES),
        unit=unit,
        timezone=calendar.time_zone.key,
        event_resolution="PT1H",
        label_side=calendar.timestamps.marks,
        label_clock=calendar.timestamps.clock,
        label_weekday_shift=calendar.timestamps.weekday_shift,
        first_event_start=calendar.first_event_start.isoformat(),
        last_event_start=calendar.last_event_start.isoformat(),
        known_years={"first": calendar.known_years[0], "last": calendar.known_years[-1]},
        holidays=holidays if calendar.holidays else None,
        training_data={
            "sha256": profile.sha256,
            "rows": len(hours),
            "missing_hours": profile.missing_hours,
            "days_left_out_of_fit": [f"{day:%Y-%m-%d}" for day in left_out],
            "remarks": warnings,
        },
        hyperparameters=HYPERPARAMETERS,
        seed=seed,
        versions={package: version(package) for package in _PACKAGES},
        validation={**validation.figures(), "unusual_days": selection.figures(), "band": interval.figures()},
        residual_quantiles=interval.quantiles,
    )


def check_replaceable(path: Path) -> None:
    """Check before the work that a file can be made or replaced.

    :raises DataError: it exists and is no regular file, its folder does not exist, or cannot be written to.
    """
    try:
        target = path.resolve()
        if target.is_symlink() or (target.exists() and not target.is_file()):  # a loop of links resolves to a link
            raise DataError(f"{path} is not a regular file; choose another path")
        if not target.parent.is_dir():
            raise DataError(f"{path}: the folder does not exist; create it first")
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name[:100]}."):
            pass
    except (OSError, RuntimeError, ValueError) as error:  # for such a loop, Python before 3.13 raises RuntimeError
        reason = getattr(error, "strerror", None) or ("a loop of links" if isinstance(error, RuntimeError) else error)
        raise DataError(f"{path} cannot be written ({reason})") from error


def check_report(folder: Path) -> None:
    """Check before the work that the report can be written.

    :raises DataError: it cannot.
    """
    try:
        if folder.is_dir():
            check_replaceable(folder / FIGURES)
            check_replaceable(folder / PICTURE)
        elif folder.exists() or folder.is_symlink():
            raise DataError(f"{folder} is not a folder; choose another one with --report")
        else:
            existing = next(parent for parent in folder.absolute().parents if parent.exists())
            check_replaceable(existing / folder.name)
    except (OSError, ValueError) as error:  # a name that no folder can have
        raise DataError(f"{folder} cannot be written ({getattr(error, 'strerror', error)})") from error


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file's content so that a crash leaves either the old file or the new one.

    A link is followed, and an old file's mode is kept. Each call writes a temporary file of its own.

    :raises DataError: the file cannot be written; the old one is as it was.
    """
    target = path.resolve()
    try:
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name[:100]}.", delete=False) as file:
            beside = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                beside.chmod(target.stat().st_mode if target.exists() else _NEW_FILE)
                beside.replace(target)
            finally:
                beside.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error.strerror}); what was there is as it was") from error


def write_report(folder: Path, card: ModelCard, validation: Validation) -> None:
    """Write the card's validation as JSON, and a picture; the folder is made if it does not exist.

    :raises DataError: a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be made ({error.strerror})") from error
    write_whole(folder / FIGURES, (json.dumps(card.validation, indent=2) + "\n").encode())
    write_whole(folder / PICTURE, _forecast_picture(validation, card.unit))


@rc_context({"date.converter": "concise"})
def _forecast_picture(validation: Validation, unit: str) -> bytes:
    # matplotlib would show UTC
    actual, forecast = validation.actual.tz_localize(None), validation.forecast.tz_localize(None)
    start = actual.index[0].normalize() + pd.Timedelta(days=1)
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    large, small = figure.subplots(2, height_ratios=(3, 1))
    for axes, drawn, width in ((large, slice(start, start + pd.Timedelta(days=14)), 1.3), (small, slice(None), 0.5)):
        axes.plot(actual[drawn], linewidth=width, color="0.35", label="actual")
        axes.plot(forecast[drawn], linewidth=width, color="tab:orange", label="forecast")
        axes.set_ylabel(unit)
        axes.margins(x=0)
    large.set_title("Two weeks of the test period, forecast from the hours before it alone", fontsize="medium")
    figure.legend(*large.get_legend_handles_labels(), loc="outside upper right", ncols=2)
    small.set_title("The whole test period", fontsize="medium")
    content = BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    return content.getvalue()
