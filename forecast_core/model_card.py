"""The model card, which is the metadata of a model file, and the checksum at the file's end."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from .contract import CONTRACT_VERSION
from .errors import InvalidModel, MalformedJson, quoted
from .features import FEATURES
from .site_calendar import SiteCalendar
from .strict_json import parse_json
from .timestamps import TimestampConvention

CHECKSUM_NAME = "sha256"
"""The file's last metadata entry: the SHA-256 of all bytes before it, in hexadecimal."""

MOST_HOLIDAYS = 20_000  # every day of fifty years; far more would keep the server from starting soon

NO_CHECKSUM = "0" * 64
"""What the entry holds until the checksum is known."""


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a model file says about the model, in JSON's types; the schema ``model`` describes each field."""

    contract_version: str
    name: str
    features: list[str]
    unit: str
    timezone: str
    event_resolution: str
    timestamps: dict[str, Any]
    first_event_start: str
    last_event_start: str
    known_years: dict[str, int]
    weekend: list[int]
    rest_weekday: int
    holidays: dict[str, Any] | None = None
    closures: dict[str, str]
    training_data: dict[str, Any]
    settings: dict[str, Any]
    versions: dict[str, str]
    validation: dict[str, Any]
    expected_errors: dict[str, Any]
    residual_quantiles: dict[str, list[float]]

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> "ModelCard":
        """Read a card from a model file's metadata, and check that this code can serve the model.

        :param metadata: each field of the card as JSON text.
        :raises InvalidModel: a field is missing or not JSON, or the model was made for another contract.
        """
        names = [field.name for field in fields(cls)]
        required = [field.name for field in fields(cls) if field.default is MISSING]
        if missing := ", ".join(name for name in required if name not in metadata):
            raise InvalidModel(f"its model card lacks {missing}: it was made by an older version; train it again")
        try:
            document = {name: parse_json(metadata[name].encode()) for name in names if name in metadata}
        except (MalformedJson, UnicodeError) as error:
            raise InvalidModel(f"its model card is damaged (a field {error})") from error
        for name, known in {"contract_version": CONTRACT_VERSION, "features": list(FEATURES)}.items():
            if document[name] != known:
                found = f"has {name} {quoted(document[name])}, and this code uses {quoted(known)}"
                raise InvalidModel(f"its model card {found}: it was made by another version; train it again")
        return cls(**document)

    def to_metadata(self) -> dict[str, str]:
        """Write the card as a model file's metadata: each field as JSON text."""
        return {name: json.dumps(value, allow_nan=False) for name, value in self.to_json().items()}

    def to_json(self) -> dict[str, Any]:
        """Write the card as the JSON object that the schema ``model`` describes."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def calendar(self) -> SiteCalendar:
        """Make the site's calendar.

        :raises InvalidModel: the card has a time, day or time zone that does not exist here.
        """
        try:
            first, last = map(datetime.fromisoformat, (self.first_event_start, self.last_event_start))
            if first.tzinfo is None:
                raise ValueError("first_event_start has no offset")
            convention = TimestampConvention(
                time_zone=ZoneInfo(self.timezone),
                standard_time=timezone(first.utcoffset() or timedelta(0)),
                **self.timestamps,
            )
            known_years = range(self.known_years["first"], self.known_years["last"] + 1)
            holidays = [*self.closures, *(self.holidays or {"dates": {}})["dates"]]
            if len(holidays) > MOST_HOLIDAYS:
                raise ValueError(f"it has more than {MOST_HOLIDAYS:,} holidays and closures")
            calendar = SiteCalendar(
                convention=convention,
                first_event_start=first,
                last_event_start=last,
                known_years=known_years,
                holidays=frozenset(map(date.fromisoformat, holidays)),
                rest_weekday=self.rest_weekday,
            )
            if not known_years[0] <= first.year <= calendar.end_of_data.year <= known_years[-1]:
                raise ValueError("the data does not lie within known_years")
        except (ValueError, TypeError, LookupError, OverflowError, OSError) as error:
            raise InvalidModel(f"its model card is damaged ({error})") from error
        return calendar


def add_checksum(content: bytes) -> bytes:
    """Put the checksum in its place at the end of a file.

    >>> verify_checksum(add_checksum(b"a model" + NO_CHECKSUM.encode()))
    """
    before = content.removesuffix(NO_CHECKSUM.encode())
    return before + sha256(before).hexdigest().encode()


def verify_checksum(content: bytes) -> None:
    """Check that a file is as it was when its checksum was added.

    :raises InvalidModel: it is not, or it has no checksum.
    """
    before, checksum = content[: -len(NO_CHECKSUM)], content[-len(NO_CHECKSUM) :]
    if sha256(before).hexdigest().encode() != checksum:
        raise InvalidModel("it is damaged, or train.py did not make it; restore it, or make it again with train.py")
