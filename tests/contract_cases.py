"""The contract's cases, which are data for validators in any language."""

import json
from typing import Any

import pytest

from tests.conftest import ROOT


def cases(*resources: str) -> list[Any]:
    """Give each case of the resources' requests as parameters of a test, named after its reason."""
    return [
        pytest.param(resource, case, id=f"{resource}: {case['reason']}")
        for resource in resources
        for case in json.loads((ROOT / "tests" / "cases" / f"{resource}.json").read_text("utf-8"))
    ]
