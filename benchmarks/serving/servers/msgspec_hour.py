"""A query string read and judged by msgspec, for the frameworks that leave validation to it."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct, convert


class Hour(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    hour_of_day: Annotated[int, Meta(ge=0, le=23)]
    day_of_week: Annotated[int, Meta(ge=0, le=6)]
    day_of_year: Annotated[int, Meta(ge=1, le=366)]


class Prediction(Struct, gc=False):
    prediction: float


def read_hour(query: Mapping[str, str]) -> Hour:
    """Judge a query string; raises ValidationError."""
    return convert(query, Hour, strict=False)
