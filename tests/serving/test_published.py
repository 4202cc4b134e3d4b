from hashlib import sha256

from forecast_core.contract import CONTRACT_VERSION, SCHEMA_FOLDER

PUBLISHED = {
    "forecast-request.json": "7359329070e45b0052ea7beda5a4ef97d7737a99b0ae66aa45b32c942a60d272",
    "forecast-response.json": "756867dd81e870101ef829f9ffa2e6268ff7cb66281e00f3fb7aafa7d740ec46",
    "model.json": "cf6519e92bcd6e6c334dcc6892ceeb6a41e7a3c3b9d2dcaa684905555594333a",
    "prediction-request.json": "f7f1c4208fd573815250d1c7122bffefd2d2a2241f31ab09f38c156d7c04e86d",
    "prediction-response.json": "3408cea944a32e4946d48a6b2160b5e89ce15e1645eacf27546c6478f25ab111",
    "problem.json": "138516764316157e35cefc9f48f71edd460ceacce7a03f695b3ea492dbbd8f60",
}
WHAT_TO_DO = f"""
A schema file of {CONTRACT_VERSION} has changed, and clients and caches keep these files.
Once {CONTRACT_VERSION} is released, put the files back and make the change in a new version; CONTRIBUTING.md says how.
Before its release, write the new hashes into PUBLISHED."""


def test_a_published_schema_does_not_change() -> None:
    """No file of the version is edited, added or removed."""
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in SCHEMA_FOLDER.glob("*.json")}
    assert found == PUBLISHED, WHAT_TO_DO
