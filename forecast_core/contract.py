"""The published contract: its version, its schema files, and the OpenAPI document around them."""

import json
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from . import __version__

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


def openapi_document() -> dict[str, Any]:
    """Put the version and the schemas into the OpenAPI document; many tools do not follow references to files."""
    text = (SCHEMA_FOLDER.parent / "openapi.json").read_text("utf-8")
    document: dict[str, Any] = _with_inner_references(json.loads(text))
    document["info"]["version"] = __version__
    document["components"]["schemas"] = {
        # An $id would make each schema a document of its own, which no pointer may reach into.
        file.stem: {name: value for name, value in schema(file.stem).items() if name not in ("$id", "$schema")}
        for file in sorted(SCHEMA_FOLDER.glob("*.json"))
    }
    return document


def _with_inner_references(node: Any) -> Any:
    """Let each reference to a schema file lead to the same schema within the document."""
    match node:
        case {"$ref": str(reference)} if not reference.startswith("#"):
            file, _, pointer = reference.partition("#")
            return {**node, "$ref": f"#/components/schemas/{PurePosixPath(file).stem}{pointer}"}
        case dict():
            return {name: _with_inner_references(value) for name, value in node.items()}
        case list():
            return [_with_inner_references(value) for value in node]
    return node
