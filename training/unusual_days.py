"""What the model is told of unusual days: chosen by cross-validation, and told only if it helps."""

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from forecast_core.calendar import SiteCalendar

from .encoded_hours import POWER, encode_hours
from .forest import Treatment, fit_forest, predict_forest
from .public_holidays import PublicHolidays
from .splits import folds_of_weeks
from .validation import Score, shown, significant

WORTH_IT = 0.02
"""Share of the error by which knowing more must pay: chance brought up to 1 % on generated loads, holidays 20 to 30."""


@dataclass(frozen=True)
class Choice:
    """The treatment that was chosen: the simplest one whose error is hardly larger than the smallest.

    :param errors: the MAE of all that were compared, the simplest first.
    :param has_weekly_pattern: whether weekdays tell anything; if not, holidays are not compared.
    """

    treatment: Treatment
    errors: list[tuple[Treatment, float]]
    has_weekly_pattern: bool

    def table(self, unit: str) -> str:
        """Lay out the comparison for a terminal."""
        lines = [f"{'holidays':14}{'atypical days':14}{'MAE ' + unit:>12}  held-out weeks of the first 80 %"]
        for treatment, mae in self.errors:
            chosen = "  chosen" if treatment is self.treatment else ""
            lines.append(f"{treatment.holidays:14}{treatment.atypical_days:14}{shown(mae):>12}{chosen}")
        if not self.has_weekly_pattern:
            lines.append("The load has no weekly pattern, so a holiday is a day like any other.")
        return "\n".join(lines)

    def figures(self) -> dict[str, Any]:
        """Give the choice as JSON."""
        return {
            "holidays": self.treatment.holidays,
            "atypical_days": self.treatment.atypical_days,
            "weekly_pattern": self.has_weekly_pattern,
            "compared": [
                {"holidays": told.holidays, "atypical_days": told.atypical_days, "mae": significant(mae)}
                for told, mae in self.errors
            ],
        }


def choose_treatment(train: pd.Series, calendar: SiteCalendar, public: PublicHolidays) -> Choice:
    """Compare treatments by cross-validation on whole weeks of the training part alone.

    :param calendar: of the site, without holidays.
    """
    plain, plain_hours = Treatment("none", calendar, leave_out_atypical_days=False), encode_hours(train, calendar)
    plain_mae = _held_out_mae(plain_hours, plain)
    of_one_weekday = plain_hours.assign(day_of_week_sin=np.float32(0), day_of_week_cos=np.float32(1))
    has_weekly_pattern = plain_mae * (1 + WORTH_IT) < _held_out_mae(of_one_weekday, plain)

    calendars = {"none": calendar}
    if public.as_they_fall and has_weekly_pattern:
        rest_weekday = quietest_weekday(train, calendar, public.weekend)
        known = public.listed(calendar.known_years, calendar.last_event_start.year)
        for kind, holidays in {"as they fall": public.as_they_fall, "as observed": public.as_observed}.items():
            calendars[kind] = replace(calendar, holidays=holidays, rest_weekday=rest_weekday, known_years=known)

    told = [Treatment(*kind, leave_out) for leave_out in (False, True) for kind in calendars.items()][1:]
    maes = [_held_out_mae(encode_hours(train, each.calendar), each) for each in told]
    errors = [(plain, plain_mae), *zip(told, maes, strict=True)]
    acceptable = min(mae for _, mae in errors) * (1 + WORTH_IT)
    chosen = next(treatment for treatment, mae in errors if mae <= acceptable)
    return Choice(chosen, errors, has_weekly_pattern)


def quietest_weekday(power: pd.Series, calendar: SiteCalendar, among: Set[int]) -> int:
    """Find which of some weekdays has the lowest mean power; 0 is Monday."""
    by_weekday = power.groupby(power.index.tz_convert(calendar.time_zone).day_of_week).mean()
    return int(by_weekday[by_weekday.index.isin(among)].idxmin())


def _held_out_mae(hours: pd.DataFrame, treatment: Treatment) -> float:
    """Measure the error on hours whose week the model has not seen; no hour is left out of that."""
    folds = [predict_forest(fit_forest(fit, treatment, seed=0), held_out) for fit, held_out in folds_of_weeks(hours)]
    return Score.of(hours[POWER], pd.concat(folds).sort_index()).mae
