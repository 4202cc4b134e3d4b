"""Compare the model with what people usually forecast a load with, on the same hours.

Writes ``docs/accuracy.md`` and ``docs/validation/error_anatomy.png``, in about ten minutes;
with ``--settings``, ``docs/validation/settings.md`` instead, from the first 80 % of the hours alone.
"""

import argparse
import logging
import sys
from pathlib import Path

from benchmarks.accuracy.anatomy import anatomy_picture, describe_days
from benchmarks.accuracy.methods import OURS, Method, all_methods, hours_for_all
from benchmarks.accuracy.protocols import LAST_FIFTH, WEEK_CV, Protocol, Result, all_protocols, run
from benchmarks.accuracy.report import COMMAND, accuracy_page, accuracy_table, markdown
from benchmarks.accuracy.settings import SEEDS, settings_table
from forecast_core.errors import DataError
from training.forest import HYPERPARAMETERS
from training.layout import Layout
from training.load_profile import LoadProfile, read_load_profile
from training.public_holidays import PublicHolidays, public_holidays
from training.replacing import write_whole
from training.residuals import measure_band
from training.source import read_source
from training.splits import split_in_time
from training.unusual_days import Choice, choose_treatment

DOCS = Path(__file__).resolve().parents[2] / "docs"
OWN_YEAR = 2015
TIME_ZONE = "America/Los_Angeles"
UNIT = "kW"


def main() -> None:
    """Choose the treatment of unusual days as train.py does, then compare."""
    parser = argparse.ArgumentParser(description="Compare the model with other forecasts, on the same hours.")
    parser.add_argument("--settings", action="store_true", help="compare settings of the model instead")
    only_settings = parser.parse_args().settings
    logging.disable(logging.ERROR)  # Prophet and Stan report each fit, in the middle of the progress
    source = read_source(None)
    profile = read_load_profile(*source, TIME_ZONE)
    public = public_holidays(None, TIME_ZONE, profile.calendar.known_years)
    choice = choose_treatment(split_in_time(profile.power)[0], profile.calendar, public)
    if only_settings:
        compare_settings(profile, choice)
    else:
        compare_methods(profile, read_load_profile(*source, TIME_ZONE, Layout(year=OWN_YEAR)), public, choice)


def compare_methods(profile: LoadProfile, own_dates: LoadProfile, public: PublicHolidays, choice: Choice) -> None:
    """Put every method to every protocol that it can be put to, and write the page."""
    hours = hours_for_all(profile, own_dates, choice.treatment)
    protocols, methods = all_protocols(hours), all_methods(profile.power, choice.treatment, public)
    results = run_all(protocols, methods)
    band = measure_band(hours, choice.treatment, seed=0)
    days = describe_days(hours, TIME_ZONE, public)
    page = accuracy_page(profile, choice, band, days, protocols, methods, results, UNIT)
    write_whole(DOCS / "accuracy.md", page.encode())
    anatomy = {name: results[OURS, name] for name in (WEEK_CV, LAST_FIFTH)}
    write_whole(DOCS / "validation" / "error_anatomy.png", anatomy_picture(anatomy, days, UNIT))
    print(accuracy_table(protocols, methods, results))


def compare_settings(profile: LoadProfile, choice: Choice) -> None:
    """Write the table of settings, and show each row as it is measured."""
    rows = []
    for row in settings_table(split_in_time(profile.power)[0], choice.treatment):
        show(" ".join(f"{cell:>12}" for cell in row) + "\n")
        rows.append(row)
    published = ", ".join(f"{name} {value}" for name, value in HYPERPARAMETERS.items())
    page = (
        f"# Settings of the model\n\nWritten by `{COMMAND} --settings`: MAE in {UNIT} by cross-validation within the "
        f"first 80 % of the hours,\nthe mean of {len(SEEDS)} seeds. The rest of the hours is not looked at.\n"
        f"As published: {published}.\n\n{markdown(rows[0], rows[1:])}\n"
    )
    write_whole(DOCS / "validation" / "settings.md", page.encode())


def run_all(protocols: list[Protocol], methods: list[Method]) -> dict[tuple[str, str], Result]:
    """Run all methods, and show how far it is; by the names of method and protocol."""
    results = {}
    for protocol in protocols:
        for method in methods:
            show(f"{protocol.name:13}{method.name:55}")
            obstacle = method.obstacle(protocol)
            if obstacle is None:
                result = run(method.runs, protocol.folds, on_fold=lambda: show("."))
                results[method.name, protocol.name] = result
                obstacle = f" MAE {result.score.mae:.2f}"
            show(f"{obstacle}\n")
    return results


def show(text: str) -> None:
    """Show progress, beside the table that goes to standard output."""
    print(text, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except DataError as error:
        sys.exit(f"benchmarks.accuracy: {error}")
