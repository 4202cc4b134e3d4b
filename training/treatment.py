"""What the model is told of unusual days."""

from dataclasses import dataclass

from forecast_core.calendar import SiteCalendar


@dataclass(frozen=True)
class Treatment:
    """A way to treat unusual days.

    :param holidays: which of them the model is told of: none, as they fall, or as observed.
    :param calendar: of the site, with these holidays.
    :param leave_out_atypical_days: whether the fit leaves out days unlike their neighbours.
    """

    holidays: str
    calendar: SiteCalendar
    leave_out_atypical_days: bool

    @property
    def atypical_days(self) -> str:
        """What becomes of atypical days, in a word or two."""
        return "left out" if self.leave_out_atypical_days else "fitted"
