"""Train the model: from a CSV of load to a validated ``model.onnx``.

Exit status: 0 saved, 1 a check says no and nothing is saved, 2 the data or an option is at fault, 3 the program is,
130 interrupted.
"""

import logging
import sys
import traceback
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from forecast_core.errors import DataError, InvalidModel, one_line

INTERRUPTED = 130

try:
    from forecast_core.forecaster import Forecaster
    from forecast_core.model_card import ModelCard
    from serving.onnx_model import load_model, open_model
    from training.closures import as_lines, find_closures, read_closures
    from training.csv_file import read_source
    from training.evaluation import check_comparable, compare_with_service
    from training.forest import (
        LARGEST_RELATIVE_DIFFERENCE,
        RECENT_WEEKS,
        export_forest,
        fit_forest,
        fitted_hours,
        largest_difference,
        recent_hours,
    )
    from training.load_profile import check_amount, make_features, read_load_profile
    from training.load_warnings import warn_of_weekdays
    from training.model_file import check_paths, make_card, write_report, write_whole
    from training.model_selection import REFUSAL_MARGIN, quietest_weekday, select_settings
    from training.options import TrainingOptions, read_options
    from training.prediction_interval import measure_interval
    from training.public_holidays import public_holidays
    from training.validation import Validation, formatted, last_four_years, split_in_time, validate
