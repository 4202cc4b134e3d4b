from hashlib import sha256

from forecast_core.contract import CONTRACT_VERSION, SCHEMA_FOLDER

PUBLISHED = {
    "forecast-request.json": "db9422f2cec423cd32ed85180837e1013da620152c11e8ceffecd59f68eaae4c",
    "forecast-response.json": "6a8e394883f63e4d9dd4d808c7b9c215d98a04ef009d4c895d4688d6bcc6eb4d",
    "model.json": "5a9b345ca31f8f677fce0ffca1c3c848c025052d2f4964fab0ea612d4976b9c7",
    "prediction-request.json": "4ec04cb680c5c6d718b2e2532587fc5c6ab74616aa4b62c21975f41218d0387f",
    "prediction-response.json": "9e809d90359abd1f0d874d055fd29c8e55a8107da5486e1f749cba0f4331874a",
    "problem.json": "130999d3e501d409d0bfe370ee6a886bea7bb7146e855bbd0df84e942e338912",
}


INSTEAD = f"""
schemas/{CONTRACT_VERSION} is frozen since release 1.0.0: clients keep its files for good, and caches do for a year.
Put the files back (git checkout v1.0.0 -- schemas/{CONTRACT_VERSION}),
and make the change in a new version beside them, as CONTRIBUTING.md says."""


def test_a_published_schema_does_not_change_by_a_byte() -> None:
    """None is edited, added or taken away."""
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in SCHEMA_FOLDER.glob("*.json")}
    assert found == PUBLISHED, INSTEAD
