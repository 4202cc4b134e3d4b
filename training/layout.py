"""What the user says of a file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """What the user says of a file.

    :param time_column: the name of the column of labels.
    :param value_column: the name of the column of mean power.
    :param label_side: whether a label names the ``start`` or the ``end`` of its interval.
    :param local_time: whether labels are on the site's local clock, instead of in its standard time.
    :param year: date the first event in this year; the hours stay in order, and labels mean the same hours.
        The published file is dated in the year that it simulates, unless another is named.
    """

    time_column: str = "ds"
    value_column: str = "y"
    label_side: str = "end"
    local_time: bool = False
    year: int | None = None


AS_PUBLISHED = Layout()
