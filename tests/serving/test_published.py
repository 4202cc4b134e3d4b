from hashlib import sha256

from forecast_core.contract import SCHEMA_FOLDER

PUBLISHED = {
    "forecast-request.json": "8cc896a6e5a7f6dbd76c798983b869563b56d1aa502b0f630bd546747ac766bb",
    "forecast-response.json": "cd9c658fa01c11782691bcacc4c2eeb741fe4c486d71fcd775e9f03396838928",
    "model.json": "15589a0fd655794fa9f0b11d853283cac1dce8c3c6cda1f85a15f2d48e6e3379",
    "prediction-request.json": "4231d5b917fa66aea702a4ddcb815b685a98bc5e3d5297358ed07f1cf2323882",
    "prediction-response.json": "57ec03f2419b28047cf967d0fb4bdf725c98511c17bb0d5330847b507b81f2f1",
    "problem.json": "91ac01f094ea6c57f98ad77b1aa47b4ff9e474fcf4e521d1f9f6b8afca60dc2a",
}


def test_a_published_schema_does_not_change_by_a_byte() -> None:
    """Clients keep these files for good, so a change makes a new version beside them, and never an edit here."""
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in SCHEMA_FOLDER.glob("*.json")}
    assert found == PUBLISHED
