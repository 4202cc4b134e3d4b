"""The version of the software, and that of the contract."""

import re

from starlette.testclient import TestClient

from forecast_core import __version__
from forecast_core.contract import CONTRACT_VERSION
from tests.builders import ROOT


def test_the_newest_section_of_the_changelog_is_of_this_version() -> None:
    """It has a date, and says which version of the contract is served."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## (.*)", changelog, re.MULTILINE)
    assert re.fullmatch(rf"\[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d", headings[0])
    assert f"`{CONTRACT_VERSION}`" in changelog.split("\n## ")[1]


def test_the_openapi_document_has_both_versions(client: TestClient) -> None:
    """``info.version`` is the software's, and the paths have the contract's."""
    document = client.get("/openapi.json").json()
    assert document["info"]["version"] == __version__
    assert {path for path in document["paths"] if path.startswith(f"/{CONTRACT_VERSION}/")}


def test_the_kubernetes_manifest_has_the_image_of_this_version() -> None:
    """An older image would serve an older model."""
    assert f"/load-forecast:{__version__}\n" in (ROOT / "deploy/kubernetes.yaml").read_text("utf-8")
