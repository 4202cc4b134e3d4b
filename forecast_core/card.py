"""What a model file says of itself: the card, in its metadata, and a digest of all before, at its end."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from .calendar import SiteCalendar
from .contract import CONTRACT_VERSION
from .encoding import FEATURES
from .errors import InvalidModel

SEAL_NAME = "sha256"
"""The file's last metadata entry: a digest, in hexadecimal, of all bytes before it."""

UNSEALED = "0" * 64
"""What the entry holds until the digest is known."""

_MOST_BRACKETS = 200  # a field has a dozen; how deep Python itself goes depends on its version


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """The facts that travel inside a model file, in JSON's types; the schema ``model`` says what they mean."""

    contract_version: str
    features: list[str]
    unit: str
    timezone: str
    event_resolution: str
    label_side: str
    label_clock: str
    label_weekday_shift: int
    first_event_start: str
    last_event_start: str
    known_years: dict[str, int]
    holidays: dict[str, Any] | None = None
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
            document = {name: _strict_json(metadata[name]) for name in names if name in metadata}
        except ValueError as error:
            raise InvalidModel(f"its model card is damaged ({error})") from error
        for name, known in {"contract_version": CONTRACT_VERSION, "features": list(FEATURES)}.items():
            if (found := document.get(name, known)) != known:
                raise InvalidModel(
                    f"its model card says {name} {found!r}, and this code knows {known!r}; rebuild it with train.py"
                )
        try:
            return cls(**document)
        except TypeError as error:
            missing = ", ".join(name for name in names if name not in metadata)
            raise InvalidModel(f"its model card lacks {missing}; it was not made by train.py") from error

    def to_metadata(self) -> dict[str, str]:
        """Give the card as a model file's metadata: each field as JSON text."""
        return {name: json.dumps(value, allow_nan=False) for name, value in self.to_json().items()}

    def to_json(self) -> dict[str, Any]:
        """Give the card as the JSON object that the schema ``model`` describes."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def calendar(self) -> SiteCalendar:
        """Read the site's calendar.

        :raises InvalidModel: it names a time, day or time zone that this computer does not know.
        """
        holidays = self.holidays or {}
        try:
            known_years = range(self.known_years["first"], self.known_years["last"] + 1)
            calendar = SiteCalendar(
                time_zone=ZoneInfo(self.timezone),
                first_event_start=datetime.fromisoformat(self.first_event_start),
                last_event_start=datetime.fromisoformat(self.last_event_start),
                label_side=self.label_side,
                label_clock=self.label_clock,
                label_weekday_shift=self.label_weekday_shift,
                known_years=known_years,
                holidays=frozenset(map(date.fromisoformat, holidays.get("dates", []))),
                rest_weekday=holidays.get("rest_weekday", 6),
            )
            first, end = calendar.first_event_start, calendar.end_of_data
            if first.tzinfo is None or not known_years[0] <= first.year <= end.year <= known_years[-1]:
                raise ValueError("the data does not lie within known_years, or has no offset")
        except (ValueError, TypeError, LookupError, OverflowError, OSError) as error:
            raise InvalidModel(f"its model card is damaged ({error})") from error
        return calendar


def _strict_json(text: str) -> Any:
    """Parse JSON without NaN, Infinity, numbers beyond a double, halves of surrogate pairs, and absurd depth."""
    if text.count("[") + text.count("{") > _MOST_BRACKETS:
        raise ValueError(f"a field has more than {_MOST_BRACKETS} opening brackets")
    document = json.loads(text)
    json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")
    return document


def seal(content: bytes) -> bytes:
    """Put the digest in its place at the end of a file.

    >>> check_seal(seal(b"a model" + UNSEALED.encode()))
    """
    unsealed = content.removesuffix(UNSEALED.encode())
    return unsealed + sha256(unsealed).hexdigest().encode()


def check_seal(content: bytes) -> None:
    """Check that a file is as it was when it was sealed.

    :raises InvalidModel: it is not, or it was never sealed.
    """
    sealed, digest = content[: -len(UNSEALED)], content[-len(UNSEALED) :]
    if sha256(sealed).hexdigest().encode() != digest:
        raise InvalidModel("it is damaged, or train.py did not make it; restore it, or make it again with train.py")
