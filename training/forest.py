"""The model: a random forest on cyclical features, its settings, and its export to ONNX."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import onnxruntime
import pandas as pd
from onnx import ModelProto
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import RandomForestRegressor

from forecast_core.features import FEATURES, MODEL_INPUT, PERIODS, cyclical_features
from forecast_core.model_card import CHECKSUM_NAME, NO_CHECKSUM, ModelCard, add_checksum
from forecast_core.site_calendar import CalendarFeatures, SiteCalendar

from .instants import HOURS_OF_SHORTEST_DAY
from .load_profile import DAY, POWER

N_TREES, MOST_LEAVES, FEATURES_A_SPLIT = 30, 500, 6  # a file of 1 MB at most
RECENT_WEEKS = 8
"""The weeks that recent trees are fitted on, so that the forecast follows a building that changes;
each hour of the week occurs eight times in them."""

OUTLIER_THRESHOLD = 6  # robust standard deviations from its neighbours make a day an outlier
_DAYS_AROUND = 28
_MAD_TO_STANDARD_DEVIATION = 1.4826  # for a normal distribution: 1 / (the 0.75 quantile of its standard form)

OPSETS = {"": 21, "ai.onnx.ml": 3}  # explicit, so that a newer library does not change the file
IDLE_ATTRIBUTES = ("nodes_hitrates", "nodes_missing_value_tracks_true")
"""Attributes that ONNX lets a tree leave out: a hint for optimisers, and the branch of a missing value.
They are a fifth of the file."""
LARGEST_RELATIVE_DIFFERENCE = 1e-5
"""Between scikit-learn and onnxruntime: float32 rounds at 1e-7, and a wrong leaf shows from 1e-4 up."""


@dataclass(frozen=True)
class Settings:
    """The settings of a fit; the defaults are those of a building with little data.

    :param holidays: which public holidays count: none, as they fall, or as observed.
    :param calendar: of the site, with these holidays and its closures.
    :param leave_out_outlier_days: whether the fit leaves out days that are unlike their neighbours.
    :param hours_a_leaf: how many hours a leaf averages at least.
    :param recent_trees: how many of the trees are fitted on the last weeks alone; half of them by default,
        since a building with little data has little more than these weeks.
    """

    holidays: str
    calendar: SiteCalendar
    leave_out_outlier_days: bool = False
    hours_a_leaf: int = 20
    recent_trees: int = 15

    @property
    def outlier_days(self) -> str:
        """What becomes of outlier days, in a word or two."""
        return "left out" if self.leave_out_outlier_days else "fitted"

    @property
    def summary(self) -> str:
        """The settings, in a line."""
        trees = f"{self.hours_a_leaf} hours a leaf, {self.recent_trees} of {N_TREES} trees on the last weeks"
        return f"holidays {self.holidays}, outlier days {self.outlier_days}, {trees}"


def fit_forest(hours: pd.DataFrame, settings: Settings, *, seed: int) -> RandomForestRegressor:
    """Fit the forest; the same seed gives the same forest, whatever the number of cores.

    :param hours: from ``make_features`` with the calendar of the settings.
    """
    fitted = fitted_hours(hours, settings)
    recent = recent_hours(fitted)
    # Where all hours are recent, two fits with one seed would give the same trees twice.
    n_recent = settings.recent_trees if len(recent) < len(fitted) else 0
    forest = fit_trees(fitted, settings, N_TREES - n_recent, seed=seed)
    if n_recent:
        forest.estimators_ += fit_trees(recent, settings, n_recent, seed=seed).estimators_
        forest.set_params(n_estimators=N_TREES)  # trees of two fits are one forest
    return forest


def fitted_hours(hours: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Leave out outlier days, if the settings say so."""
    return hours[~hours[DAY].isin(outlier_days(hours))] if settings.leave_out_outlier_days else hours


def recent_hours(hours: pd.DataFrame) -> pd.DataFrame:
    """Keep the hours of the last weeks; all hours if half of those are missing, as after a long gap."""
    recent = hours[hours.index > hours.index[-1] - pd.Timedelta(weeks=RECENT_WEEKS)]
    return recent if len(recent) >= RECENT_WEEKS * 7 * 24 / 2 else hours


