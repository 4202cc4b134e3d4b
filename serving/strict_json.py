"""JSON without the liberties that Python's parser takes."""

import json
import math
import re
from itertools import accumulate
from typing import Any, NoReturn

from .errors import MalformedInput

_DEEPEST = 100  # an input has a depth of one; how deep Python itself goes depends on its version
_MOST_DIGITS = 30  # an integer this long is a mistake or an attack; Python itself stops at 4,300


def parse_json(content: bytes) -> Any:
    """Parse one JSON text.

    :param content: UTF-8 without a byte-order mark.
    :raises MalformedInput: it is not JSON (RFC 8259), or it is JSON that readers understand differently (RFC 7493):
        a repeated name, a lone surrogate, a number beyond a double, absurd depth or digits.
    """
    if content.count(b"[") + content.count(b"{") > _DEEPEST and _depth(content) > _DEEPEST:
        raise MalformedInput("the body is nested too deeply")
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_constant,
        )
        if b"\\u" in content:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedInput(f"the body is not UTF-8: byte {error.start} does not fit") from error
    except UnicodeEncodeError as error:
        raise MalformedInput("the body is not Unicode: it escapes half of a surrogate pair") from error
    except json.JSONDecodeError as error:
        raise MalformedInput(
            f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from error
    return value


def _depth(content: bytes) -> int:
    brackets = re.sub(rb'(?s)"(?:[^"\\]|\\.)*"?|[^][{}]', b"", content)  # a text may lack its end
    return max(accumulate((1 if bracket in b"[{" else -1 for bracket in brackets), initial=0))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise MalformedInput("the body gives the same name twice in one object; give each once")
    return members


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise MalformedInput(f"the body has an integer of {len(digits):,} characters; at most {_MOST_DIGITS} are read")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise MalformedInput("the body has a number that is too large for a double")
    return value


def _constant(name: str) -> NoReturn:
    raise MalformedInput(f"the body is not JSON: {name} is not a JSON number")
