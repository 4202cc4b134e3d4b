"""Train the model: from a CSV of load to a validated ``model.onnx``.

Exit status: 0 saved, 1 a check says no and nothing is saved, 2 the data or an option is at fault, 130 interrupted.
"""

import logging
import sys
from dataclasses import dataclass

from forecast_core.errors import DataError, InvalidModel, one_line

INTERRUPTED = 130

try:
    from forecast_core.model_card import ModelCard
    from training.csv_file import read_source
    from training.forest import (
        LARGEST_RELATIVE_DIFFERENCE,
        all_inputs,
        check_servable,
        export_forest,
        fit_forest,
        largest_difference,
    )
    from training.load_profile import make_features, read_load_profile, warn_of_weekdays
    from training.model_file import make_card, write_report, write_whole
    from training.model_selection import select_settings
    from training.options import TrainingOptions, read_options
    from training.prediction_interval import measure_interval
    from training.public_holidays import public_holidays
    from training.validation import Validation, formatted, recent, split_in_time, validate
except ModuleNotFoundError as error:
    how = f"run {sys.executable} -m pip install -r requirements.txt first"
    print(f"train.py: {error.name} is not installed; {how}", file=sys.stderr)
    sys.exit(2)
except KeyboardInterrupt:
    sys.exit(INTERRUPTED)

log = logging.getLogger("train")


class Refused(Exception):
    """A check says that the model must not be saved; the text says why."""


@dataclass(frozen=True)
class TrainedModel:
    """A model that passed all checks: the content of its file, its card, and its validation."""

    content: bytes
    card: ModelCard
    validation: Validation


def train(options: TrainingOptions) -> TrainedModel:
    """Train a model; each step is logged, and nothing is written.

    :raises DataError: the data or an option is at fault.
    :raises Refused: a check says no.
    """
    unit = options.power_unit

    name, content = read_source(options.data)
    profile = read_load_profile(name, content, options)
    power, calendar = profile.power, profile.calendar
    tell("load", f"{name}: {len(power):,} hours from {power.index[0]} to {power.index[-1]}")
    tell("", f"{profile.missing_hours} hours are missing")
    tell("", f"mean {formatted(power.mean())} {unit}, from {formatted(power.min())} to {formatted(power.max())}")
    if profile.minutes < 60:
        tell("", f"an hour is the mean of {60 // profile.minutes} rows, and missing if it lacks one")

    public = public_holidays(options.holidays, options.timezone, calendar.known_years, power.index[-1].year)
    tell("calendar", public.summary(power.index[0].date(), power.index[-1].date()))
    warnings = [*profile.warnings, *public.warnings, *warn_of_weekdays(power, options.timezone, public.weekend)]
    for warning in warnings:
        tell("warning", warning)

    selection = select_settings(recent(split_in_time(power)[0]), calendar, public)
    settings = selection.settings
    tell("select", selection.table(unit))
    if (known := settings.calendar.known_years) != calendar.known_years:
        tell("", f"holidays are listed until {known[-1]}; forecasts of later hours will be refused")

    hours = make_features(power, settings.calendar)
    validation = validate(hours, settings)
    tell("validate", validation.table(unit))

    interval = measure_interval(recent(hours), settings, seed=options.seed)
    shares = f"{interval.nested_share:.1%} of held-out weeks, {interval.future.share:.1%} of the last 20 %"
    tell("interval", f"the 90 % interval holds {shares}")

    forest = fit_forest(hours, settings, seed=options.seed)
    tell("fit", f"{forest.n_estimators} trees, outlier days {settings.outlier_days}")

    card = make_card(
        profile, public, selection, hours, validation, interval, warnings=warnings, unit=unit, seed=options.seed
    )
    model = export_forest(forest, card)
    tell("export", f"{len(model):,} bytes")

    features = all_inputs()
    difference = largest_difference(forest, model, features)
    tell("compare", f"scikit-learn and onnxruntime differ by at most {difference:.0e} on all {len(features):,} inputs")
    if not difference <= LARGEST_RELATIVE_DIFFERENCE:  # written so that NaN is refused, too
        raise Refused(f"the exported model differs by more than {LARGEST_RELATIVE_DIFFERENCE:.0e}")
    if not validation.beats_baselines and not options.force:
        raise Refused(
            "the model does not beat both baselines; try a longer or another period, or --local-time and --timestamps "
            "if the clock is in doubt; --force saves it anyway"
        )
    check_servable(model)
    return TrainedModel(model, card, validation)


def tell(step: str, text: str) -> None:
    """Log what a step found, with the name of the step in a column of its own."""
    log.info("%-10s%s", step, text.replace("\n", "\n" + " " * 10))


def main() -> int:
    """Train as the command line says, and save the model."""
    logging.basicConfig(stream=sys.stdout, format="%(message)s")
    log.setLevel(logging.INFO)
    try:
        options = read_options()
        trained = train(options)
        write_report(options.report, trained.card, trained.validation)
        write_whole(options.output, trained.content)  # last, so that a new model never stands beside an error
        tell("save", f"{options.output} and {options.report}")
    except (Refused, InvalidModel) as refusal:
        print(f"train.py: nothing saved: {one_line(str(refusal))}", file=sys.stderr)
        return 1
    except (DataError, OSError) as error:
        print(f"train.py: {one_line(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ntrain.py: interrupted; the model is as it was", file=sys.stderr)
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
