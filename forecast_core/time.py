"""Event starts: when real hours start."""

from datetime import datetime, timedelta

from .errors import UnanswerableInput

EVENT_RESOLUTION = timedelta(hours=1)


def parse_event_start(text: str) -> datetime:
    """Read the time that a request gives as its start, which fits the pattern of the schema ``forecast-request``.

    :returns: aware, in the offset that the text has.
    :raises UnanswerableInput: no calendar has that day.

    >>> parse_event_start("2016-02-29t00:00:00.000z").isoformat()
    '2016-02-29T00:00:00+00:00'
    """
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise UnanswerableInput("start", f"must be a time that the calendar has, got {text}") from error
