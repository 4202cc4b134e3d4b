"""What the README shows is what happens."""

import json
import re
import subprocess
import sys
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
    command = command.replace("localhost:8000", live_server)
    run = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == answer.strip()


def test_the_accuracy_table_is_the_one_of_the_validation() -> None:
    """Each row of the validation's figures stands in the README, to the digit."""
    figures = json.loads((ROOT / "docs/validation/figures.json").read_text("utf-8"))
    for name, score in figures["scores"].items():
        assert f"| {name} | {score['mae']:.2f} | {score['rmse']:.2f} | {score['mape']:.2f} |" in README


def test_the_comparison_is_the_one_of_the_benchmark() -> None:
    """Its tables stand in the README line by line."""
    lines = (ROOT / "docs/validation/accuracy.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) > 10
    assert [row for row in rows if row not in README] == []


def test_the_figures_of_the_band_are_those_of_the_validation() -> None:
    """Coverage where it was promised, and where it was not."""
    band = json.loads((ROOT / "docs/validation/figures.json").read_text("utf-8"))["band"]
    nested, future = band["nested_cross_validation"], band["last_20_percent"]
    by_fold, by_hour = nested["share_by_fold"], future["share_by_hour_of_day"]
    assert f"holds {nested['share']:.1%}".replace("%", " %") in README
    assert f"from {min(by_fold) * 100:.1f} to {max(by_fold) * 100:.1f} % in each fold" in README
    assert f"it holds {future['share'] * 100:.1f} % of the last 20 %" in README
    assert f"({min(by_hour) * 100:.0f} to {max(by_hour) * 100:.0f} % by hour of the day" in README
    assert f"its mean width is {future['mean_width']} kW" in README


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
