"""Train the model: from a CSV of hourly load to a validated ``model.onnx``.

Exit status: 0 saved, 1 a gate says no and nothing is saved, 2 the data or an option is at fault, 130 interrupted.
"""

import sys

from forecast_core.errors import DataError

INTERRUPTED = 130

try:
    from training.encoded_hours import encode_hours
    from training.event_starts import Layout
    from training.forest import fit_forest
    from training.load_profile import read_load_profile
    from training.model_card import make_card
    from training.model_file import LARGEST_RELATIVE_DIFFERENCE, all_occupants_hours, export_forest, largest_difference
    from training.options import read_options
    from training.public_holidays import public_holidays
    from training.remarks import remarks_on_months, remarks_on_weekdays
    from training.replacing import write_whole
    from training.report import write_report
    from training.residuals import measure_band
    from training.source import read_source
    from training.splits import recent, split_in_time
    from training.unusual_days import choose_treatment
    from training.validation import shown, validate
except ModuleNotFoundError as error:
    how = f"run {sys.executable} -m pip install -r requirements.txt first"
    print(f"train.py: {error.name} is not installed; {how}", file=sys.stderr)
    sys.exit(2)
except KeyboardInterrupt:
    sys.exit(INTERRUPTED)


def main() -> int:
    """Train as the options say, and tell each step."""
    options = read_options()
    zone, unit = options.timezone, options.unit

    step("load")
    name, content = read_source(options.data)
    layout = Layout(options.time_column, options.value_column, options.labels, options.local_time, options.year)
    profile = read_load_profile(name, content, zone, layout)
    power, calendar = profile.power, profile.calendar
    say(f"{name}: {len(power):,} hours from {power.index[0]} to {power.index[-1]}, {profile.missing_hours} missing")
    say_more(f"mean {shown(power.mean())} {unit}, from {shown(power.min())} to {shown(power.max())}")
    if profile.minutes < 60:
        say_more(f"each the mean of its {60 // profile.minutes} rows; an hour that lacks a row counts as missing")

    step("calendar")
    public = public_holidays(options.holidays, zone, calendar.known_years)
    say(public.summary(power.index[0].date(), power.index[-1].date()))
    remarks = [*profile.remarks, *remarks_on_months(power, zone), *remarks_on_weekdays(power, zone, public.weekend)]
    for remark in remarks:
        say_more(remark)

    step("choose")
    choice = choose_treatment(recent(split_in_time(power)[0]), calendar, public)
    treatment = choice.treatment
    say(choice.table(unit))
    if (known := treatment.calendar.known_years) != calendar.known_years:
        say_more(f"holidays are listed to {known[-1]}; later hours will be refused")

    step("validate")
    hours = encode_hours(power, treatment.calendar)
    validation = validate(hours, treatment)
    say(validation.table(unit))

    step("band")
    band = measure_band(recent(hours), treatment, seed=options.seed)
    say(f"0.05 to 0.95 quantile: {band.nested_share:.1%} of held-out weeks, {band.future.share:.1%} of the last 20 %")

    step("fit")
    forest = fit_forest(hours, treatment, seed=options.seed)
    say(f"{forest.n_estimators} trees, atypical days {treatment.atypical_days}")

    step("export")
    card = make_card(profile, public, choice, hours, validation, band, remarks=remarks, unit=unit, seed=options.seed)
    model = export_forest(forest, card)
    say(f"{len(model):,} bytes")

    step("compare")
    features = all_occupants_hours()
    difference = largest_difference(forest, model, features)
    say(f"scikit-learn and onnxruntime differ by at most {difference:.0e} relative on all {len(features):,} inputs")
    if not difference <= LARGEST_RELATIVE_DIFFERENCE:  # so that NaN is refused, too
        return refuse(f"the exported model differs by more than {LARGEST_RELATIVE_DIFFERENCE:.0e}")
    if not validation.beats_baselines and not options.force:
        return refuse("the model does not beat both baselines; save it all the same with --force")

    step("save")
    write_report(options.report, card.validation, validation, unit)
    write_whole(options.output, model)
    say(f"{options.output} and {options.report}")
    return 0


def step(name: str) -> None:
    print(f"{name:10}", end="", flush=True)


def say(text: str) -> None:
    print(text.replace("\n", "\n" + " " * 10), flush=True)


def say_more(text: str) -> None:
    step("")
    say(text)


def refuse(why: str) -> int:
    print(f"train.py: nothing saved: {why}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (DataError, OSError) as error:
        print(f"train.py: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("\ntrain.py: interrupted; the model is as it was", file=sys.stderr)
        sys.exit(INTERRUPTED)
