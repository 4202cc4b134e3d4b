"""Fields of accepted inputs, which need not be read and judged again."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

MOST_FIELDS = 1024  # all that a prediction can have are 397, in each form


class KnownFields:
    """The fields of accepted inputs, by the form in which they came.

    No keyword of the schemas relates two fields:
    what was accepted apart is accepted together, if those names were accepted together.
    """

    def __init__(self) -> None:
        self._fields: dict[Hashable, tuple[str, Any]] = {}
        self._names: set[frozenset[str]] = set()

    def recall(self, forms: Sequence[Hashable]) -> dict[str, Any] | None:
        """Give the input that fields in these forms make; None if it has to be read and judged."""
        try:
            fields = dict([self._fields[form] for form in forms])
        except KeyError:
            return None
        return fields if len(fields) == len(forms) and frozenset(fields) in self._names else None

    def remember(self, forms: Sequence[Hashable], fields: Mapping[str, Any]) -> None:
        """Remember an accepted input.

        :param forms: one for each field, in the same order; otherwise the input is not remembered.
            Whatever equals a form has to mean the same field.
        """
        if not forms or len(forms) != len(fields):
            return
        if len(self._fields) + len(fields) > MOST_FIELDS:
            self._fields.clear()
        self._fields.update(zip(forms, fields.items(), strict=True))
        self._names.add(frozenset(fields))
