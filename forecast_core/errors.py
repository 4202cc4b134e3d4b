"""The errors that this project raises on purpose; serving adds those of a request."""


class ForecastError(Exception):
    """Base of them all; its text is for the user."""


class InvalidModel(ForecastError):
    """A model file or its card is missing, damaged, or made for another contract."""


class DataError(ForecastError):
    """Training data or options are such that no model can be made from them."""


class UnanswerableInput(ForecastError):
    """An input fits its schema, and still names no hour that can be forecast.

    :param field: the input field at fault.
    :param reason: what is wrong with its value and what is accepted instead.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
