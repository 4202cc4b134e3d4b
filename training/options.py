"""The command line of train.py, checked before the work, and the options that evaluate.py shares with it."""

import argparse
from argparse import BooleanOptionalAction
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from forecast_core.errors import DataError, quoted
from forecast_core.model_card import ModelCard

from .instants import ENERGY_UNITS, POWER_UNITS, ReadingOptions, site_time_zone
from .load_profile import FIRST_YEAR, LAST_YEAR, LONGEST_NAME
from .public_holidays import public_holidays

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(ReadingOptions):
    """What the command line says.

    :param data: path or address of a CSV; None for the published data set.
    :param name: of the site; None for the name of the file.
    :param closures: path of a file of days on which the building is closed.
    :param replaces: path of the model in service, which the new one has to beat on hours that neither has seen.
    :param holidays: a country or a part of one, or ``none``; None for the country of the time zone.
    :param force: save the model although a baseline, or the model in service, is better.
    """

    data: str | None = None
    name: str | None = None
    closures: Path | None = None
    replaces: Path | None = None
    holidays: str | None = None
    seed: int = 0
    output: Path = ROOT / "model.onnx"
    report: Path = ROOT / "docs/validation"
    force: bool = False


class OneLineParser(argparse.ArgumentParser):
    """Reports a wrong option as a DataError, without the usage around it."""

    def error(self, message: str) -> NoReturn:
        raise DataError(f"{message}; --help lists the options")


def add_reading_options(parser: argparse.ArgumentParser, default: ReadingOptions | None) -> None:
    """Add the options that say how a CSV is read.

    :param default: what holds if an option is not given; None leaves it out of what the parser returns.
    """

    def add(name: str, text: str, *aliases: str, **more: Any) -> None:
        value = getattr(default, name.removeprefix("--").replace("-", "_")) if default else argparse.SUPPRESS
        help_text = f"{text} (default: {value})" if default and value else text
        parser.add_argument(name, *aliases, help=help_text, default=value, **more)

    units = f"{', '.join(POWER_UNITS)} of mean power, or {', '.join(ENERGY_UNITS)} of energy per interval"
    add("--time-column", "the column of timestamps", metavar="NAME")
    add("--value-column", "the column of mean power", metavar="NAME")
    # --labels was its name before the first release, and is in scripts of that time.
    add("--timestamps", "which end of its interval one marks", "--labels", choices=("end", "start"))
    add("--local-time", "timestamps follow the local clock, not standard time all year", action=BooleanOptionalAction)
    add("--timezone", "the site's time zone", metavar="NAME")
    add("--unit", units)
    add("--zeros-are-missing", "a zero stands for a missing value", action=BooleanOptionalAction)
    add("--since", "leave out days before this one", type=date.fromisoformat, metavar="DATE")
    add("--until", "leave out days after this one", type=date.fromisoformat, metavar="DATE")
    add("--year", "date the data to this year, whose weekdays, holidays and clock changes it has", type=int)


def check_reading_options(options: ReadingOptions) -> None:
    """Check the options that say how a CSV is read.

    :raises DataError: one is at fault.
    """
    if options.year not in (None, *range(FIRST_YEAR, LAST_YEAR + 1)):
        raise DataError(f"--year {options.year}: must be from {FIRST_YEAR} to {LAST_YEAR}")
    site_time_zone(options.timezone)
    if options.unit not in POWER_UNITS + ENERGY_UNITS:
        raise DataError(
            f"--unit {quoted(options.unit)} is not known; known are {', '.join(POWER_UNITS + ENERGY_UNITS)}"
        )
    if "" in (options.time_column, options.value_column):
        raise DataError("--time-column and --value-column need a name; leave the option out for its default")
    if options.time_column == options.value_column:
        raise DataError(f"--time-column and --value-column are both {quoted(options.time_column)}; name two")
    if options.since and options.until and options.since > options.until:
        raise DataError(f"--since {options.since} is after --until {options.until}")


