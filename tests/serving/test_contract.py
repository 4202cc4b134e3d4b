import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from forecast_core.contract import SCHEMA_FOLDER, schema
from tests.builders import JSON, contract_cases, problem

SCHEMAS = sorted(file.stem for file in SCHEMA_FOLDER.glob("*.json"))
PROBLEM = Draft202012Validator(schema("problem"))
KEYWORDS = {
    "$schema", "$id", "title", "description", "examples", "type", "properties", "required", "additionalProperties",
    "minimum", "maximum", "enum", "items", "uniqueItems", "pattern", "minLength", "maxLength", "minItems", "maxItems",
}  # fmt: skip
"""The keywords on which validators of every language agree."""


@pytest.mark.parametrize(("resource", "case"), contract_cases("prediction", "forecast"))
def test_a_case_has_the_verdict_of_the_schema(resource: str, case: dict[str, Any]) -> None:
    """A client validates by the schema alone."""
    assert Draft202012Validator(schema(f"{resource}-request")).is_valid(case["input"]) is case["valid"]


@pytest.mark.parametrize(("resource", "case"), contract_cases("prediction", "forecast"))
def test_a_case_has_the_verdict_of_the_server(client: TestClient, resource: str, case: dict[str, Any]) -> None:
    """The response fits its schema, and a refusal lists every error."""
    response = client.request("GET", f"/v1/{resource}", content=json.dumps(case["input"]), headers=JSON)
    assert response.status_code == case["status"]
    if case["status"] == 200:
        Draft202012Validator(schema(f"{resource}-response")).validate(response.json())
        return
    errors = "1 error" if len(case["errors"]) == 1 else f"{len(case['errors'])} errors"
    detail = f"the input does not fit the schema {resource}-request: {errors}"
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == problem(
        422, case["errors"][0]["detail"] if case["valid"] else detail, errors=case["errors"]
    )
    PROBLEM.validate(response.json())


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_uses_only_keywords_that_every_validator_knows(name: str) -> None:
    """It is JSON Schema 2020-12, its examples fit it, its address has its name, and every field is described."""
    document = schema(name)
    Draft202012Validator.check_schema(document)
    assert document["$id"] == f"/schemas/v1/{name}.json"
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for example in document.get("examples", []):
        Draft202012Validator(document).validate(example)

    def check(part: dict[str, Any]) -> None:
        assert set(part) <= KEYWORDS
        assert isinstance(part["type"], str)
        assert part["type"] != "object" or "additionalProperties" in part, "an object would take any member"
        for field in part.get("properties", {}).values():
            assert field["description"]
            check(field)
        for item in (part.get("items"), part.get("additionalProperties")):
            if item:
                check(item)

    assert document["description"]
    check(document)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_file_is_served_byte_for_byte(client: TestClient, name: str) -> None:
    """A page of any origin may fetch it, and keep it forever."""
    response = client.get(f"/schemas/v1/{name}.json")
    assert response.status_code == 200
    assert response.content == Path(SCHEMA_FOLDER / f"{name}.json").read_bytes()
    assert response.headers["content-type"] == "application/schema+json"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("name", ["nothing.json", "prediction-request", "..%2Fv1%2Fproblem.json", "%00.json"])
def test_no_other_file_is_served(client: TestClient, name: str) -> None:
    """Names are looked up among the schemas, and not on the disk."""
    assert client.get(f"/schemas/v1/{name}").status_code == 404


def test_the_model_card_fits_its_schema(client: TestClient) -> None:
    """The server sends the card of the model that it serves."""
    response = client.get("/v1/model")
    assert response.status_code == 200
    Draft202012Validator(schema("model")).validate(response.json())
    assert response.json()["training_data"]["hours"] == 8760
