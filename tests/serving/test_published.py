from hashlib import sha256

from forecast_core.contract import CONTRACT_VERSION, SCHEMA_FOLDER

PUBLISHED = {
    "v1/forecast-request.json": "af728ffb618071e907b865fd319c095012434d46752e415a0b5092475f70ad5b",
    "v1/forecast-response.json": "5a81817e754f2bc0721b80a11fc90978706397ae26014f6ff387b87580265ec4",
    "v1/model.json": "348e8ac99161f624d1a5163e89e44f8c79105e62a6eb19d889e79eb8048b722b",
    "v1/prediction-request.json": "34b84dda8b8d8bf03eb64fd458c468e19bd8ca4be78834fc22287f13219e550d",
    "v1/prediction-response.json": "3408cea944a32e4946d48a6b2160b5e89ce15e1645eacf27546c6478f25ab111",
    "v1/problem.json": "138516764316157e35cefc9f48f71edd460ceacce7a03f695b3ea492dbbd8f60",
}
WHAT_TO_DO = f"""
A schema file of {CONTRACT_VERSION} has changed, and clients and caches keep these files.
Once {CONTRACT_VERSION} is released, put the files back and make the change in a new version; CONTRIBUTING.md says how.
Before its release, write the new hashes into PUBLISHED."""


def test_a_published_schema_does_not_change() -> None:
    """No file of the version is edited, added or removed."""
    files = SCHEMA_FOLDER.parent.glob("v*/*.json")
    found = {f"{file.parent.name}/{file.name}": sha256(file.read_bytes()).hexdigest() for file in files}
    assert found == PUBLISHED, WHAT_TO_DO
