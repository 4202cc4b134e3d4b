"""The published contract: its version, its schema files, and the OpenAPI document around them."""

import json
from functools import cache
from pathlib import Path, PurePath
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
    schemas = {_component(file): json.loads(file.read_text("utf-8")) for file in SCHEMA_FOLDER.parent.glob("v*/*.json")}
    document["components"]["schemas"] = {
        # An $id would make each schema a document of its own, which no pointer may reach into.
        component: {name: value for name, value in schemas[component].items() if name not in ("$id", "$schema")}
        for component in sorted(schemas)
    }
    return document


def _component(file: PurePath) -> str:
    """Name a schema file in the OpenAPI document.

    >>> _component(PurePath("v1/problem.json")), _component(PurePath("v2/problem.json"))
    ('problem', 'problem-v2')
    """
    version = file.parent.name
    return file.stem if version == CONTRACT_VERSION else f"{file.stem}-{version}"


def _with_inner_references(node: Any) -> Any:
    """Let each reference to a schema file lead to the same schema within the document."""
    match node:
        case {"$ref": str(reference)} if not reference.startswith("#"):
            file, _, pointer = reference.partition("#")
            return {**node, "$ref": f"#/components/schemas/{_component(PurePath(file))}{pointer}"}
        case dict():
            return {name: _with_inner_references(value) for name, value in node.items()}
        case list():
            return [_with_inner_references(value) for value in node]
    return node
