"""The OpenAPI document, with the contract's schemas in it."""

import json
import re
from typing import Any

from forecast_core.contract import CONTRACT_VERSION, SCHEMA_FOLDER, schema

_FILE = SCHEMA_FOLDER.parent / "openapi.json"


def openapi_document() -> dict[str, Any]:
    """Bundle the document: on disk it refers to the schema files beside it, as served it holds them.

    Many tools that read OpenAPI do not follow references to other files.
    """
    to_component = (rf'"{CONTRACT_VERSION}/([a-z-]+)\.json#?', r'"#/components/schemas/\1')
    document: dict[str, Any] = json.loads(re.sub(*to_component, _FILE.read_text("utf-8")))
    document["components"]["schemas"] = {
        # An $id would make each schema a document of its own, which no pointer may reach into.
        file.stem: {name: value for name, value in schema(file.stem).items() if name not in ("$id", "$schema")}
        for file in sorted(SCHEMA_FOLDER.glob("*.json"))
    }
    return document
