"""What benchmarks print and write: tables in Markdown, goals, and the measured parts of pages."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from training.model_file import write_whole

DOCS = Path(__file__).resolve().parents[1] / "docs"


class Goal(NamedTuple):
    """A goal, what was measured, and whether the goal holds."""

    text: str
    measured: str
    holds: bool


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def goals_table(goals: Iterable[Goal]) -> str:
    """Lay out goals, a line each."""
    rows = [[text, measured, "yes" if holds else "**no**"] for text, measured, holds in goals]
    return markdown(["goal", "measured", "holds"], rows)


def replace_measured(page: Path, command: str, measured: str) -> None:
    """Replace what a page says between two comments that name the command."""
    begin, end = f"<!-- measured by {command}: -->", f"<!-- end of what {command} measured -->"
    before, _, rest = page.read_text("utf-8").partition(begin)
    write_whole(page, "\n".join([before + begin, "", measured, "", end + rest.partition(end)[2]]).encode())


def show(progress: str) -> None:
    """Print to the terminal alone."""
    print(progress, end="", file=sys.stderr, flush=True)
