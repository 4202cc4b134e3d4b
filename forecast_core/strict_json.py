"""Strict JSON, for request bodies and model cards: without the liberties that Python's parser takes."""

import json
from math import isinf
from typing import Any, NoReturn

from .errors import MalformedJson

MOST_BRACKETS = 500  # a request has two, a model card sixty; how deep Python itself goes depends on its version
MOST_DIGITS = 30  # of an integer; a longer one is a mistake or an attack


def parse_json(content: bytes) -> Any:
    """Parse one JSON text, in UTF-8 without a byte-order mark.

    :raises MalformedJson: it is not JSON (RFC 8259), or readers would understand it differently (RFC 7493):
        a repeated name, a lone surrogate, a number beyond a double, too many brackets or digits.
    """
    brackets = content.count(b"[") + content.count(b"{")
    if brackets > MOST_BRACKETS:
        raise MalformedJson(f"has {brackets:,} opening brackets; at most {MOST_BRACKETS} are accepted")
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant,
        )  # fmt: skip
        if b"\\u" in content:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedJson(f"is not UTF-8: byte {error.start} does not fit") from error
    except UnicodeEncodeError as error:
        raise MalformedJson("is not Unicode: it escapes half of a surrogate pair") from error
    except json.JSONDecodeError as error:
        where = f"at line {error.lineno}, column {error.colno}"
        raise MalformedJson(f"is not JSON: {error.msg.removesuffix(' at')} {where}") from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise MalformedJson("gives the same name twice in one object; give each once")
    return members


def _integer(digits: str) -> int:
    if len(digits.removeprefix("-")) > MOST_DIGITS:
        raise MalformedJson(f"has an integer of more than {MOST_DIGITS} digits")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if isinf(number):
        raise MalformedJson("has a number that is too large for a double")
    return number


def _constant(name: str) -> NoReturn:
    raise MalformedJson(f"is not JSON: {name} is not a JSON number")
