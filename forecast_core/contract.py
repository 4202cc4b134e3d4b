"""The published contract: its version and its schema files."""

import json
from functools import cache
from pathlib import Path
from typing import Any

CONTRACT_VERSION = "v1"
SCHEMA_FOLDER = Path(__file__).resolve().parent.parent / "schemas" / CONTRACT_VERSION


@cache
def schema(name: str) -> dict[str, Any]:
    """Read a schema of the contract, by its file's name without ending; all callers share it, so never change it.

    >>> schema("prediction-request")["properties"]["hour_of_day"]["maximum"]
    23
    """
    document: dict[str, Any] = json.loads((SCHEMA_FOLDER / f"{name}.json").read_text("utf-8"))
    return document
