"""Hours of a load profile together with what the model is told of them."""

import numpy as np
import pandas as pd

from forecast_core.calendar import OccupantsHour, SiteCalendar
from forecast_core.encoding import FEATURES, encode

POWER = "power"
DAY = "day"


def encode_hours(power: pd.Series, calendar: SiteCalendar) -> pd.DataFrame:
    """Put each hour's occupants' hour and features beside its power.

    :returns: with its index: ``power``, ``day`` (the local date, as midnight), the occupants' ``hour_of_day``,
        ``day_of_week`` and ``day_of_year``, and float32 columns named as ``FEATURES``.
    """
    occupants_hours = [calendar.occupants_hour(start) for start in power.index.to_pydatetime()]
    hours = pd.DataFrame(occupants_hours, index=power.index, columns=OccupantsHour._fields)
    hours[list(FEATURES)] = np.array([encode(hour) for hour in occupants_hours], dtype=np.float32)
    hours[POWER] = power
    hours[DAY] = power.index.tz_convert(calendar.time_zone).normalize().tz_localize(None)
    return hours
