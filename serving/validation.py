"""The schemas of the contract as validators that say what to do in plain words."""

import json
from collections.abc import Mapping
from functools import lru_cache
from heapq import nsmallest
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from forecast_core.contract import schema

from .errors import MOST_FAULTS, Fault, MalformedInput, SchemaViolation
from .query_string import parse_query_string

_MOST_REMEMBERED = 1024  # the parameters that a prediction can have are 397
_LONGEST_ECHO = 40
_A_TYPE = {
    "object": "a JSON object",
    "array": "an array",
    "string": "a text",
    "integer": "an integer",
    "number": "a number",
}


class InputSchema:
    """A schema file that judges inputs.

    :param name: of the schema, without ending.
    :param remembers_parameters: whether a parameter of a query string that was accepted is not judged again.
    """

    def __init__(self, name: str, *, remembers_parameters: bool = False) -> None:
        self.name = name
        self.fields: Mapping[str, Any] = schema(name)["properties"]
        self._required = frozenset(schema(name)["required"])
        self._validator = Draft202012Validator(schema(name))
        self._field_validators = {field: Draft202012Validator(judged) for field, judged in self.fields.items()}
        self._accept = lru_cache(_MOST_REMEMBERED)(self._judge_parameter) if remembers_parameters else None

    def judge_query_string(self, query_string: bytes) -> dict[str, Any]:
        """Read and judge a query string.

        :raises MalformedInput: it cannot be read.
        :raises SchemaViolation: the schema says no.
        """
        if self._accept is not None:
            # No keyword of the schemas relates two fields, so what is accepted apart is accepted together.
            accepted = [self._accept(parameter) for parameter in query_string.split(b"&")]
            fields = dict(parameter for parameter in accepted if parameter is not None)
            if len(fields) == len(accepted) and fields.keys() == self._required:
                return fields
        return self.judge(parse_query_string(query_string, self.fields))

    def judge(self, instance: Any) -> dict[str, Any]:
        """Judge an input as a whole.

        :returns: its fields; those of type integer as int, also when they came as ``8.0``.
        :raises SchemaViolation: the schema says no.
        """
        unlisted: set[str] = set()
        if isinstance(instance, dict):  # jsonschema repeats all unknown names in one message, which takes long
            unlisted.update([name for name in instance if name not in self.fields][MOST_FAULTS:])
            instance = {name: value for name, value in instance.items() if name not in unlisted}
        if faults := self.faults(instance):
            listed = nsmallest(MOST_FAULTS, faults, key=lambda fault: (list(map(str, fault.path)), fault.detail))
            raise SchemaViolation(self.name, listed, len(faults) + len(unlisted))
        return {name: self._as_typed(name, value) for name, value in instance.items()}

    def faults(self, instance: object) -> set[Fault]:
        """Find every fault of an input; none if it is valid."""
        errors = list(self._validator.iter_errors(instance))
        mistyped = [error.absolute_path for error in errors if error.validator == "type"]
        # What else is wrong with a value of the wrong type is no news.
        telling = [error for error in errors if error.validator == "type" or error.absolute_path not in mistyped]
        return {fault for error in telling for fault in _in_our_words(error)}

    def _judge_parameter(self, parameter: bytes) -> tuple[str, Any] | None:
        """Judge a parameter by itself; None if it is not accepted, which is for the whole input to explain."""
        try:
            ((name, value),) = parse_query_string(parameter, self.fields).items()
        except (MalformedInput, ValueError):
            return None
        accepted = name in self.fields and self._field_validators[name].is_valid(value)
        return (name, self._as_typed(name, value)) if accepted else None

    def _as_typed(self, name: str, value: Any) -> Any:
        return int(value) if self.fields[name]["type"] == "integer" else value


def _in_our_words(error: ValidationError) -> list[Fault]:
    """Say what a validation error means; jsonschema's own messages echo the input whole."""
    path = tuple(error.absolute_path)
    accepted, given = error.validator_value, error.instance
    match error.validator:
        case "required":
            return [Fault((*path, field), f"{field} is required") for field in accepted if field not in given]
        case "additionalProperties":
            known = error.schema["properties"]
            # A long name would be echoed in the pointer, so its fault is placed on the object that holds it.
            places = {
                name: (*path, name) if len(name) <= _LONGEST_ECHO else path for name in given if name not in known
            }
            hint = f"is not known here; known are {', '.join(known)}"
            return [Fault(place, f"{_shown(name)} {hint}") for name, place in places.items()]
        case "type":
            must = f"be {_A_TYPE[accepted]}"
        case "minimum":
            must = f"be at least {accepted}"
        case "maximum":
            must = f"be at most {accepted}"
        case "enum":
            must = f"be one of {', '.join(map(str, accepted))}"
        case "pattern" | "minLength" | "maxLength":
            must = f"look like {error.schema['examples'][0]}"
        case keyword:
            must = f"satisfy {keyword} {_shown(accepted)}"
    return [Fault(path, f"{path[-1] if path else 'the input'} must {must}, got {_shown(given)}")]


def _shown(value: object) -> str:
    """Show a short, printable ASCII piece of an input.

    >>> _shown("8"), _shown([1, 2]), _shown("x" * 100)
    ('"8"', 'an array', '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...')
    """
    if isinstance(value, dict | list):
        return _A_TYPE["object" if isinstance(value, dict) else "array"]
    text = json.dumps(value)
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."
