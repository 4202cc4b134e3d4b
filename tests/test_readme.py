"""What the README shows is what happens."""

import json
import re
import shutil
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def examples() -> list[tuple[str, str]]:
    """Find every command in a console block, with the answer printed below it."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [
        (command, answer)
        for block in blocks
        for command, answer in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    ]


@pytest.mark.parametrize(("command", "answer"), examples())
def test_an_example_answers_as_printed(live_server: str, command: str, answer: str) -> None:
    """Typed as it stands there, against the server that the README starts."""
    if shutil.which("curl") is None:
        pytest.skip("there is no curl: run apt-get install curl")
    command = command.replace("localhost:8000", live_server)
    run = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    # Python 3.13 took over newer names of statuses.
    assert run.stdout.strip() == answer.strip().replace("Unprocessable Entity", HTTPStatus(422).phrase)


def test_the_accuracy_table_is_the_one_of_the_validation() -> None:
    """Each row of the validation's figures stands in the README, to the digit."""
    figures = json.loads((ROOT / "docs/validation/figures.json").read_text("utf-8"))
    for name, score in figures["scores"].items():
        assert f"| {name} | {score['mae']:.2f} | {score['rmse']:.2f} | {score['mape']:.2f} |" in README


def test_the_claims_about_other_methods_are_those_of_the_benchmark() -> None:
    """Whoever is as usual is no nearer than this, and whoever is told the same comes so near."""
    page = (ROOT / "docs/accuracy.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines()]
    ratios = {row[0]: float(row[-1]) for row in rows if len(row) == 6 and re.fullmatch(r"\d+\.\d\d", row[-1])}
    assert len(ratios) == 14
    usual = [
        ratio for name, ratio in ratios.items() if not name.endswith(("†", "‡", "**", "(knows the test weeks' past)"))
    ]
    assert f"are off by at least {min(usual):.1f} times as much" in README
    told = ratios["LightGBM, the same on the occupants' hour †"]
    assert f"LightGBM, told what our model is told, by {told:.1f} times" in README


def test_the_picture_of_a_week_is_what_its_script_draws(tmp_path: Path) -> None:
    """Made from the committed model."""
    subprocess.run([sys.executable, str(ROOT / "docs/plot_week.py"), str(tmp_path / "week.png")], check=True)
    assert (tmp_path / "week.png").read_bytes() == (ROOT / "docs/week.png").read_bytes()


def test_its_links_lead_somewhere() -> None:
    """Every file that the README names as a link or picture is there."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_it_is_short() -> None:
    """Whoever opens it reads it."""
    assert len(README.split()) <= 900
