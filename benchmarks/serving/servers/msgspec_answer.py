"""The way from a query string to an answer for frameworks that leave validation to msgspec."""

from typing import Annotated
from urllib.parse import parse_qsl

from msgspec import Meta, Struct, ValidationError, convert

from .rival_model import answer


class _Hour(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    hour_of_day: Annotated[int, Meta(ge=0, le=23)]
    day_of_week: Annotated[int, Meta(ge=0, le=6)]
    day_of_year: Annotated[int, Meta(ge=1, le=366)]


def answer_query(query: str, refusal: type[Exception]) -> bytes:
    """Read a query string, by hand if nothing in it is escaped, and predict; raise the refusal if it does not fit."""
    try:
        fields = parse_qsl(query) if "%" in query else [field.split("=", 1) for field in query.split("&")]
        hour = convert(dict(fields), _Hour, strict=False)
    except (ValueError, ValidationError) as error:
        raise refusal(str(error)) from error
    return answer(hour.hour_of_day, hour.day_of_week, hour.day_of_year)
