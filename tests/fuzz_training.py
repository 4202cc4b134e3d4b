"""Random CSVs, command lines and trainings: each is right, or refused in one line; ``tests/fuzz.py`` runs them."""

import random
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from forecast_core.errors import DataError, one_line
from serving.onnx_model import load_model
from tests.builders import described
from train import Refused, train
from training.instants import ReadingOptions
from training.load_profile import read_load_profile
from training.options import read_options

STANDARD_TIMES = {
    "Europe/Amsterdam": "+01:00", "America/Los_Angeles": "-08:00", "Asia/Kolkata": "+05:30", "UTC": "+00:00",
}  # fmt: skip
OPTIONS = [
    "--data", "--time-column", "--value-column", "--timestamps", "--labels", "--local-time", "--timezone", "--holidays",
    "--year", "--unit", "--zeros-are-missing", "--seed", "--output", "--report", "--force", "--name",
    "--closures", "--replaces", "--since", "--until", "--colour",
]  # fmt: skip
ODD_VALUES = [
    "", "x", "-1", "0", "1e9", "\u00e9\n", "\x00", "a" * 5000, "2015", "Europe/Amsterdam", "none", "NL", "kWh", "start",
    "2023-03-01",     ".",
]  # fmt: skip
N_GOOD_FILES = 40


class GoodFile(NamedTuple):
    """A good CSV: its lines, the options that read it, and the hourly mean power that it holds."""

    lines: list[str]
    separator: str
    options: dict[str, Any]
    power: "pd.Series[float]"


