"""The OpenAPI document, with the contract's schemas in it."""

import json
from pathlib import PurePosixPath
from typing import Any

from forecast_core.contract import SCHEMA_FOLDER, schema

_FILE = SCHEMA_FOLDER.parent / "openapi.json"


def openapi_document() -> dict[str, Any]:
    """Bundle the document: on disk it refers to the schema files beside it, as served it holds them.

    Many tools that read OpenAPI do not follow references to other files.
    """
    document: dict[str, Any] = _with_inner_references(json.loads(_FILE.read_text("utf-8")))
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
