"""The contract's cases, which are data for validators in any language."""

import json
from typing import Any

import pytest

from tests.conftest import ROOT


def cases(request_name: str) -> list[Any]:
    """Give each case of a request as parameters of a test, named after its reason."""
    listed = json.loads((ROOT / "tests" / "cases" / f"{request_name}.json").read_text("utf-8"))
    return [pytest.param(case, id=case["reason"]) for case in listed]
