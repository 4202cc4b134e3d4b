"""What train.py and evaluate.py save: the model with its card, and reports; each file whole or not at all."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from forecast_core.contract import CONTRACT_VERSION
from forecast_core.errors import DataError
from forecast_core.features import FEATURES
from forecast_core.model_card import ModelCard

from .csv_file import PUBLISHED_FILE
from .evaluation import Evaluation
from .forest import FEATURES_A_SPLIT, MOST_LEAVES, N_TREES, outlier_days
from .load_profile import LoadProfile
from .model_selection import Selection
from .options import TrainingOptions
from .prediction_interval import HIGH, LOW, PredictionInterval
from .public_holidays import PublicHolidays
from .validation import Validation

_UNFINISHED = ".unfinished-"  # how the name of a file begins that is written, and replaces another when it is whole
_NO_SOFTWARE = {"Software": None}  # a picture's default names the version of matplotlib
_NEW_FILE = 0o644  # the mode of a new file; a temporary one is for its owner alone
FIGURES, PICTURE = "figures.json", "forecast.png"
# Those that compute the forest, write it, or know the holidays; the time zone database is the user's system's.
_PACKAGES = ("scikit-learn", "skl2onnx", "onnx", "protobuf", "numpy", "pandas", "holidays")


def make_card(
    options: TrainingOptions, profile: LoadProfile, public: PublicHolidays, closures: Mapping[date, str],
    selection: Selection, hours: pd.DataFrame, validation: Validation, interval: PredictionInterval,
    warnings: Sequence[str],
) -> ModelCard:  # fmt: skip
    """Describe the model; the card has no wall-clock time, so the same data, code and libraries give the same card."""
    settings, calendar = selection.settings, selection.settings.calendar
    counted = {"as they fall": public.as_they_fall, "as observed": public.as_observed}.get(settings.holidays, {})
    holidays = {
        "country": public.country,
        "counted": settings.holidays,
        "dates": _dated(counted, calendar.known_years),
    }
    left_out = outlier_days(hours) if settings.leave_out_outlier_days else []
    return ModelCard(
        contract_version=CONTRACT_VERSION,
        name=options.name or profile.site_name,
        features=list(FEATURES),
        unit=options.power_unit,
        timezone=calendar.time_zone.key,
        event_resolution="PT1H",
        timestamps={
            "marks": calendar.convention.marks,
            "clock": calendar.convention.clock,
            "weekday_shift": calendar.convention.weekday_shift,
        },
        first_event_start=calendar.first_event_start.isoformat(),
        last_event_start=calendar.last_event_start.isoformat(),
        known_years={"first": calendar.known_years[0], "last": calendar.known_years[-1]},
        weekend=sorted(public.weekend),
        rest_weekday=calendar.rest_weekday,
        holidays=holidays if counted else None,  # a card lists what counts
        closures=_dated(closures, calendar.known_years),
        training_data={
            "sha256": profile.sha256,
            "hours": len(hours),
            "missing_hours": profile.missing_hours,
            "unit": options.unit,
            "zeros_are_missing": options.zeros_are_missing,
            "outlier_days_left_out": [f"{day:%Y-%m-%d}" for day in left_out],
            "warnings": list(warnings),
        },
        settings={
            **selection.figures(),
            "trees": N_TREES,
            "most_leaves": MOST_LEAVES,
            "features_a_split": FEATURES_A_SPLIT,
            "seed": options.seed,
        },
        versions={package: version(package) for package in _PACKAGES},
        validation=validation.figures(),
        expected_errors=interval.figures(),
        residual_quantiles=interval.quantiles,
    )


def _dated(names: Mapping[date, str], known_years: range) -> dict[str, str]:
    return {day.isoformat(): names[day] for day in sorted(names) if day.year in known_years}


def check_paths(options: TrainingOptions) -> None:
    """Check before the work that the model and the report can be written.

    :raises DataError: they cannot.
    """
    _check_replaceable(options.output)
    _check_report(options.report)
    report = {"--report": options.report, "--report's figures": options.report / FIGURES}
    inputs = {"--data": Path(options.data or PUBLISHED_FILE), "--closures": options.closures}
    for name, path in {**report, "--report's picture": options.report / PICTURE, **inputs}.items():
        if path and options.output.resolve() == path.resolve():
            raise DataError(f"--output and {name} are both {options.output}; give them different paths")


def _check_replaceable(path: Path) -> None:
    try:
        target = path.resolve()
        if target.is_symlink() or (target.exists() and not target.is_file()):  # a loop of links resolves to a link
            raise DataError(f"{path} is not a regular file; choose another path")
        if not target.parent.is_dir():
            raise DataError(f"{path}: the folder does not exist; create it first")
        with NamedTemporaryFile(dir=target.parent, prefix=_UNFINISHED):
            pass
    except (OSError, RuntimeError, ValueError) as error:  # for such a loop, Python before 3.13 raises RuntimeError
        reason = getattr(error, "strerror", None) or ("a loop of links" if isinstance(error, RuntimeError) else error)
        raise DataError(f"{path} cannot be written ({reason})") from error


def _check_report(folder: Path) -> None:
    try:
        if folder.is_dir():
            _check_replaceable(folder / FIGURES)
            _check_replaceable(folder / PICTURE)
        elif folder.exists() or folder.is_symlink():
            raise DataError(f"{folder} is not a folder; choose another one with --report")
        else:
            existing = next(parent for parent in folder.absolute().parents if parent.exists())
            with TemporaryDirectory(dir=existing, prefix=_UNFINISHED) as beside:
                (Path(beside) / folder.name).mkdir()
    except (OSError, ValueError) as error:  # a name that no folder can have
        raise DataError(f"{folder} cannot be written ({getattr(error, 'strerror', error)})") from error


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file's content so that a crash leaves either the old file or the new one.

    A link is followed, and an old file's mode is kept. Each call writes a temporary file of its own.

    :raises DataError: the file cannot be written; the old one is as it was.
    """
    target = path.resolve()
    try:
        with NamedTemporaryFile(dir=target.parent, prefix=_UNFINISHED, delete=False) as file:
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
    """Write the card's settings and errors as JSON, and a picture; the folder is made if it does not exist.

    :raises DataError: a file cannot be written.
    """
    figures = {"settings": card.settings, **card.validation, "expected_errors": card.expected_errors}
    _write(folder, FIGURES, figures, PICTURE, _forecast_picture(validation, card.unit))


