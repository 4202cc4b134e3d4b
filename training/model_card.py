"""What the model card says of a model that was just trained."""

from importlib.metadata import version

import pandas as pd

from forecast_core.card import ModelCard
from forecast_core.contract import CONTRACT_VERSION
from forecast_core.encoding import FEATURES

from .atypical_days import atypical_days
from .forest import HYPERPARAMETERS
from .load_profile import LoadProfile
from .public_holidays import PublicHolidays
from .residuals import Band
from .unusual_days import Choice
from .validation import Validation

_PACKAGES = ("scikit-learn", "skl2onnx", "onnx", "protobuf", "numpy", "pandas", "holidays")


def make_card(
    profile: LoadProfile, public: PublicHolidays, choice: Choice, hours: pd.DataFrame, validation: Validation,
    band: Band, *, remarks: list[str], unit: str, seed: int,
) -> ModelCard:  # fmt: skip
    """Describe the model; the same data, code and library versions give the same card, for it holds no clock's time."""
    treatment, calendar = choice.treatment, choice.treatment.calendar
    holidays = {
        "country": public.country,
        "counted": treatment.holidays,
        "rest_weekday": calendar.rest_weekday,
        "dates": [day.isoformat() for day in sorted(calendar.holidays) if day.year in calendar.known_years],
    }
    left_out = atypical_days(hours) if treatment.leave_out_atypical_days else []
    return ModelCard(
        contract_version=CONTRACT_VERSION,
        features=list(FEATURES),
        unit=unit,
        timezone=calendar.time_zone.key,
        event_resolution="PT1H",
        label_side=calendar.label_side,
        label_clock=calendar.label_clock,
        label_weekday_shift=calendar.label_weekday_shift,
        first_event_start=calendar.first_event_start.isoformat(),
        last_event_start=calendar.last_event_start.isoformat(),
        known_years={"first": calendar.known_years[0], "last": calendar.known_years[-1]},
        holidays=holidays if calendar.holidays else None,
        training_data={
            "sha256": profile.sha256,
            "rows": len(hours),
            "missing_hours": profile.missing_hours,
            "days_left_out_of_fit": [f"{day:%Y-%m-%d}" for day in left_out],
            "remarks": remarks,
        },
        hyperparameters=HYPERPARAMETERS,
        seed=seed,
        versions={package: version(package) for package in _PACKAGES},
        validation={**validation.figures(), "unusual_days": choice.figures(), "band": band.figures()},
        residual_quantiles=band.quantiles,
    )