def fit_trees(fitted: pd.DataFrame, settings: Settings, n_trees: int, *, seed: int) -> RandomForestRegressor:
    """Fit some trees on all of the given hours."""
    forest = RandomForestRegressor(
        n_trees, max_leaf_nodes=MOST_LEAVES, min_samples_leaf=settings.hours_a_leaf, max_features=FEATURES_A_SPLIT,
        random_state=seed, n_jobs=-1,
    )  # fmt: skip
    forest.fit(fitted[list(FEATURES)].to_numpy(), fitted[POWER].to_numpy())
    # A parallel predict adds up the trees in changing order, which changes the last digit.
    forest.set_params(n_jobs=1)
    return forest


def predict_forest(forest: RandomForestRegressor, hours: pd.DataFrame) -> pd.Series:
    """Predict the mean power of each hour, in the unit of the training data."""
    return pd.Series(forest.predict(hours[list(FEATURES)].to_numpy()), index=hours.index)


def outlier_days(hours: pd.DataFrame) -> pd.DatetimeIndex:
    """Find the days whose mean is far from that of the same weekday in the four weeks before and after.

    If the model knows holidays, a holiday has the rest day's weekday.
    Only the given hours are used, so nothing is learnt from a part that is held out.

    :returns: local dates, as midnights.
    """
    by_day = hours.groupby(DAY).agg(power=(POWER, "mean"), weekday=("day_of_week", "first"), n_hours=(POWER, "size"))
    daily = by_day[by_day["n_hours"] >= HOURS_OF_SHORTEST_DAY].asfreq("D")
    neighbours = {
        days: daily["power"].shift(days).where(daily["weekday"].shift(days) == daily["weekday"])
        for days in range(-_DAYS_AROUND, _DAYS_AROUND + 1)
        if days
    }
    deviation = (daily["power"] - pd.DataFrame(neighbours).median(axis="columns")).dropna()
    distance = (deviation - deviation.median()).abs()
    scale = _MAD_TO_STANDARD_DEVIATION * distance.median()
    # If most days are exactly like their neighbours, there is no scale to measure an outlier by.
    return pd.DatetimeIndex(distance.index[(distance > OUTLIER_THRESHOLD * scale) & (scale > 0)])


def export_forest(forest: RandomForestRegressor, card: ModelCard) -> bytes:
    """Convert a forest to ONNX, with the card as ``metadata_props`` and a checksum at the end.

    The input ``features`` is float32 of shape (n_hours, 12), the output float32 of shape (n_hours, 1).
    The same forest and card give the same bytes.
    """
    features = (MODEL_INPUT, FloatTensorType([None, len(FEATURES)]))
    model: ModelProto = to_onnx(forest, initial_types=[features], target_opset=OPSETS)
    for node in model.graph.node:
        needed = [attribute for attribute in node.attribute if attribute.name not in IDLE_ATTRIBUTES]
        del node.attribute[:]
        node.attribute.extend(needed)
    return serialize(model, card.to_metadata())


def serialize(model: ModelProto, metadata: Mapping[str, str]) -> bytes:
    """Write a model with this metadata and its checksum."""
    del model.metadata_props[:]
    for name, value in {**metadata, CHECKSUM_NAME: NO_CHECKSUM}.items():
        model.metadata_props.add(key=name, value=value)
    return add_checksum(model.SerializeToString(deterministic=True))


def all_inputs() -> np.ndarray:
    """List every input that a model can get: 24 hours x 7 weekdays x 366 days; float32 of shape (61488, 12)."""
    hours, weekdays, days = PERIODS.values()
    every = product(range(hours), range(weekdays), range(1, days + 1))
    return np.array([cyclical_features(CalendarFeatures(*hour)) for hour in every], dtype=np.float32)


def largest_difference(forest: RandomForestRegressor, model: bytes) -> float:
    """Compare scikit-learn and onnxruntime on all inputs, relative to scikit-learn's prediction.

    Near zero, where leaves cancel out, it is relative to a tenth of the largest prediction.
    """
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    features = all_inputs()
    (predictions,) = session.run(None, {MODEL_INPUT: features})
    expected = forest.predict(features)
    size = np.maximum(np.abs(expected), max(np.abs(expected).max() / 10, 1e-30))
    return float(np.max(np.abs(predictions[:, 0] - expected) / size))
