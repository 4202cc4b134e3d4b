"""The errors that this project raises on purpose: ForecastError and its subclasses."""

from dataclasses import dataclass

LONGEST_QUOTE = 40  # characters of foreign text in a message
LONGEST_LINE = 500


class ForecastError(Exception):
    """The base class; the text is written for the user."""


class InvalidModel(ForecastError):
    """A model file or its card is missing, damaged, or made for another version of the contract."""


@dataclass(eq=False)
class DataError(ForecastError):
    """Training data or an option is at fault.

    :param reason: what is wrong, and how to mend it.
    :param line: of the file; the header is line 1.
    :param value: as it stands in the file.

    >>> print(DataError("is not a number", file="load.csv", line=5, column="y", value="abc"))
    load.csv: line 5: y 'abc' is not a number
    """

    reason: str
    file: str | None = None
    line: int | None = None
    column: str | None = None
    value: object = None

    def __str__(self) -> str:
        places = [self.file, None if self.line is None else f"line {self.line}"]
        cell = "" if self.column is None else f"{quoted(self.column)[1:-1]} {quoted(self.value)} "
        return ": ".join([*filter(None, places), cell + self.reason])


class MalformedJson(ForecastError):
    """A text is not JSON (RFC 8259), or JSON that two readers would understand differently (RFC 7493)."""


class UnanswerableInput(ForecastError):
    """An input fits its schema, but it names no hour that can be forecast.

    :param field: the input field at fault.
    :param reason: what is wrong with its value, and what is accepted instead.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field


def quoted(value: object) -> str:
    r"""Quote a short, printable piece of foreign text.

    >>> print(quoted("a\nb"), quoted("x" * 50))
    'a\nb' 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'
    """
    text = str(value)
    return repr(text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}...")


def one_line(text: str) -> str:
    r"""Make a message fit for a terminal and a log: printable, in one line, at most 500 characters.

    >>> print(one_line("cannot read a\nb"), len(one_line("x" * 5000)))
    cannot read a\nb 500
    """
    printable = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
    if len(printable) <= LONGEST_LINE:
        return printable
    return f"{printable[: LONGEST_LINE - 253]}...{printable[-250:]}"  # the end says what to do
