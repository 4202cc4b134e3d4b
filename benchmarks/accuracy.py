"""Compare the model with what people usually forecast a load with, on the same hours.

Writes ``accuracy.json``, ``accuracy.md``, ``error_anatomy.md`` and ``error_anatomy.png``;
takes about ten minutes.
Exit status: 0 written, 2 the data or an option is at fault.
"""

import argparse
import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # Python looks beside the script alone

from benchmarks.accuracy_report import accuracy_json, accuracy_page, accuracy_table
from benchmarks.anatomy_picture import anatomy_picture
from benchmarks.competitors import OURS, all_methods
from benchmarks.day_reasons import find_reasons
from benchmarks.error_anatomy import HourlyErrors, anatomy_page
from benchmarks.method import Method
from benchmarks.protocols import LAST_FIFTH, WEEK_CV, Protocol, all_protocols
from benchmarks.result import Result, run
from forecast_core.errors import DataError
from training.load_profile import read_load_profile
from training.replacing import write_whole
from training.source import read_source
from training.splits import split_in_time
from training.validation import choose_threshold

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Load, choose the threshold as train.py does, run every method through every protocol, write."""
    options = read_options()
    logging.disable(logging.ERROR)  # Prophet and Stan report each fit, in the middle of the progress
    name, content = read_source(options.data)
    profile = read_load_profile(name, content, options.timezone, options.year)
    power, clock = profile.power, profile.clock

    show(f"{name}: {len(power):,} hours from {power.index[0]} to {power.index[-1]}\n")
    threshold = choose_threshold(split_in_time(power)[0], clock)
    show(f"threshold of atypical days, chosen within the first 80 %: {threshold}\n")

    protocols, methods = all_protocols(power), all_methods(power, clock, threshold)
    results = run_all(protocols, methods)

    options.report.mkdir(parents=True, exist_ok=True)
    figures = accuracy_json(profile, threshold, protocols, methods, results)
    write_whole(options.report / "accuracy.json", figures.encode())
    write_whole(
        options.report / "accuracy.md", accuracy_page(profile, protocols, methods, results, options.unit).encode()
    )
    errors = {protocol: HourlyErrors.of(results[OURS, protocol]) for protocol in (WEEK_CV, LAST_FIFTH)}
    reasons = find_reasons(profile)
    write_whole(options.report / "error_anatomy.md", anatomy_page(errors, reasons, options.unit).encode())
    write_whole(options.report / "error_anatomy.png", anatomy_picture(errors, reasons, options.unit))
    print(accuracy_table(protocols, methods, results))
    return 0


def run_all(protocols: list[Protocol], methods: list[Method]) -> dict[tuple[str, str], Result]:
    """Put every method to every protocol that it can be put to, and show how far it is.

    :returns: by the names of method and protocol.
    """
    results = {}
    for protocol in protocols:
        for method in methods:
            show(f"{protocol.name:13}{method.name:55}")
            obstacle = method.obstacle(protocol)
            if obstacle is None:
                result = run(method, protocol, on_fold=lambda: show("."))
                results[method.name, protocol.name] = result
                obstacle = f" MAE {result.score.mae:.1f}"
            show(f"{obstacle}\n")
    return results


def read_options() -> argparse.Namespace:
    """Read the command line; the options are those of train.py."""
    parser = argparse.ArgumentParser(description="Compare the model with other forecasts, on the same hours.")
    add = parser.add_argument
    add("--data", metavar="PATH_OR_URL", help="an hourly CSV with columns ds,y (default: the published data set)")
    add("--year", type=int, help="date the first event in this year; the hours stay in order")
    add("--timezone", default="America/Los_Angeles", metavar="NAME", help="of the site (default: %(default)s)")
    add("--unit", default="kW", help="of y (default: %(default)s)")
    add("--report", type=Path, default=ROOT / "docs/validation", metavar="DIR", help="default: docs/validation")
    return parser.parse_args()


def show(text: str) -> None:
    """Show progress, beside the table that goes to standard output."""
    print(text, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DataError as error:
        print(f"accuracy.py: {error}", file=sys.stderr)
        sys.exit(2)
