"""The README's commands, figures, pictures and links."""

import json
import re
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.builders import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def console_commands(page: str) -> list[tuple[str, str]]:
    """List the commands of console blocks, which begin with ``$``, each with the output below it.

    >>> console_commands("```console\\n$ curl x\\n1\\n$ curl y\\n```\\n")
    [('curl x', '1'), ('curl y', '')]
    """
    blocks = re.findall(r"^```console\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    found = [re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE) for block in blocks]
    return [(command, output.strip()) for block in found for command, output in block]


COMMANDS = console_commands(README) + console_commands((ROOT / "docs" / "api.md").read_text("utf-8"))


def test_the_readme_shows_both_requests() -> None:
    """Otherwise there would be nothing to run below."""
    shown = " ".join(command for command, _ in COMMANDS)
    assert "/v1/forecast" in shown
    assert "/v1/prediction" in shown


@pytest.mark.parametrize(("command", "output"), COMMANDS)
def test_a_command_prints_what_is_shown(live_server: str, curl: str, command: str, output: str) -> None:
    """Those of the README and of docs/api.md are run as they are, against a server like that of the README."""
    command = command.replace("localhost:8000", live_server).replace("curl ", f"{curl} --silent ", 1)
    ended = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    # Python 3.13 changed the names of some statuses.
    assert ended.stdout.strip() == output.replace("Unprocessable Entity", HTTPStatus(422).phrase)


def test_the_scores_in_the_readme_are_those_of_the_validation() -> None:
    """They are the forest's errors on the last 20 %, and how much larger those of the mean of hour x weekday are."""
    figures = json.loads((ROOT / "docs/validation/figures.json").read_text("utf-8"))
    forest, mean, _ = figures["scores"]
    section = README.partition("## How good is it?")[2].partition("\n## ")[0]
    assert f"is {forest['mae']:.1f} kW, or {forest['mape']:.1f} % of the load" in section
    off = f"is off by {mean['mae']:.0f} kW with the same calendar ({mean['mae'] / forest['mae']:.1f} times as much)"
    assert off in section
    held = figures["expected_errors"]["interval_on_last_20_percent"]["share"]
    assert f"The 90 % interval holds {100 * held:.1f} % of the hospital's hours" in section


def test_the_picture_of_a_week_is_drawn_from_the_committed_model(tmp_path: Path) -> None:
    """The script makes the same bytes."""
    subprocess.run([sys.executable, "-m", "docs.plot_week", str(tmp_path / "week.png")], cwd=ROOT, check=True)
    assert (tmp_path / "week.png").read_bytes() == (ROOT / "docs/week.png").read_bytes()


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{file.name}" for file in sorted(ROOT.glob("docs/*.md")))])
def test_links_lead_to_files(page: str) -> None:
    """Every link or picture of a file exists."""
    for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", (ROOT / page).read_text("utf-8")):
        assert ((ROOT / page).parent / link).exists(), link
