"""Servers side by side: in turns, so that what else the machine does meets all of them."""

import json
import os
import random
import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from pathlib import Path
from statistics import median
from subprocess import PIPE, run

import joblib
import pandas as pd
from prophet import Prophet
from prophet.serialize import model_to_json

from benchmarks.serving.server_process import BODY, QUERY, REFUSED, ROOT, Server, running
from benchmarks.serving.servers.rival_model import calendar, card, predict
from benchmarks.sites import settings_of
from training.csv_file import read_source
from training.forest import fit_forest
from training.instants import ReadingOptions
from training.load_profile import make_features, read_load_profile

WRK = "wrk --threads 1 --connections 8 --duration 2s --timeout 30s --script benchmarks/serving/random_inputs.lua"
FIELDS = ((0, 3, 1), (23, 6, 366), (2, 4, 71), (12, 0, 328), (17, 5, 185))
COLUMNS = {"requests/s": ",.0f", "median ms": ".2f", "99 % ms": ".2f", "resident MB": ".0f", "first response s": ".2f"}
RIVALS = "benchmarks.serving.servers."
SUBJECTS = {
    "(a) bare Starlette, a constant": (RIVALS + "bare_starlette:app", QUERY, None),
    "(b) ours, query string": ("serve:app", QUERY, 0.0),
    "(c) ours, JSON body": ("serve:app", BODY, 0.0),
    "(d) FastAPI + pydantic + onnxruntime": (RIVALS + "fastapi_onnx:app", QUERY, 0.0),
    "(e) Litestar + msgspec + onnxruntime": (RIVALS + "litestar_onnx:app", QUERY, 0.0),
    "(f) BlackSheep + msgspec + onnxruntime": (RIVALS + "blacksheep_onnx:app", QUERY, 0.0),
    "(g) FastAPI + joblib + pandas": (RIVALS + "fastapi_joblib:app", QUERY, 1e-3),
    "(h) Flask + Prophet, reloaded": (RIVALS + "flask_prophet:app", QUERY, None),
}
"""By name: the app, the form of its input, and by how many kW it may differ from our model; None for another."""


def fit_rivals(folder: Path) -> None:
    """Fit the same forest for joblib, and Prophet; the servers learn from environment variables where they are."""
    os.environ["FOREST_FILE"], os.environ["PROPHET_FILE"] = str(folder / "forest"), str(folder / "prophet")
    source = read_source(None)
    hours = make_features(read_load_profile(*source, ReadingOptions()).power, calendar)
    joblib.dump((fit_forest(hours, settings_of(card), seed=card.settings["seed"]), calendar), folder / "forest")
    (folder / "prophet").write_text(model_to_json(Prophet().fit(pd.read_csv(BytesIO(source[1])))))


def comparison_lines(rounds: int) -> Iterator[str]:
    """Measure every subject once per round, each time a fresh server; a Markdown table of the medians."""
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in SUBJECTS}
    for seed, (name, (app, form, tolerance)) in product(range(rounds), SUBJECTS.items()):
        with running(app) as server:
            if tolerance is not None:
                _check(server, form, tolerance)
            measured[name].append(_drive(server, form, seed))
    yield f"| server | {' | '.join(COLUMNS)} |\n|---|{'---:|' * len(COLUMNS)}"
    medians = {name: {key: median(each[key] for each in rows) for key in COLUMNS} for name, rows in measured.items()}
    bare = next(iter(medians.values()))
    for name, row in medians.items():
        ratios = {key: f"{float(f'{row[key] / bare[key]:.3g}'):,g}" for key in COLUMNS}
        yield f"| {name} | {' | '.join(f'{row[key]:{form}} ({ratios[key]})' for key, form in COLUMNS.items())} |"
    yield f"\nIn brackets the ratio to (a). Medians of rounds ({rounds}), each with a fresh server of one process, new"
    yield f"inputs, by `{WRK}`. (h) runs on gunicorn, the others on uvicorn."


def _check(server: Server, form: str, tolerance: float) -> None:
    for fields in FIELDS:
        expected, found = predict(*fields), server.predict(form.format(*fields))
        if not round(abs(expected - json.loads(found)["prediction"]), 6) <= tolerance:
            sys.exit(f"{fields}: got {found!r}, expected {expected}")
    server.predict(form.format(24, 3, 122), REFUSED)
    if not tolerance:  # as people usually publish with joblib, any name will do
        server.predict(QUERY.format(8, 3, 122) + "&minute=0", REFUSED)


def _drive(server: Server, form: str, seed: int) -> dict[str, float]:
    inputs = [form.format(*fields) for fields in product(range(24), range(7), range(1, 367))]
    random.Random(seed).shuffle(inputs)
    command = [*WRK.split(), f"http://{server.host}:{server.port}/v1/prediction"]
    inputs *= 2  # for (a), which answers more of them than there are; every input of the others is new
    shown = run(command, input="\n".join(inputs), stdout=PIPE, text=True, cwd=ROOT, check=True).stdout
    figures: dict[str, float] = json.loads(shown.splitlines()[-1])
    if figures["failures"]:
        sys.exit(f"not all responses were good: {figures}")
    return {**figures, "resident MB": server.resident_mb(), "first response s": server.first_response}
