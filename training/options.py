"""The command line of train.py, checked before the work."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from forecast_core.errors import DataError

from .load_profile import FIRST_YEAR, LAST_YEAR
from .model_file import check_replaceable, check_report
from .public_holidays import public_holidays, site_time_zone
from .timestamps import ReadingOptions

POWER_UNITS = ("W", "kW", "MW", "GW", "TW")
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(ReadingOptions):
    """What the command line says.

    :param data: path or address of a CSV; None for the published data set.
    :param holidays: a country or a part of one, or ``none``; None for the country of the time zone.
    :param force: save the model although it does not beat the baselines.
    """

    data: str | None = None
    holidays: str | None = None
    unit: str = "kW"
    seed: int = 0
    output: Path = ROOT / "model.onnx"
    report: Path = ROOT / "docs/validation"
    force: bool = False


class OneLineParser(argparse.ArgumentParser):
    """Reports a wrong option as a DataError, without the usage around it."""

    def error(self, message: str) -> NoReturn:
        raise DataError(f"{message}; --help lists the options")


def read_options(arguments: Sequence[str] | None = None) -> TrainingOptions:
    """Read the command line; docs/training.md says which option is for which file.

    :param arguments: None for those of the process.
    :raises DataError: an option is at fault, or names what does not exist or cannot be written.
    """
    parser = OneLineParser(prog="train.py", description="Train the model and save it as ONNX.")
    add, default = parser.add_argument, "(default: %(default)s)"
    add("--data", metavar="PATH_OR_URL", help="a CSV of mean power every 5 to 60 minutes (default: the published one)")
    add("--time-column", default="ds", metavar="NAME", help=f"the column of timestamps {default}")
    add("--value-column", default="y", metavar="NAME", help=f"the column of mean power {default}")
    add("--timestamps", "--labels", choices=("end", "start"), default="end", help=f"what they mark {default}")
    add("--local-time", action="store_true", help="timestamps follow the local clock, not standard time all year")
    add("--timezone", default="America/Los_Angeles", metavar="NAME", help=f"the site's time zone {default}")
    add("--holidays", metavar="CODE", help="like NL, or DE-BY; or none (default: of the time zone's country)")
    add("--year", type=int, help="move the first event to this year: its weekdays, holidays and clock changes")
    add("--unit", default="kW", help=f"of the mean power: {', '.join(POWER_UNITS)} {default}")
    add("--seed", type=int, default=0, help=f"of the forest {default}")
    add("--output", type=Path, default=ROOT / "model.onnx", metavar="PATH", help="default: model.onnx")
    add("--report", type=Path, default=ROOT / "docs/validation", metavar="DIR", help="default: docs/validation")
    add("--force", action="store_true", help="save although the model does not beat the baselines")
    options = TrainingOptions(**vars(parser.parse_args(arguments)))
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
