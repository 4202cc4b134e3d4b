"""What the README shows is what happens."""

import json
import re
import subprocess

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


def test_its_links_lead_somewhere() -> None:
    """Every file that the README names as a link or picture is there."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert links
    for link in links:
        assert (ROOT / link).exists(), link
