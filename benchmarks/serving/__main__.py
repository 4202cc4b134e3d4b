"""Compare our server with others, and see who waits behind its forecasts and whether its memory grows."""

import os
import platform
import sys
from argparse import ArgumentParser
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.report import DOCS, replace_measured
from benchmarks.serving.comparison import comparison_lines, fit_rivals
from benchmarks.serving.server_process import running
from benchmarks.serving.strain import measure_memory, waiting_lines
from benchmarks.serving.workers import worker_lines

ROUNDS, COMMAND = 5, "python -m benchmarks.serving"
LIBRARIES = """starlette uvicorn uvloop httptools onnxruntime jsonschema numpy fastapi pydantic litestar msgspec
blacksheep scikit-learn pandas flask gunicorn prophet"""


def main() -> int:
    """Measure, print, and write the report; exit status 1 if memory grew by more than 20 MB."""
    parser = ArgumentParser(prog=COMMAND, description="Compare our server with others.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"if not {ROUNDS}, results are only printed")
    parser.add_argument(
        "--workers", type=int, nargs="+", metavar="N", help="instead, measure so many workers, and print"
    )
    given = parser.parse_args()
    rounds = given.rounds
    if given.workers:
        for line in worker_lines(given.workers):
            print(line, flush=True)
        return 0
    processor = Path("/proc/cpuinfo").read_text().partition("model name\t: ")[2].partition("\n")[0]
    python = f"{os.cpu_count()} cores; {platform.system()}, Python {platform.python_version()}"
    lines = [f"{processor}, {python}; {', '.join(f'{library} {version(library)}' for library in LIBRARIES.split())}.\n"]
    with TemporaryDirectory() as folder:
        fit_rivals(Path(folder))
        lines += comparison_lines(rounds)
    with running("serve:app") as server:
        lines += ["", *waiting_lines(server)]
    with running("serve:app") as server:
        resident = measure_memory(server)
    lines.append("- Resident: " + ", ".join(f"{mb:.1f} MB after {load}" for load, mb in resident.items()) + ".")
    print("\n".join(lines))
    if rounds == ROUNDS:
        replace_measured(DOCS / "performance.md", COMMAND, "\n".join(lines))
    return int(max(resident.values()) - resident["4,000 invalid requests"] > 20)


if __name__ == "__main__":
    sys.exit(main())
