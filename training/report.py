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

REPORT_FILES = ("figures.json", "forecast.png")
_FORTNIGHT = pd.Timedelta(days=14)
_ACTUAL = {"color": "0.35", "label": "actual"}
_FORECAST = {"color": "tab:orange", "label": "forecast"}


def check_report(folder: Path) -> None:
    """See before the work whether the report can be written.

    :raises DataError: it cannot.
    """
    if folder.is_dir():
        for name in REPORT_FILES:
            check_replaceable(folder / name)
    elif folder.exists() or folder.is_symlink():
        raise DataError(f"{folder} exists and is no folder; name another with --report")
    else:
        existing = next(parent for parent in folder.absolute().parents if parent.exists())
        check_replaceable(existing / folder.name)


def write_report(folder: Path, figures: dict[str, Any], validation: Validation, unit: str) -> None:
    """Write ``REPORT_FILES``.

    :param folder: made if it is not there.
    :param figures: what the model card says of the validation.
    :raises OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = (json.dumps(figures, indent=2) + "\n").encode(), _png(_forecast_figure(validation, unit))
    for name, content in zip(REPORT_FILES, contents, strict=True):
        write_whole(folder / name, content)


@rc_context({"date.converter": "concise"})
def _forecast_figure(validation: Validation, unit: str) -> Figure:
    actual, forecast = _in_local_time(validation.actual), _in_local_time(validation.forecast)
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    large, small = figure.subplots(2, height_ratios=(3, 1))
    start = actual.index[0].normalize() + pd.Timedelta(days=1)
    for axes, shown in ((large, slice(start, start + _FORTNIGHT)), (small, slice(None))):
        axes.plot(actual[shown], linewidth=1.4 if axes is large else 0.5, **_ACTUAL)
        axes.plot(forecast[shown], linewidth=1.2 if axes is large else 0.5, **_FORECAST)
        axes.set_ylabel(unit)
        axes.margins(x=0)
    large.set_title("Two weeks of the test period, forecast from the hours before it alone", fontsize="medium")
    figure.legend(*large.get_legend_handles_labels(), loc="outside upper right", ncols=2)
    small.set_title("The whole test period", fontsize="medium")
    return figure


def _in_local_time(power: pd.Series) -> pd.Series:
    return power.tz_localize(None)  # matplotlib would show UTC


def _png(figure: Figure) -> bytes:
    content = BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    return content.getvalue()
