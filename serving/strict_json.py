"""JSON without the liberties that Python's parser takes."""

import json
import math
from typing import Any, NoReturn

from .errors import MalformedInput

_MOST_BRACKETS = 500  # an input has one; how deep Python itself can go depends on its version
_MOST_SIGNS = 1000  # an input has seven, and thousands take long
_LARGEST_INTEGER = 10**30  # beyond it, an integer is a mistake or an attack
_TOO_MANY_DIGITS = "the body has an integer of more than 30 digits"


def parse_json(content: bytes) -> Any:
    """Parse one JSON text, in UTF-8 without a byte-order mark.

    :raises MalformedInput: it is not JSON (RFC 8259), or it is JSON that readers understand differently (RFC 7493):
        a repeated name, a lone surrogate, a number beyond a double, absurd depth or digits.
    """
    brackets = content.count(b"[") + content.count(b"{")
    if brackets > _MOST_BRACKETS:
        raise MalformedInput(f"the body has {brackets:,} opening brackets; at most {_MOST_BRACKETS} are read")
    if (signs := content.count(b":") + content.count(b",")) > _MOST_SIGNS:
        raise MalformedInput(f"the body has {signs:,} colons and commas; at most {_MOST_SIGNS:,} are read")
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
        if b"\\u" in content:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedInput(f"the body is not UTF-8: byte {error.start} does not fit") from error
    except UnicodeEncodeError as error:
        raise MalformedInput("the body is not Unicode: it escapes half of a surrogate pair") from error
    except json.JSONDecodeError as error:
        where = f"at line {error.lineno}, column {error.colno}"
        raise MalformedInput(f"the body is not JSON: {error.msg.removesuffix(' at')} {where}") from error
    except ValueError as error:  # of Python, at 4,300 digits
        raise MalformedInput(_TOO_MANY_DIGITS) from error
    for number in value.values() if isinstance(value, dict) else [value]:  # deeper ones no schema accepts
        if isinstance(number, int) and abs(number) >= _LARGEST_INTEGER:
            raise MalformedInput(_TOO_MANY_DIGITS)
        if isinstance(number, float) and math.isinf(number):
            raise MalformedInput("the body has a number that is too large for a double")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise MalformedInput("the body gives the same name twice in one object; give each once")
    return members


def _constant(name: str) -> NoReturn:
    raise MalformedInput(f"the body is not JSON: {name} is not a JSON number")
