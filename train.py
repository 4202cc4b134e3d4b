"""Train the model: from a CSV of hourly load to a validated ``model.onnx``.

Exit status: 0 saved, 1 a gate says no and nothing is saved, 2 the data or an option is at fault, 130 interrupted.
"""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from forecast_core.errors import DataError

INTERRUPTED = 130

try:
    from training.encoded_hours import encode_hours
    from training.forest import fit_forest
    from training.layout import Layout
    from training.load_profile import FIRST_YEAR, LAST_YEAR, read_load_profile
    from training.model_card import make_card
    from training.model_file import LARGEST_RELATIVE_DIFFERENCE, all_occupants_hours, export_forest, largest_difference
    from training.public_holidays import public_holidays
    from training.remarks import remarks_on_months, remarks_on_weekdays
    from training.replacing import check_replaceable, write_whole
    from training.report import check_report, write_report
    from training.residuals import measure_band
    from training.site import site_time_zone
    from training.source import read_source
    from training.splits import recent, split_in_time
    from training.units import check_power_unit
    from training.unusual_days import choose_treatment
    from training.validation import validate
except ModuleNotFoundError as error:
    print(f"train.py: {error.name} is not installed; run pip install -r requirements.txt first", file=sys.stderr)
    sys.exit(2)
except KeyboardInterrupt:
    sys.exit(INTERRUPTED)

HERE = Path(__file__).resolve().parent


def main() -> int:
    options = read_options()

    step("load")
    name, content = read_source(options.data)
    layout = Layout(options.time_column, options.value_column, options.labels, options.local_time, options.year)
    profile = read_load_profile(name, content, options.timezone, layout)
    power, calendar = profile.power, profile.calendar
    say(f"{name}: {len(power):,} hours from {power.index[0]} to {power.index[-1]}, {profile.missing_hours} missing")
    if profile.minutes < 60:
        say_more(f"each the mean of its {60 // profile.minutes} rows; an hour that lacks a row counts as missing")

    step("calendar")
    public = public_holidays(options.holidays, options.timezone, calendar.known_years)
    say(public.summary(power.index[0].date(), power.index[-1].date()))
    remarks = [
        *profile.remarks,
        *remarks_on_months(power, options.timezone),
        *remarks_on_weekdays(power, options.timezone, public.weekend),
    ]
    for remark in remarks:
        say_more(remark)

    step("choose")
    choice = choose_treatment(recent(split_in_time(power)[0]), calendar, public)
    treatment = choice.treatment
    say(choice.table(options.unit))

    step("validate")
    hours = encode_hours(power, treatment.calendar)
    validation = validate(hours, treatment)
    say(validation.table(options.unit))

    step("band")
    band = measure_band(recent(hours), treatment, seed=options.seed)
    say(
        f"from the 0.05 to the 0.95 quantile: {band.nested_share:.1%} of the hours in nested cross-validation, "
        f"{band.future.share:.1%} of the last 20 %"
    )

    step("fit")
    forest = fit_forest(hours, treatment, seed=options.seed)
    say(f"{forest.n_estimators} trees, atypical days {treatment.atypical_days}")

    step("export")
    card = make_card(
        profile, public, choice, hours, validation, band, remarks=remarks, unit=options.unit, seed=options.seed
    )
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
    write_report(options.report, card.validation, validation, options.unit)
    write_whole(options.output, model)
    say(f"{options.output} and {options.report}")
    return 0


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong with an option as everything else is said, without the usage around it."""

    def error(self, message: str) -> NoReturn:
        raise DataError(f"{message}; --help lists the options")


def read_options() -> argparse.Namespace:
    parser = OneLineParser(description="Train the model and save it as ONNX.")
    add = parser.add_argument
    add(
        "--data",
        metavar="PATH_OR_URL",
        help="a CSV of mean power, hourly or every 5, 10, 15 or 30 minutes (default: the published data set)",
    )
    add("--time-column", default="ds", metavar="NAME", help="of the labels: when an interval is (default: %(default)s)")
    add("--value-column", default="y", metavar="NAME", help="of the mean power (default: %(default)s)")
    add(
        "--labels",
        choices=("end", "start"),
        default="end",
        help="the side of its interval that a label names (default: %(default)s)",
    )
    add(
        "--local-time",
        action="store_true",
        help="labels are on the site's local clock, which changes in spring and autumn; without this, they are in its "
        "standard time all year, unless they have an offset from UTC",
    )
    add("--output", type=Path, default=HERE / "model.onnx", metavar="PATH", help="default: model.onnx")
    add(
        "--timezone",
        default="America/Los_Angeles",
        metavar="NAME",
        help="of the site, by whose clock its people live (default: %(default)s)",
    )
    add(
        "--holidays", metavar="CODE", help="of a country, like NL, or DE-BY; or none (default: the time zone's country)"
    )
    add("--year", type=int, help="date the first event in this year: its weekdays, holidays and clock changes")
    add("--unit", default="kW", help="of the mean power: W, kW, MW, GW or TW (default: %(default)s)")
    add("--seed", type=int, default=0, help="of the forest (default: %(default)s)")
    add("--report", type=Path, default=HERE / "docs/validation", metavar="DIR", help="default: docs/validation")
    add("--force", action="store_true", help="save although the model does not beat the baselines")
    options = parser.parse_args()
    if not 0 <= options.seed < 2**32:
        raise DataError(f"--seed {options.seed}: must be from 0 to 4294967295")
    if options.year is not None and not FIRST_YEAR <= options.year <= LAST_YEAR:
        raise DataError(f"--year {options.year}: must be from {FIRST_YEAR} to {LAST_YEAR}")
    check_replaceable(options.output)
    check_report(options.report)
    check_power_unit(options.unit)
    site_time_zone(options.timezone)
    public_holidays(options.holidays, options.timezone, years=())
    return options


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