except ImportError as error:
    what = f"{error.name} is not installed" if isinstance(error, ModuleNotFoundError) else str(error)
    how = f"run {sys.executable} -m pip install -r requirements.txt first"
    print(f"train.py: {what}; {how}", file=sys.stderr)
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

    Settings are selected within the first 80 % of the hours, and at most four years of them.
    They are tested on the last 20 %, the interval is made of the last four years, and the model is fitted on all hours.
    ``options.seed`` is that of the fitted model, and so of its interval and of the comparison with the one in service;
    selection and test have seeds of their own, so that no seed can be chosen by its test.

    :raises DataError: the data or an option is at fault.
    :raises Refused: a check says no.
    :raises InvalidModel: the server would not open the model.
    """
    unit = options.power_unit
    service = read_service(options.replaces) if options.replaces else None

    name, content = read_source(options.data)
    profile = read_load_profile(name, content, options)
    power, calendar = profile.power, profile.calendar
    check_amount(name, power)
    if service:
        check_comparable(profile, unit, service)
    tell("load", f"{name}: {len(power):,} hours from {power.index[0]} to {power.index[-1]}")
    tell("", f"{profile.missing_hours} hours are missing")
    tell("", f"mean {formatted(power.mean())} {unit}, from {formatted(power.min())} to {formatted(power.max())}")
    if profile.minutes < 60:
        tell("", f"an hour is the mean of {60 // profile.minutes} rows, and missing if it lacks one")

    public = public_holidays(options.holidays, options.timezone, calendar.known_years, power.index[-1].year)
    closures = read_closures(options.closures) if options.closures else {}
    tell("calendar", public.summary(power.index[0].date(), power.index[-1].date()))
    if closures:
        tell("", f"{len(closures)} days of {options.closures} are closures, which count as rest days like holidays")
    warnings = [*profile.warnings, *public.warnings, *warn_of_weekdays(power, options.timezone, public.weekend)]
    for warning in warnings:
        tell("warning", warning)

    training_part = last_four_years(split_in_time(power)[0])
    rest_weekday = quietest_weekday(training_part, calendar, public.weekend)
    with_closures = replace(calendar, holidays=frozenset(closures), rest_weekday=rest_weekday)
    selection = select_settings(training_part, with_closures, public)
    settings = selection.settings  # settings.calendar is the site's from here on: it has the holidays that count
    tell("select", selection.table(unit))
    if (known := settings.calendar.known_years) != with_closures.known_years:
        tell("", f"holidays are listed until {known[-1]}; forecasts of later hours will be refused")

    hours = make_features(power, settings.calendar)
    fitted = fitted_hours(hours, settings)  # fit_forest does without recent trees, too; the card and the log say so
    if settings.recent_trees and recent_hours(fitted) is fitted:
        settings = replace(settings, recent_trees=0)
        selection = replace(selection, settings=settings)
        tell("", f"most of the last {RECENT_WEEKS} weeks is missing, so no trees are fitted on them alone")
    if looks_closed := find_closures(hours, rest_weekday):
        tell(
            "closed?", "These days look closed and are in no list. If they were, put them into the file of --closures:"
        )
        tell("", "\n".join(as_lines(looks_closed)))

    validation = validate(hours, settings)
    tell("validate", validation.table(unit))

    recent = last_four_years(hours)
    interval = measure_interval(recent, settings, seed=options.seed)
    of_weeks, of_last = (f"{coverage.share:.1%}" for coverage in (interval.held_out_weeks, interval.last_20_percent))
    within = " of the last four years" if len(recent) < len(hours) else ""
    tell("interval", f"the 90 % interval holds {of_weeks} of held-out weeks, {of_last} of the last 20 %{within}")
    if interval.warning:
        warnings.append(interval.warning)
        tell("warning", interval.warning)

    forest = fit_forest(hours, settings, seed=options.seed)
    tell("fit", f"{forest.n_estimators} trees; {settings.summary}")

    card = make_card(options, profile, public, closures, selection, hours, validation, interval, warnings)
    if left_out := card.training_data["outlier_days_left_out"]:
        tell("", f"the fit left out {len(left_out)} outlier days: {', '.join(left_out)}")
    model = export_forest(forest, card)
    tell("export", f"{len(model):,} bytes")

    difference = largest_difference(forest, model)
    tell("compare", f"scikit-learn and onnxruntime differ by at most {difference:.0e} on all inputs")
    if not difference <= LARGEST_RELATIVE_DIFFERENCE:  # written so that NaN is refused, too
        raise Refused(f"the exported model differs by more than {LARGEST_RELATIVE_DIFFERENCE:.0e}")
    # Last, so that the log of a refused model is complete.
    if not options.force and (better := selection.better_baseline(validation)):
        raise Refused(
            f"the {better}, with the same calendar, is more than {REFUSAL_MARGIN:.0%} better than the forest, "
            "in validation and on the last 20 %; try a longer period, a later start if the building changed, "
            "--closures, or another clock (--timestamps, --local-time); --force saves the model anyway"
        )
    if service:
        may_replace, why = compare_with_service(profile, hours, settings, service, seed=options.seed)
        tell("replaces", why)
        if not (may_replace or options.force):
            raise Refused(f"the model in service is better: {why}; --force saves the new one anyway")
    open_model(model)  # what the server would refuse is never saved
    return TrainedModel(model, card, validation)


def read_service(path: Path) -> Forecaster:
    """Open the model in service, which ``--replaces`` names.

    :raises DataError: it cannot be used.
    """
    try:
        return load_model(path)
    except InvalidModel as error:
        raise DataError(f"--replaces: {error}") from error


def tell(step: str, text: str) -> None:
    """Log what a step found, with the name of the step in a column of its own."""
    log.info("%-10s%s", step, text.replace("\n", "\n" + " " * 10))


def main() -> int:
    """Train as the command line says, and save the model."""
    logging.basicConfig(stream=sys.stdout, format="%(message)s")
    log.setLevel(logging.INFO)
    try:
        options = read_options()
        check_paths(options)
        trained = train(options)
        write_report(options.report, trained.card, trained.validation)
        write_whole(options.output, trained.content)  # last, so that a new model never stands beside an error
        tell("save", f"{options.output} and {options.report}")
        tell("", f"sha256 {sha256(trained.content).hexdigest()}")
    except (Refused, InvalidModel) as refusal:
        print(f"train.py: nothing saved: {one_line(str(refusal))}", file=sys.stderr)
        return 1
    except (DataError, OSError) as error:
        print(f"train.py: {one_line(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ntrain.py: interrupted; the model is as it was", file=sys.stderr)
        return INTERRUPTED
    except Exception:
        traceback.print_exc()
        print("train.py: nothing saved: that is an error of the program; please report it", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
