"""Compare the model with what people usually forecast a load with, on the same hours.

Writes the measured part of ``docs/accuracy.md``, in about ten minutes.
With ``--meters FOLDER``, compares it on the meters of a folder instead, and says whether the goals hold.
"""

import argparse
import logging
import sys
import warnings
from pathlib import Path

from benchmarks.accuracy.meters import goals_of_hospital, goals_of_meters, measure_meter, meters_report
from benchmarks.accuracy.methods import Method, all_methods, hours_for_all
from benchmarks.accuracy.protocols import Protocol, Result, all_protocols, run
from benchmarks.accuracy.report import accuracy_report
from benchmarks.report import DOCS, replace_measured, show
from benchmarks.sites import meters_of, published_site
from forecast_core.errors import DataError
from training.csv_file import read_source
from training.instants import ReadingOptions
from training.load_profile import read_load_profile
from training.prediction_interval import measure_interval

COMMAND = "python -m benchmarks.accuracy"
OWN_YEAR, UNIT = 2015, "kW"


def main() -> int:
    """Compare on the published data set, or on the meters of a folder; exit status 1 if a goal does not hold."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Compare the model with other forecasts.")
    parser.add_argument("--meters", type=Path, metavar="FOLDER", help="of CSV files and an index.csv: compare on these")
    parser.add_argument("--update-docs", action="store_true", help="with --meters, write docs/accuracy.md, too")
    options = parser.parse_args()
    logging.disable(logging.ERROR)  # Prophet and Stan report each fit, in the middle of the progress
    warnings.simplefilter("ignore")  # of joblib, for each fit
    if options.meters:
        return compare_on_meters(options.meters, update_docs=options.update_docs)
    compare_on_published()
    return 0


def compare_on_meters(folder: Path, *, update_docs: bool) -> int:
    """Measure all meters, and judge them and the published data set by the goals."""
    results = []
    for site in meters_of(folder):
        results.append(measure_meter(site))
        show(f"{results[-1].described}\n")
    if not results:
        raise DataError(f"no meter in {folder / 'index.csv'} has a file")
    goals = [*goals_of_meters(results), *goals_of_hospital(published_site())]
    report = meters_report(results, goals)
    print(report)
    if update_docs:
        replace_measured(DOCS / "accuracy.md", f"{COMMAND} --meters FOLDER", report)
    return 0 if all(goal.holds for goal in goals) else 1


def compare_on_published() -> None:
    """Compare with other methods on the published data set."""
    site = published_site()
    settings, own_dates = site.selection.settings, read_load_profile(*read_source(None), ReadingOptions(year=OWN_YEAR))
    protocols = all_protocols(hours_for_all(site.hours, site.profile, own_dates))
    methods = all_methods(site.profile.power, settings, site.public)
    results = run_all(protocols, methods)
    interval = measure_interval(site.hours, settings, seed=0)
    report = accuracy_report(site.profile, site.selection, interval, protocols, methods, results, UNIT)
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


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DataError as error:
        sys.exit(f"benchmarks.accuracy: {error}")
