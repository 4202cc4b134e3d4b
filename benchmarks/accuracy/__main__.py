"""Compare the model with what people usually forecast a load with, on the same hours.

Writes the measured part of ``docs/accuracy.md`` and ``docs/validation/error_anatomy.png``, in about ten minutes;
with ``--settings``, ``docs/validation/settings.md`` instead, from the first 80 % of the hours alone.
"""

import argparse
import logging
import sys
from pathlib import Path

from benchmarks.accuracy.anatomy import anatomy_picture, describe_days
from benchmarks.accuracy.methods import OURS, Method, all_methods, hours_for_all
from benchmarks.accuracy.protocols import LAST_FIFTH, WEEK_CV, Protocol, Result, all_protocols, run
from benchmarks.accuracy.report import accuracy_report, markdown
from benchmarks.accuracy.settings import settings_table
from forecast_core.errors import DataError
from training.csv_file import read_source
from training.load_profile import read_load_profile
from training.model_file import write_whole
from training.model_selection import select_settings
from training.prediction_interval import measure_interval
from training.public_holidays import public_holidays
from training.timestamps import ReadingOptions
from training.validation import split_in_time

COMMAND = "python -m benchmarks.accuracy"
DOCS = Path(__file__).resolve().parents[2] / "docs"
OWN_YEAR, TIME_ZONE, UNIT = 2015, "America/Los_Angeles", "kW"


def main() -> None:
    """Select the settings as train.py does, then compare."""
    parser = argparse.ArgumentParser(description="Compare the model with other forecasts, on the same hours.")
    parser.add_argument("--settings", action="store_true", help="compare settings of the model instead")
    only_settings = parser.parse_args().settings
    logging.disable(logging.ERROR)  # Prophet and Stan report each fit, in the middle of the progress
    source = read_source(None)
    profile = read_load_profile(*source, ReadingOptions())
    public = public_holidays(None, TIME_ZONE, profile.calendar.known_years, profile.power.index[-1].year)
    train = split_in_time(profile.power)[0]
    selection = select_settings(train, profile.calendar, public)
    if only_settings:
        rows = []
        for row in settings_table(train, selection.settings):
            show(" ".join(f"{cell:>12}" for cell in row) + "\n")
            rows.append(row)
        replace_measured(DOCS / "validation" / "settings.md", f"{COMMAND} --settings", markdown(rows[0], rows[1:]))
        return
    own_dates = read_load_profile(*source, ReadingOptions(year=OWN_YEAR))
    hours = hours_for_all(profile, own_dates, selection.settings)
    protocols, methods = all_protocols(hours), all_methods(profile.power, selection.settings, public)
    results = run_all(protocols, methods)
    interval, days = measure_interval(hours, selection.settings, seed=0), describe_days(hours, TIME_ZONE, public)
    anatomy = {name: results[OURS, name] for name in (WEEK_CV, LAST_FIFTH)}
    write_whole(DOCS / "validation" / "error_anatomy.png", anatomy_picture(anatomy, days, UNIT))
    report = accuracy_report(profile, selection, interval, days, protocols, methods, results, UNIT)
    replace_measured(DOCS / "accuracy.md", COMMAND, report)


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


def replace_measured(page: Path, command: str, measured: str) -> None:
    """Replace what a page says between two comments that name the command."""
    begin, end = f"<!-- measured by {command}: -->", f"<!-- end of what {command} measured -->"
    before, _, rest = page.read_text("utf-8").partition(begin)
    write_whole(page, "\n".join([before + begin, "", measured, "", end + rest.partition(end)[2]]).encode())


def show(text: str) -> None:
    print(text, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except DataError as error:
        sys.exit(f"benchmarks.accuracy: {error}")
