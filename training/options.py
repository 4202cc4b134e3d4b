"""The command line of train.py, checked before the work."""

import argparse
from pathlib import Path
from typing import NoReturn

from forecast_core.errors import DataError

from .load_profile import FIRST_YEAR, LAST_YEAR
from .public_holidays import public_holidays
from .replacing import check_replaceable
from .report import check_report
from .site import site_time_zone

POWER_UNITS = ("W", "kW", "MW", "GW", "TW")
ROOT = Path(__file__).resolve().parent.parent


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong with an option as everything else is said, without the usage around it."""

    def error(self, message: str) -> NoReturn:
        raise DataError(f"{message}; --help lists the options")


def read_options() -> argparse.Namespace:
    """Read the command line; docs/training.md says which option is for what file.

    :raises DataError: an option is at fault, or what it names cannot be written or is not known.
    """
    parser = OneLineParser(prog="train.py", description="Train the model and save it as ONNX.")
    add, default = parser.add_argument, "(default: %(default)s)"
    add("--data", metavar="PATH_OR_URL", help="a CSV of mean power every 5 to 60 minutes (default: the published one)")
    add("--time-column", default="ds", metavar="NAME", help=f"of the labels: when an interval is {default}")
    add("--value-column", default="y", metavar="NAME", help=f"of the mean power {default}")
    add("--labels", choices=("end", "start"), default="end", help=f"the side of its interval that one names {default}")
    add("--local-time", action="store_true", help="labels are on the clock that changes, not in standard time all year")
    add("--timezone", default="America/Los_Angeles", metavar="NAME", help=f"by whose clock people live {default}")
    add("--holidays", metavar="CODE", help="like NL, or DE-BY; or none (default: of the time zone's country)")
    add("--year", type=int, help="date the first event in this year: its weekdays, holidays and clock changes")
    add("--unit", default="kW", help=f"of the mean power: {', '.join(POWER_UNITS)} {default}")
    add("--seed", type=int, default=0, help=f"of the forest {default}")
    add("--output", type=Path, default=ROOT / "model.onnx", metavar="PATH", help="default: model.onnx")
    add("--report", type=Path, default=ROOT / "docs/validation", metavar="DIR", help="default: docs/validation")
    add("--force", action="store_true", help="save although the model does not beat the baselines")
    options = parser.parse_args()
    if not 0 <= options.seed < 2**32:
        raise DataError(f"--seed {options.seed}: must be from 0 to 4294967295")
    if options.year not in (None, *range(FIRST_YEAR, LAST_YEAR + 1)):
        raise DataError(f"--year {options.year}: must be from {FIRST_YEAR} to {LAST_YEAR}")
    check_replaceable(options.output)
    check_report(options.report)
    if options.output.resolve() == options.report.resolve():
        raise DataError(f"--output and --report are both {options.output}; name two")
    site_time_zone(options.timezone)
    public_holidays(options.holidays, options.timezone, years=())
    if (unit := options.unit) not in POWER_UNITS:
        if (power := unit.removesuffix("h")) in POWER_UNITS:
            way = f"divide each value by the hours of its interval (2 {unit} in 15 minutes are 8 {power})"
            raise DataError(f"--unit {unit} is energy, and this is a model of power: {way}, and name --unit {power}")
        raise DataError(f"--unit {unit[:40]!r} is no unit of power; known are {', '.join(POWER_UNITS)}")
    return options
