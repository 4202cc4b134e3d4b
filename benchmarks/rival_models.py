"""The models of the rival servers, fitted on the same data as ours."""

import logging
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

from forecast_core.encoding import FEATURES
from training.encoded_hours import encode_hours
from training.forest import fit_forest
from training.load_profile import read_load_profile
from training.source import PUBLISHED_FILE, read_source
from training.treatment import Treatment


def fit_rival_models(folder: Path) -> None:
    """Write ``forest.joblib``, the forest, and ``prophet.json``.

    :param folder: where to write.
    """
    name, content = read_source(None)
    profile = read_load_profile(name, content, "America/Los_Angeles")
    treatment = Treatment("none", profile.calendar, leave_out_atypical_days=False)
    forest = fit_forest(encode_hours(profile.power, profile.calendar), treatment, seed=0)
    forest.feature_names_in_ = np.array(FEATURES, dtype=object)  # as if fitted on a table, else it warns at each row
    joblib.dump(forest, folder / "forest.joblib")
    _write_prophet(folder / "prophet.json")


def _write_prophet(file: Path) -> None:
    logging.disable(logging.ERROR)  # Prophet reports that it found no plotly, and each fit
    from prophet import Prophet
    from prophet.serialize import model_to_json

    prophet = Prophet().fit(pd.read_csv(PUBLISHED_FILE))
    file.write_text(model_to_json(prophet), "utf-8")
    logging.disable(logging.NOTSET)
