"""What can be wrong with a request; ``problem.py`` turns it into a response."""

from collections.abc import Sequence
from typing import NamedTuple

from forecast_core.errors import ForecastError

MOST_ERRORS = 20  # that a response lists; it gives their true number all the same


class MalformedInput(ForecastError):
    """The input cannot be read without guessing: it is not JSON, or not a query string."""


class InputTooLarge(ForecastError):
    """The body is over the limit."""


class QueryStringTooLong(ForecastError):
    """The query string is over the limit."""


class UnsupportedMediaType(ForecastError):
    """The body does not claim to be JSON."""


class InputError(NamedTuple):
    """What is wrong at one place of an input; the path has the member names and positions from the root."""

    path: tuple[str | int, ...]
    detail: str


class SchemaViolation(ForecastError):
    """The input is well-formed and does not fit its schema.

    :param errors: the first ones, sorted by place.
    :param n_errors: how many there are in all.
    """

    def __init__(self, schema_name: str, errors: Sequence[InputError], n_errors: int) -> None:
        counted = "1 error" if n_errors == 1 else f"{n_errors} errors"
        if n_errors > len(errors):
            counted += f", of which {len(errors)} are listed"
        super().__init__(f"the input does not fit the schema {schema_name}: {counted}")
        self.errors = errors
