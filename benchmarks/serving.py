"""Compare our server with a bare one and with what people usually write: ``python benchmarks/serving.py``.

The servers take turns in short rounds, so that what else the machine does meets all of them,
and each figure is the median over the rounds. Results go to standard output and to docs/performance.md;
with another number of ``--connections`` than the usual, to standard output alone.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import which
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.forecast_latency import forecast_lines
from benchmarks.machine import describe_machine
from benchmarks.rival_models import fit_rival_models
from benchmarks.server_process import GUNICORN, HOST, ROOT, UVICORN, BenchmarkError, running

ROUNDS = 5
SECONDS = 2  # at these lengths a machine may be twice as fast before (b) runs out of new inputs
CONNECTIONS = 8
REPORT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured by benchmarks/serving.py: -->", "<!-- end of what benchmarks/serving.py measured -->"
LIBRARIES = (
    *("starlette", "uvicorn", "uvloop", "httptools", "onnxruntime", "jsonschema", "numpy", "fastapi", "pydantic"),
    *("flask", "marshmallow", "gunicorn", "scikit-learn", "pandas", "prophet"),
)


class Subject(NamedTuple):
    """A server, and what it is asked.

    :param inputs: ``new``, none of them twice, or ``repeating``, always one of a hundred.
    :param place: ``query`` or ``body``.
    """

    name: str
    command: Sequence[str]
    app: str
    inputs: str = "new"
    place: str = "query"


SUBJECTS = (
    Subject("(a) bare Starlette, a constant", UVICORN, "benchmarks.servers.bare_starlette:app"),
    Subject("(b) ours, every input new", UVICORN, "serve:app"),
    Subject("(c) ours, 100 inputs repeating", UVICORN, "serve:app", inputs="repeating"),
    Subject("(d) ours, JSON body, every input new", UVICORN, "serve:app", place="body"),
    Subject("(e) FastAPI + pydantic + joblib + pandas", UVICORN, "benchmarks.servers.fastapi_joblib:app"),
    Subject("(f) Flask + marshmallow + joblib + pandas", GUNICORN, "benchmarks.servers.flask_joblib:app"),
    Subject("(g) Flask + Prophet, reloaded", GUNICORN, "benchmarks.servers.flask_prophet:app"),
)

COLUMNS = {
    "requests_per_second": ("requests/s", ",.0f"),
    "median_ms": ("median ms", ".2f"),
    "p99_ms": ("99 % ms", ".2f"),
    "resident_mb": ("resident MB", ".0f"),
    "first_answer_s": ("first answer s", ".2f"),
}

Figures = Mapping[str, float]


def measure(subject: Subject, models: Path, seed: int, connections: int) -> Figures:
    """Start a fresh server, drive it for one round, and stop it.

    :param models: folder of the rivals' models.
    :param seed: of the draw of inputs.
    :returns: the figures named in ``COLUMNS``.
    :raises BenchmarkError: it answers anything but successes, or nothing.
    """
    with running(subject.command, subject.app, models) as server:
        shown = subprocess.run(
            [
                *("wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{SECONDS}s"),
                *("--timeout", "30s", "--script", str(Path(__file__).with_name("random_inputs.lua"))),
                *(f"http://{HOST}:{server.port}/v1/prediction", "--", subject.inputs, subject.place, str(seed)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if shown.returncode:
            raise BenchmarkError(f"wrk: {shown.stderr.strip()}")
        figures: dict[str, float] = json.loads(shown.stdout.splitlines()[-1])
        if figures["failures"] or not figures["answers"]:
            raise BenchmarkError(f"{figures['failures']} of {figures['answers']} answers are not successes")
        return {
            **figures,
            "resident_mb": server.resident_mb(),
            "first_answer_s": server.seconds_to_first_answer,
        }


def run_rounds(models: Path, connections: int) -> dict[Subject, list[Figures]]:
    """Measure every subject once per round."""
    measured: dict[Subject, list[Figures]] = {subject: [] for subject in SUBJECTS}
    for number in range(1, ROUNDS + 1):
        print(f"round {number} of {ROUNDS}", file=sys.stderr, flush=True)
        for subject, rounds in measured.items():
            rounds.append(measure(subject, models, number, connections))
    return measured


def table_lines(measured: Mapping[Subject, Sequence[Figures]], connections: int) -> Iterator[str]:
    """Lay out medians and, in brackets, their ratios to the first subject's; a Markdown table."""
    yield f"| server | {' | '.join(title for title, _ in COLUMNS.values())} |"
    yield f"|---|{'---:|' * len(COLUMNS)}"
    medians = [{key: median(figures[key] for figures in rounds) for key in COLUMNS} for rounds in measured.values()]
    for subject, figures in zip(measured, medians, strict=True):
        cells = (
            f"{figures[key]:{spec}} ({_three_digits(figures[key] / medians[0][key])})"
            for key, (_, spec) in COLUMNS.items()
        )
        yield f"| {subject.name} | {' | '.join(cells)} |"
    speeds = [figures["requests_per_second"] for figures in next(iter(measured.values()))]
    yield ""
    yield (
        f"In brackets the ratio to (a). Medians of {ROUNDS} rounds of {SECONDS} s, each with a fresh server of one "
        f"process and {connections} connections; over the rounds (a) ranged from {min(speeds):,.0f} to "
        f"{max(speeds):,.0f} requests/s. (a) to (e) run on uvicorn, (f) and (g) on one synchronous gunicorn worker."
    )


def _three_digits(ratio: float) -> str:
    return f"{float(f'{ratio:.3g}'):,g}"  # without the exponent that .3g writes from 1,000 on


def write_report(lines: Sequence[str]) -> None:
    """Put the lines between the report's markers, and leave its prose alone."""
    text = REPORT.read_text("utf-8") if REPORT.exists() else "# Performance\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    measured = "\n".join([BEGIN, "", *lines, "", END])
    REPORT.write_text(f"{before.rstrip()}\n\n{measured}\n\n{after.lstrip()}".rstrip() + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare our server with others.")
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help=f"at a time; usually {CONNECTIONS}")
    connections = parser.parse_args().connections
    if which("wrk") is None:
        raise BenchmarkError("wrk is missing; apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder)
        fit_rival_models(models)
        measured = run_rounds(models, connections)
    with running(UVICORN, "serve:app") as server:
        forecasts = list(forecast_lines(server))
    lines = [describe_machine(LIBRARIES), "", *table_lines(measured, connections), "", *forecasts]
    print("\n".join(lines))
    if connections == CONNECTIONS:
        write_report(lines)


if __name__ == "__main__":
    try:
        main()
    except BenchmarkError as error:
        sys.exit(f"serving.py: {error}")