def write_evaluation(folder: Path, evaluation: Evaluation) -> None:
    """Write an evaluation as JSON, and a picture; the folder is made if it does not exist.

    :raises DataError: a file cannot be written.
    """
    _write(folder, "evaluation.json", evaluation.figures(), "evaluation.png", _evaluation_picture(evaluation))


def _write(folder: Path, json_name: str, figures: Mapping[str, Any], picture_name: str, picture: bytes) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be made ({error.strerror})") from error
    write_whole(folder / json_name, (json.dumps(figures, indent=2) + "\n").encode())
    write_whole(folder / picture_name, picture)


@rc_context({"date.converter": "concise"})
def _evaluation_picture(evaluation: Evaluation) -> bytes:
    hours, model = evaluation.weeks.hours, evaluation.scored[0]
    local = hours.index.tz_localize(None)  # matplotlib would show UTC
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    large, small = figure.subplots(2, height_ratios=(3, 1))
    edges = (model.quantiles[edge].to_numpy() for edge in (LOW, HIGH))
    large.fill_between(local, *edges, alpha=0.3, linewidth=0, color="tab:orange", label="90 % interval")
    large.plot(local, hours["power"], linewidth=0.8, color="0.25", label="actual")
    large.plot(local, model.forecast, linewidth=0.8, color="tab:orange", label="forecast")
    large.set_ylabel(evaluation.unit)
    large.margins(x=0)
    large.set_title(evaluation.verdict, fontsize="medium", wrap=True)
    figure.legend(*large.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    rows = evaluation.by_week()
    for number, scored in enumerate(scored for scored in evaluation.scored if scored.quantiles):
        places = [place + 0.4 * number for place in range(len(rows))]
        small.bar(places, [row["mae"][scored.name] for row in rows], 0.4, label=scored.name)
    small.set_xticks(range(len(rows)), [row["week_of"] for row in rows], rotation=90, fontsize="x-small")
    small.set_ylabel(f"MAE of the week, {evaluation.unit}")
    small.legend(fontsize="small")
    content = BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata=_NO_SOFTWARE)
    return content.getvalue()


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
    figure.savefig(content, format="png", dpi=110, metadata=_NO_SOFTWARE)
    return content.getvalue()
