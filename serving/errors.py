"""What can be wrong with a request, before the forecast itself.

ForecastError
├── MalformedInput        not JSON, or not a query string
├── InputTooLarge         a body over the limit
├── UnsupportedMediaType  a body that does not claim to be JSON
└── SchemaViolation       well-formed, and not what the schema accepts
"""

from forecast_core.errors import ForecastError

from .validation import Fault


class MalformedInput(ForecastError):
    """The input cannot be read without guessing."""


class InputTooLarge(ForecastError):
    """The body is over the limit."""


class UnsupportedMediaType(ForecastError):
    """The body's media type is not JSON."""


class SchemaViolation(ForecastError):
    """The input is well-formed and does not fit its schema.

    :param schema_name: the schema that it does not fit.
    :param faults: all of them, sorted by place.
    """

    def __init__(self, schema_name: str, faults: list[Fault]) -> None:
        super().__init__(f"the input does not fit the schema {schema_name}")
        self.schema_name = schema_name
        self.faults = faults