def good_file(draw: random.Random, days: int = 71) -> GoodFile:
    """Write a load in one of the layouts that people have."""
    time_zone, minutes, marks = (
        draw.choice(list(STANDARD_TIMES)),
        draw.choice([15, 30, 60]),
        draw.choice(["start", "end"]),
    )
    clock = draw.choice(["standard", "local", "local, full grid", "offset"])
    first = pd.Timestamp(f"{draw.choice([2019, 2022])}-0{draw.randint(1, 9)}-15T00:00{STANDARD_TIMES[time_zone]}")
    starts = pd.date_range(first, periods=days * 24 * 60 // minutes, freq=f"{minutes}min")
    noise = np.random.default_rng(draw.getrandbits(32)).normal(0, 5, len(starts))
    power = pd.Series((100 + 40 * np.sin(starts.hour / 24 * 2 * np.pi) + noise).round(3), index=starts)

    instants = starts + pd.Timedelta(minutes=minutes if marks == "end" else 0)
    shown = instants if clock == "standard" else instants.tz_convert(time_zone)
    rows = pd.Series(power.to_numpy(), index=shown if clock == "offset" else shown.tz_localize(None))
    if clock == "local, full grid":  # the repeated hour is there once, and the skipped one is filled in
        kept = ~rows.index.duplicated()
        power, rows = power[kept], rows[kept].asfreq(starts.freq).ffill()
    by_hour = power.groupby(power.index.floor("h"))

    layouts = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M"]
    texts = rows.index.map(pd.Timestamp.isoformat) if clock == "offset" else rows.index.strftime(draw.choice(layouts))
    separator, is_energy = draw.choice([",", ";", "\t"]), draw.random() < 0.2
    values = [f"{value * minutes / 60:.6f}" if is_energy else f"{value:.3f}" for value in rows]
    if separator != "," and draw.random() < 0.5:
        values = [value.replace(".", ",") for value in values]
    options = {
        "time_column": "time", "value_column": "load", "timestamps": marks, "timezone": time_zone,
        "local_time": clock.startswith("local"), "unit": "kWh" if is_energy else "kW",
    }  # fmt: skip
    return GoodFile(
        lines=[
            f"time{separator}load",
            *(f"{text}{separator}{value}" for text, value in zip(texts, values, strict=True)),
        ],
        separator=separator,
        options=options,
        power=by_hour.mean()[by_hour.size() == 60 // minutes],
    )


def change_a_character(draw: random.Random, file: GoodFile, lines: list[str]) -> None:
    line = draw.randrange(1, len(lines))
    place = draw.randrange(len(lines[line]))
    lines[line] = lines[line][:place] + draw.choice("0123456789.,;:-T\"' x\u00e9\x00") + lines[line][place + 1 :]


def remove_a_character(draw: random.Random, file: GoodFile, lines: list[str]) -> None:
    line = draw.randrange(1, len(lines))
    place = draw.randrange(len(lines[line]))
    lines[line] = lines[line][:place] + lines[line][place + 1 :]


def add_a_cell(draw: random.Random, file: GoodFile, lines: list[str]) -> None:
    lines[draw.randrange(1, len(lines))] += file.separator + draw.choice(["1", "137", "x", ""])


def remove_a_value(draw: random.Random, file: GoodFile, lines: list[str]) -> None:
    line = draw.randrange(1, len(lines))
    lines[line] = (
        lines[line].partition(file.separator)[0] + file.separator + draw.choice(["", "Null", "NaN", "-", "NA"])
    )


def remove_a_row(draw: random.Random, file: GoodFile, lines: list[str]) -> None:
    del lines[draw.randrange(1, len(lines))]


def repeat_a_row(draw: random.Random, file: GoodFile, lines: list[str]) -> None:
    lines.append(lines[draw.randrange(1, len(lines))])


def shuffle_rows(draw: random.Random, file: GoodFile, lines: list[str]) -> None:
    if not file.options["local_time"]:  # there, the order tells the first of a repeated hour from the second
        rows = lines[1:]
        draw.shuffle(rows)
        lines[1:] = rows


def decorate_rows(draw: random.Random, file: GoodFile, lines: list[str]) -> None:
    match draw.choice(["a separator at the end", "another column", "an empty line", "quotes"]):
        case "a separator at the end":
            lines[:] = [f"{line}{file.separator}" for line in lines]
        case "another column":
            lines[:] = [f"{line}{file.separator}{number}" for number, line in enumerate(lines)]
        case "an empty line":
            lines.insert(draw.randrange(1, len(lines)), draw.choice(["", " ", file.separator]))
        case "quotes":
            lines[:] = [file.separator.join(f'"{cell}"' for cell in line.split(file.separator)) for line in lines]


def make_holes(draw: random.Random, lines: list[str]) -> None:
    """Remove what a meter loses that is out of order: months, some hours of each day, or days of each week."""
    first, n_rows, every = draw.randrange(1, len(lines)), draw.randrange(len(lines) // 2), draw.choice([24, 24 * 7])
    lost = range(draw.randrange(every), every)
    match draw.choice(["nothing", "a part", "every so often", "every so often in a part"]):
        case "a part":
            del lines[first : first + n_rows]
        case "every so often":
            lines[1:] = [line for row, line in enumerate(lines[1:]) if row % every not in lost]
        case "every so often in a part":
            part = range(first, first + n_rows)
            lines[1:] = [line for row, line in enumerate(lines[1:]) if row not in part or row % every not in lost]


MUTATIONS: dict[Callable[[random.Random, GoodFile, list[str]], None], int] = {
    change_a_character: 2, remove_a_character: 2, add_a_cell: 0, remove_a_value: 1, remove_a_row: 1, repeat_a_row: 1,
    shuffle_rows: 0, decorate_rows: 0,
}  # fmt: skip
"""Each with the number of hours that may differ if the file is read: a changed row may be another number or time."""
HARMLESS = (shuffle_rows, decorate_rows)  # such a file has to be read


def fuzz_files(n_files: int, seed: int) -> Counter[str]:
    """Read mutated files, and compare each hour with what the good file holds.

    :raises AssertionError: a file was misread, or refused in more than a line.
    """
    draw, outcomes = random.Random(seed), Counter[str]()
    files = [good_file(draw) for _ in range(N_GOOD_FILES)]
    for number in range(n_files):
        file, mutation = draw.choice(files), draw.choice(list(MUTATIONS))
        lines = list(file.lines)
        mutation(draw, file, lines)
        content = draw.choice(["\n", "\r\n"]).join(lines).encode(draw.choice(["utf-8", "utf-8-sig", "utf-16"]))
        changed = sorted({*lines} - {*file.lines})[:3]
        with described(f"file {number} of seed {seed}, {mutation.__name__}, {file.options}, {changed}"):
            outcomes[_read(content, file, mutation)] += 1
    return outcomes


def _read(content: bytes, file: GoodFile, mutation: Callable[..., None]) -> str:
    try:
        power = read_load_profile("load.csv", content, ReadingOptions(**file.options)).power
    except DataError as error:
        assert mutation not in HARMLESS, f"refused: {error}"
        assert one_line(str(error)) == str(error)
        return "refused"
    expected, found = file.power.align(power.tz_convert(file.power.index.tz))
    n_wrong = int((~np.isclose(expected, found, atol=2e-3)).sum())  # energies have six decimals
    assert n_wrong <= MUTATIONS[mutation], f"{n_wrong} hours differ"
    return "read"


def fuzz_options(n_lines: int, seed: int) -> Counter[str]:
    """Read command lines of odd options.

    :raises AssertionError: one raised something else than a DataError.
    """
    draw, outcomes = random.Random(seed), Counter[str]()
    for number in range(n_lines):
        arguments = []
        for option in draw.sample(OPTIONS, draw.randint(1, 3)):
            arguments += [option, draw.choice(ODD_VALUES)] if draw.random() < 0.9 else [option]
        with described(f"command line {number} of seed {seed}, {arguments}"):
            try:
                read_options(arguments)
                outcomes["accepted"] += 1
            except DataError:
                outcomes["refused"] += 1
    return outcomes


def fuzz_trainings(n_trainings: int, seed: int) -> Counter[str]:
    """Train on mutated files: the server opens the model, or the training is refused in one line.

    :raises AssertionError: anything else, or a library gave a warning.
    """
    draw, outcomes = random.Random(seed), Counter[str]()
    with TemporaryDirectory() as folder, warnings.catch_warnings(action="error"):
        data, model = Path(folder, "load.csv"), Path(folder, "model.onnx")
        for number in range(n_trainings):
            file = good_file(draw, days=draw.choice([71, 100, 200, 400]))
            lines = list(file.lines)
            make_holes(draw, lines)
            mutation = draw.choice(list(MUTATIONS))
            mutation(draw, file, lines)
            data.write_text("\n".join(lines), "utf-8")
            options = {**file.options, "data": data, "output": model, "report": folder, "force": draw.random() < 0.5}
            arguments = [
                f"--{name.replace('_', '-')}" + ("" if value is True else f"={value}")
                for name, value in options.items()
                if value is not False
            ]
            with described(f"training {number} of seed {seed}, {mutation.__name__}, {arguments}"):
                try:
                    model.write_bytes(train(read_options(arguments)).content)
                    load_model(model)
                    outcomes["saved"] += 1
                except (DataError, Refused) as error:
                    assert one_line(str(error)) == str(error)
                    outcomes["status 2" if isinstance(error, DataError) else "status 1"] += 1
    return outcomes
