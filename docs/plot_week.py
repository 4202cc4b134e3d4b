"""Draw a week of the forecast with its prediction interval: ``python -m docs.plot_week [PNG]``."""

import sys
from datetime import datetime
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from serving.onnx_model import load_model

ROOT = Path(__file__).resolve().parent.parent

START, N_HOURS = datetime.fromisoformat("2026-11-23T00:00:00-08:00"), 7 * 24  # the week of Thanksgiving


@rc_context({"date.converter": "concise"})
def draw(path: Path) -> None:
    """Write the picture: the mean, and the 50 % and 90 % intervals."""
    forecaster = load_model(ROOT / "model.onnx")
    hours = np.datetime64(START.replace(tzinfo=None)) + np.arange(N_HOURS).astype("timedelta64[h]")
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    axes = figure.subplots()
    forecast = forecaster.forecast(START, N_HOURS, (0.05, 0.25, 0.75, 0.95))
    for low, high, shade, label in (("0.05", "0.95", 0.2, "90 % interval"), ("0.25", "0.75", 0.4, "50 % interval")):
        edges = forecast.quantiles[low], forecast.quantiles[high]
        axes.fill_between(hours, *edges, alpha=shade, color="tab:orange", linewidth=0, step="post", label=label)
    axes.step(hours, forecast.means, where="post", color="tab:red", linewidth=1.2, label="mean")
    axes.set_ylabel(forecaster.card.unit)
    axes.margins(x=0)
    figure.legend(loc="outside upper right", ncols=3)
    figure.savefig(path, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "week.png")
