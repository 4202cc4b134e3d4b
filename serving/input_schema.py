"""Validation of input by the schema files, with messages that say how to mend it."""

import json
from collections.abc import Mapping
from functools import lru_cache
from heapq import nsmallest
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from forecast_core.contract import schema

from .errors import MOST_ERRORS, InputError, MalformedInput, SchemaViolation
from .query_string import parse_query_string

_MOST_REMEMBERED = 1024  # a prediction has 397 different valid parameters
_LONGEST_ECHO = 40
_A_TYPE = {
    "object": "a JSON object",
    "array": "an array",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
}


class InputSchema:
    """A schema file as the validator of an input.

    :param name: of the schema file, without ending.
    :param remembers_parameters: whether the outcome for each parameter of a query string is remembered.
    """

    def __init__(self, name: str, *, remembers_parameters: bool = False) -> None:
        self.name = name
        self.fields: Mapping[str, Any] = schema(name)["properties"]
        self._required = frozenset(schema(name)["required"])
        self._validator = Draft202012Validator(schema(name))
        self._field_validators = {field: Draft202012Validator(of_field) for field, of_field in self.fields.items()}
        self._valid_parameter = lru_cache(_MOST_REMEMBERED)(self._validate_parameter) if remembers_parameters else None

    def validate_query_string(self, query_string: bytes) -> dict[str, Any]:
        """Read a query string and validate it.

        :raises MalformedInput: it cannot be read.
        :raises SchemaViolation: it does not fit the schema.
        """
        if self._valid_parameter is not None:
            # jsonschema takes far longer than the model, and the same few parameters come again and again.
            # Parameters that are valid alone are valid together, since no keyword relates two of them (a test checks).
            parameters = query_string.split(b"&")
            fields = dict(filter(None, map(self._valid_parameter, parameters)))
            if len(parameters) == len(fields) and fields.keys() == self._required:
                return fields
        return self.validate(parse_query_string(query_string, self.fields))

    def validate(self, instance: Any) -> dict[str, Any]:
        """Validate an input as a whole.

        :returns: its fields; those of type integer are int, also when they came as ``8.0``.
        :raises SchemaViolation: it does not fit the schema.
        """
        unlisted: set[str] = set()
        if isinstance(instance, dict):  # jsonschema repeats all unknown names in one message, which takes long
            unlisted.update([name for name in instance if name not in self.fields][MOST_ERRORS:])
            instance = {name: value for name, value in instance.items() if name not in unlisted}
        if errors := self.errors(instance):
            listed = nsmallest(MOST_ERRORS, errors, key=lambda error: (list(map(str, error.path)), error.detail))
            raise SchemaViolation(self.name, listed, len(errors) + len(unlisted))
        return {name: self._as_typed(name, value) for name, value in instance.items()}

    def errors(self, instance: object) -> set[InputError]:
        """List every error of an input; none if it is valid."""
        found = list(self._validator.iter_errors(instance))
        mistyped = [error.absolute_path for error in found if error.validator == "type"]
        # For a value of the wrong type, the type is all that is reported.
        reported = [error for error in found if error.validator == "type" or error.absolute_path not in mistyped]
        return {each for error in reported for each in _in_our_words(error)}

    def _validate_parameter(self, parameter: bytes) -> tuple[str, Any] | None:
        """Validate one parameter; None if it is not valid, which ``validate`` then explains."""
        try:
            fields = parse_query_string(parameter, self.fields)
        except MalformedInput:
            return None
        for name, value in fields.items():  # one, or none if the parameter is empty
            if name in self.fields and self._field_validators[name].is_valid(value):
                return name, self._as_typed(name, value)
        return None

    def _as_typed(self, name: str, value: Any) -> Any:
        return int(value) if self.fields[name]["type"] == "integer" else value


def _in_our_words(error: ValidationError) -> list[InputError]:
    """Say how to mend a validation error; jsonschema's own messages echo the whole input."""
    path = tuple(error.absolute_path)
    accepted, given = error.validator_value, error.instance
    match error.validator:
        case "required":
            return [InputError((*path, field), f"{field} is required") for field in accepted if field not in given]
        case "additionalProperties":
            known = error.schema["properties"]
            # A long name would be echoed in the pointer, so the pointer leads to the object that holds it.
            places = {
                name: (*path, name) if len(name) <= _LONGEST_ECHO else path for name in given if name not in known
            }
            hint = f"is not a known field; known are {', '.join(known)}"
            return [InputError(place, f"{_shown(name)} {hint}") for name, place in places.items()]
        case "type":
            must = f"be {_A_TYPE[accepted]}"
        case "minimum":
            must = f"be at least {accepted}"
        case "maximum":
            must = f"be at most {accepted}"
        case "enum":
            must = f"be one of {', '.join(map(str, accepted))}"
        case "minItems" | "maxItems":
            number = "one value" if accepted == 1 else f"{accepted} values"
            must = f"have at {'least' if error.validator == 'minItems' else 'most'} {number}"
        case "uniqueItems":
            return [InputError(path, f"{_named(path)} must not repeat a value")]
        case "pattern" | "minLength" | "maxLength" if "examples" in error.schema:  # the fields of the card have none
            must = f"look like {error.schema['examples'][0]}"
        case keyword:
            must = f"satisfy {keyword} {_shown(accepted)}"
    return [InputError(path, f"{_named(path)} must {must}, got {_shown(given)}")]


def _named(path: tuple[str | int, ...]) -> str:
    """Name a place of an input: a field, or an item of one."""
    if not path:
        return "the input"
    return f"an item of {path[-2]}" if isinstance(path[-1], int) else str(path[-1])


def _shown(value: object) -> str:
    """Show a short, printable ASCII piece of an input.

    >>> _shown("8"), _shown([1, 2]), _shown("x" * 100)
    ('"8"', 'an array', '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...')
    """
    if isinstance(value, dict | list):
        return _A_TYPE["object" if isinstance(value, dict) else "array"]
    text = json.dumps(value)
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."
