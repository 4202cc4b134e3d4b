"""Query strings, whose values are read by their type in the schema."""

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from forecast_core.strict_json import MOST_DIGITS

from .errors import MalformedInput

# Some clients write 8.0 for 8; none writes 8e0.
_INTEGER = re.compile(rf"(-?(?:0|[1-9][0-9]{{0,{MOST_DIGITS - 1}}}))(?:\.0+)?")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def parse_query_string(query_string: bytes, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Read a query string as an object for the schema with these fields.

    A value that is not of its field's type stays a string, which the schema then refuses; commas separate a list.
    A ``+`` stays a plus: no value has a blank, and clients often leave the offset of a time unescaped.

    :raises MalformedInput: a broken escape, not UTF-8, or a repeated name.

    >>> parse_query_string(b"N=8&quantile=0.9&start=2015-05-02T08:00:00+02:00",
    ...     {"N": {"type": "integer"}, "quantile": {"type": "number"}, "start": {"type": "string"}})
    {'N': 8, 'quantile': 0.9, 'start': '2015-05-02T08:00:00+02:00'}
    """
    if _BROKEN_ESCAPE.search(query_string):
        raise MalformedInput("the query string has a % that is not followed by two hexadecimal digits; write it as %25")
    try:
        text = query_string.decode("ascii").replace("+", "%2B")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeError as error:
        raise MalformedInput("the query string is not percent-encoded UTF-8") from error
    values = {name: _typed(text, fields.get(name, {})) for name, text in pairs}
    if len(values) < len(pairs):
        raise MalformedInput("the query string gives the same parameter twice; give each once")
    return values


def _typed(text: str, field: Mapping[str, Any]) -> Any:
    json_type = field.get("type")
    if json_type == "array":
        return [_typed(item, field["items"]) for item in text.split(",")]
    if json_type == "integer" and (integer := _INTEGER.fullmatch(text)):
        return int(integer[1])
    if json_type == "number" and _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
