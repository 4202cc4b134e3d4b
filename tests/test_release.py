"""One version: of the software, in the changelog and in what is served; and the contract's, told apart from it."""

import re

from starlette.testclient import TestClient

from forecast_core import __version__
from forecast_core.contract import CONTRACT_VERSION
from tests.conftest import ROOT


def test_the_newest_section_of_the_changelog_is_of_this_version() -> None:
    """It has a date, and says which version of the contract is served."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## (.*)", changelog, re.MULTILINE)
    assert re.fullmatch(rf"\[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d", headings[0])
    assert f"`{CONTRACT_VERSION}`" in changelog.split("\n## ")[1]


def test_the_served_document_says_both_versions(client: TestClient) -> None:
    """OpenAPI's is the software's; the contract's stands in the paths, and the text tells them apart."""
    document = client.get("/openapi.json").json()
    about = document["info"]
    assert about["version"] == __version__
    assert about["description"].endswith(f"the contract has its own, which stands in the paths: {CONTRACT_VERSION}.")
    assert {path for path in document["paths"] if path.startswith(f"/{CONTRACT_VERSION}/")}


def test_the_manifest_names_the_image_of_this_version() -> None:
    """Whoever applies it gets what the release is."""
    assert f"/load-forecast:{__version__}\n" in (ROOT / "deploy/kubernetes.yaml").read_text("utf-8")