def read_options(arguments: Sequence[str] | None = None) -> TrainingOptions:
    """Read the command line; docs/training.md says which option is for which file.

    :param arguments: None for those of the process.
    :raises DataError: an option is at fault, or names what is not known.
    """
    parser = OneLineParser(prog="train.py", description="Train the model and save it as ONNX.")
    add, default = parser.add_argument, "(default: %(default)s)"
    add("--data", metavar="PATH_OR_URL", help="a CSV of mean power every 5 to 60 minutes (default: the published one)")
    add_reading_options(parser, ReadingOptions())
    add("--name", help="of the site (default: of the file)")
    add("--holidays", metavar="CODE", help="of a country, like NL or DE-BY; or none (default: the time zone's country)")
    add(
        "--closures", type=Path, metavar="PATH", help="days on which the building is closed: a date, or two, and a name"
    )
    add("--replaces", type=Path, metavar="MODEL", help="save only if the model is better than this one, on new data")
    add("--seed", type=int, default=0, help=f"random seed of the forest {default}")
    add("--output", type=Path, default=ROOT / "model.onnx", metavar="PATH", help="default: model.onnx")
    add("--report", type=Path, default=ROOT / "docs/validation", metavar="DIR", help="default: docs/validation")
    add("--force", action="store_true", help="save although a baseline, or the model to be replaced, is better")
    options = TrainingOptions(**vars(parser.parse_args(arguments)))
    check_reading_options(options)
    if options.data == "":
        raise DataError("--data needs a path or an address; leave the option out for the published data set")
    if not 0 <= options.seed < 2**32:
        raise DataError(f"--seed {options.seed}: must be from 0 to 4294967295")
    name = options.name
    if name is not None and not (name.isprintable() and name.strip() and len(name) <= LONGEST_NAME):
        raise DataError(f"--name {quoted(name)}: must be one line of 1 to {LONGEST_NAME} characters")
    # Only to check the code; the years of the data are not known yet.
    public_holidays(options.holidays, options.timezone, range(FIRST_YEAR, FIRST_YEAR + 1), FIRST_YEAR)
    return options


@dataclass(frozen=True, kw_only=True)
class EvaluationOptions:
    """What the command line of evaluate.py says.

    :param data: path or address of a CSV of newer measurements.
    :param given: the reading options that were given.
    """

    data: str
    model: Path
    candidate: Path | None
    report: Path
    given: dict[str, Any]

    def reading(self, card: ModelCard) -> ReadingOptions:
        """Complete the reading options by what the model card says; a wrong column would be an error, not a misreading.

        :raises DataError: one is at fault.
        """
        of_card = ReadingOptions(
            timestamps=card.timestamps["marks"],
            local_time=card.timestamps["clock"] == "local",
            timezone=card.timezone,
            unit=card.training_data["unit"],
            zeros_are_missing=card.training_data["zeros_are_missing"],
        )
        options = replace(of_card, **self.given)
        check_reading_options(options)
        if options.power_unit != card.unit:
            raise DataError(f"--unit {options.unit} is not the model's unit, which is {card.unit}; convert the values")
        return options


def read_evaluation_options(arguments: Sequence[str] | None = None) -> EvaluationOptions:
    """Read the command line of evaluate.py.

    :param arguments: None for those of the process.
    :raises DataError: an option is at fault.
    """
    parser = OneLineParser(
        prog="evaluate.py", description="Evaluate a model on newer measurements.",
        epilog="How the CSV is read is as the model card says, unless an option says otherwise.",
    )  # fmt: skip
    parser.add_argument("--data", required=True, metavar="PATH_OR_URL", help="a CSV of newer measurements")
    parser.add_argument("--model", type=Path, required=True, metavar="PATH", help="the model in service")
    parser.add_argument("--candidate", type=Path, metavar="PATH", help="a model that may replace it")
    parser.add_argument("--report", type=Path, default="evaluation", metavar="DIR", help="default: evaluation")
    add_reading_options(parser, None)
    given = vars(parser.parse_args(arguments))
    own = {name: given.pop(name) for name in ("data", "model", "candidate", "report")}
    return EvaluationOptions(**own, given=given)
