from hashlib import sha256

from forecast_core.contract import SCHEMA_FOLDER

PUBLISHED = {
    "forecast-request.json": "e0221701903c368ee2154c39f1b3709d59cf5eecda17be62ab9c7900bddf82f2",
    "forecast-response.json": "661c39d2f211b049e7a280c12bff7dc7e352d6412d2d67b71fee9a249b1c6831",
    "model.json": "7dd7b995a55b6eaad0cca66c089aba294047b63b7105410f6aa3f4b1d147baab",
    "prediction-request.json": "26fcba9b6d4a709a64f22f7cf26e0211987c857e345f99b598761fc5ab82e022",
    "prediction-response.json": "9e809d90359abd1f0d874d055fd29c8e55a8107da5486e1f749cba0f4331874a",
    "problem.json": "130999d3e501d409d0bfe370ee6a886bea7bb7146e855bbd0df84e942e338912",
}


def test_a_published_schema_does_not_change_by_a_byte() -> None:
    """Clients keep these files for good, so a change makes a new version beside them, and never an edit here."""
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in SCHEMA_FOLDER.glob("*.json")}
    assert found == PUBLISHED
