"""The command line of train.py, checked before the work."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from forecast_core.errors import DataError, quoted

from .load_profile import FIRST_YEAR, LAST_YEAR
from .model_file import check_replaceable, check_report
from .public_holidays import public_holidays, site_time_zone
from .timestamps import ENERGY_UNITS, POWER_UNITS, ReadingOptions

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
    add(
        "--timestamps", "--labels", choices=("end", "start"), default="end", help=f"which end of the interval {default}"
    )
    add("--local-time", action="store_true", help="timestamps follow the local clock, not standard time all year")
    add("--timezone", default="America/Los_Angeles", metavar="NAME", help=f"the site's time zone {default}")
    add("--holidays", metavar="CODE", help="of a country, like NL or DE-BY; or none (default: the time zone's country)")
    add("--year", type=int, help="date the data to this year, whose weekdays, holidays and clock changes it has")
    units = f"{', '.join(POWER_UNITS)} of mean power, or {', '.join(ENERGY_UNITS)} of energy per interval"
    add("--unit", default="kW", help=f"{units} {default}")
    add("--zeros-are-missing", action="store_true", help="a zero stands for a missing value")
    add("--seed", type=int, default=0, help=f"random seed of the forest {default}")
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
        raise DataError(f"--output and --report are both {options.output}; give them different paths")
    site_time_zone(options.timezone)
    public_holidays(options.holidays, options.timezone, range(FIRST_YEAR, FIRST_YEAR + 1), FIRST_YEAR)
    if options.unit not in POWER_UNITS + ENERGY_UNITS:
        raise DataError(
            f"--unit {quoted(options.unit)} is not known; known are {', '.join(POWER_UNITS + ENERGY_UNITS)}"
        )
    if "" in (options.data, options.time_column, options.value_column):
        raise DataError("--data, --time-column and --value-column need a name; leave the option out for its default")
    if options.time_column == options.value_column:
        raise DataError(f"--time-column and --value-column are both {quoted(options.time_column)}; name two")
    return options
