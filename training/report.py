"""The validation as files: the figures as JSON, and a picture."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from forecast_core.errors import DataError

from .replacing import check_replaceable, write_whole
from .validation import Validation

FIGURES, PICTURE = "figures.json", "forecast.png"


def check_report(folder: Path) -> None:
    """See before the work whether the report can be written.

    :raises DataError: it cannot.
    """
    if folder.is_dir():
        check_replaceable(folder / FIGURES)
        check_replaceable(folder / PICTURE)
    elif folder.exists() or folder.is_symlink():
        raise DataError(f"{folder} exists and is no folder; name another with --report")
    else:
        existing = next(parent for parent in folder.absolute().parents if parent.exists())
        check_replaceable(existing / folder.name)


def write_report(folder: Path, figures: dict[str, Any], validation: Validation, unit: str) -> None:
    """Write the figures and the picture; the folder is made if it is not there.

    :param figures: what the model card says of the validation.
    :raises OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / FIGURES, (json.dumps(figures, indent=2) + "\n").encode())
    write_whole(folder / PICTURE, _forecast_picture(validation, unit))


@rc_context({"date.converter": "concise"})
def _forecast_picture(validation: Validation, unit: str) -> bytes:
    # matplotlib would show UTC
    actual, forecast = validation.actual.tz_localize(None), validation.forecast.tz_localize(None)
    start = actual.index[0].normalize() + pd.Timedelta(days=1)
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    large, small = figure.subplots(2, height_ratios=(3, 1))
    for axes, shown, width in ((large, slice(start, start + pd.Timedelta(days=14)), 1.3), (small, slice(None), 0.5)):
        axes.plot(actual[shown], linewidth=width, color="0.35", label="actual")
        axes.plot(forecast[shown], linewidth=width, color="tab:orange", label="forecast")
        axes.set_ylabel(unit)
        axes.margins(x=0)
    large.set_title("Two weeks of the test period, forecast from the hours before it alone", fontsize="medium")
    figure.legend(*large.get_legend_handles_labels(), loc="outside upper right", ncols=2)
    small.set_title("The whole test period", fontsize="medium")
    content = BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    return content.getvalue()
