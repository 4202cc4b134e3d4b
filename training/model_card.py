"""What the model card says of a model that was just trained."""

from importlib.metadata import version

from forecast_core.card import ModelCard
from forecast_core.contract import CONTRACT_VERSION
from forecast_core.encoding import FEATURES

from .atypical_days import atypical_days
from .forest import HYPERPARAMETERS
from .load_profile import LoadProfile
from .residuals import Band
from .validation import Validation

_PACKAGES = ("scikit-learn", "skl2onnx", "onnx", "protobuf", "numpy", "pandas")


def make_card(
    profile: LoadProfile, validation: Validation, band: Band, *, note: str, unit: str, seed: int
) -> ModelCard:
    """Describe the model that was fitted on a whole load profile.

    The card holds no wall-clock time, and its figures are rounded:
    the same data, code and library versions give the same card.

    :param note: what ``calendar_note`` says.
    :param unit: of the load.
    :param seed: of the forest.
    """
    power, clock = profile.power, profile.clock
    first, last = power.index[0], power.index[-1]
    left_out = atypical_days(power, validation.threshold)
    return ModelCard(
        contract_version=CONTRACT_VERSION,
        features=list(FEATURES),
        unit=unit,
        timezone=clock.time_zone,
        utc_offset=first.isoformat()[-len("+00:00") :],
        event_resolution="PT1H",
        daylight_saving=None if clock.daylight_saving is None else clock.daylight_saving._asdict(),
        first_event_start=first.isoformat(),
        last_event_start=last.isoformat(),
        calendar_year=first.year,
        calendar_note=note,
        training_data={
            "sha256": profile.sha256,
            "rows": len(power),
            "missing_hours": profile.missing_hours,
            "days_left_out_of_fit": [f"{day:%Y-%m-%d}" for day in left_out],
        },
        hyperparameters=HYPERPARAMETERS,
        seed=seed,
        versions={package: version(package) for package in _PACKAGES},
        validation={**validation.figures(), "band": band.figures()},
        residual_quantiles=band.quantiles,
    )
