"""A way to forecast, and the protocols that it can be put to."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import pandas as pd

from benchmarks.protocols import LAST_FIFTH, Protocol

Forecast = Callable[[pd.Series, pd.DatetimeIndex], pd.Series]
"""From the hours to learn from, and the starts of those to forecast, to a forecast of the latter."""


@dataclass(frozen=True)
class Method:
    """A way to forecast.

    :param runs: one for each seed; the errors are averaged over them.
    :param library: the package that must be installed for it, beyond those of training.
    :param needs_contiguous_past: whether it makes sense only for hours that follow those it learns from.
    :param knows_test_past: whether it looks at test hours, though only at those before the hour it forecasts.
    """

    name: str
    runs: tuple[Forecast, ...]
    library: str | None = None
    needs_contiguous_past: bool = False
    knows_test_past: bool = False

    def obstacle(self, protocol: Protocol) -> str | None:
        """Say what keeps the method from a protocol, in a few words; None if nothing does."""
        if self.library is not None and find_spec(self.library) is None:
            return "not installed"
        if self.knows_test_past and protocol.name != LAST_FIFTH:
            return f"{LAST_FIFTH} only"
        if self.needs_contiguous_past and not protocol.in_time_order:
            return "in time order only"
        return None
