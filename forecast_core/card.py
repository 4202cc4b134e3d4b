"""The model card: what a model is, where it comes from and how far it can be trusted."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, tzinfo
from typing import Any

from .calendar import EVENT_RESOLUTION, DaylightSaving
from .contract import CONTRACT_VERSION
from .encoding import FEATURES
from .errors import InvalidModel


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """The facts that travel inside a model file, in the types that JSON has.

    Their meaning and units are described once, in the schema ``model``.
    """

    contract_version: str
    features: list[str]
    unit: str
    timezone: str
    utc_offset: str
    event_resolution: str
    daylight_saving: dict[str, int] | None = None
    first_event_start: str
    last_event_start: str
    calendar_year: int
    calendar_note: str
    training_data: dict[str, Any]
    hyperparameters: dict[str, Any]
    seed: int
    versions: dict[str, str]
    validation: dict[str, Any]
    residual_quantiles: dict[str, list[float]]

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> "ModelCard":
        """Read a card from a model file's metadata, and check that this code can serve the model.

        :param metadata: each field of the card as JSON text.
        :raises InvalidModel: a field is missing or not JSON, or the model was made for another contract.
        """
        names = [field.name for field in fields(cls)]
        try:
            document = {name: json.loads(metadata[name]) for name in names if name in metadata}
        except ValueError as error:
            raise InvalidModel(f"its model card is damaged ({error})") from error
        for name, known in (("contract_version", CONTRACT_VERSION), ("features", list(FEATURES))):
            if name in document and document[name] != known:
                raise InvalidModel(
                    f"its model card says {name} {document[name]!r}, and this code knows {known!r}; "
                    "rebuild it with train.py"
                )
        try:
            return cls(**document)
        except TypeError as error:
            missing = ", ".join(name for name in names if name not in metadata)
            raise InvalidModel(f"its model card lacks {missing}; it was not made by train.py") from error

    def to_metadata(self) -> dict[str, str]:
        """Write the card as a model file's metadata: each field as JSON text."""
        return {name: json.dumps(value) for name, value in self.to_json().items()}

    def to_json(self) -> dict[str, Any]:
        """Give the card as the JSON object that the schema ``model`` describes."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def standard_time(self) -> tzinfo | None:
        """The offset of all labels."""
        return self.end_of_data.tzinfo

    @property
    def end_of_data(self) -> datetime:
        """When the last event of the training data ends; in standard time."""
        return datetime.fromisoformat(self.last_event_start) + EVENT_RESOLUTION

    @property
    def clock_changes(self) -> DaylightSaving | None:
        """When the occupants' clock is one hour ahead of the labels; None if it never is."""
        return None if self.daylight_saving is None else DaylightSaving(**self.daylight_saving)
