"""Which holidays count, and whether outlier days are fitted: selected for each building by cross-validation."""

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from forecast_core.site_calendar import SiteCalendar

from .forest import Settings, fit_forest, predict_forest
from .load_profile import POWER, make_features
from .public_holidays import PublicHolidays
from .validation import Score, folds_of_weeks, formatted, significant

MARGIN = 0.02
"""Settings that are not the simplest have to be better by this share: chance alone brought up to 1 % on generated
loads, and holidays 20 to 30 %."""


@dataclass(frozen=True)
class Selection:
    """The selected settings: the simplest whose error is within the margin of the smallest.

    :param errors: the MAE of all settings that were compared, the simplest first.
    :param has_weekly_pattern: whether weekdays help at all; if not, holidays are not compared.
    """

    settings: Settings
    errors: list[tuple[Settings, float]]
    has_weekly_pattern: bool

    def table(self, unit: str) -> str:
        """Lay out the comparison for a terminal."""
        lines = [f"{'holidays':14}{'outlier days':14}{'MAE ' + unit:>12}  held-out weeks of the first 80 %"]
        for settings, mae in self.errors:
            selected = "  selected" if settings is self.settings else ""
            lines.append(f"{settings.holidays:14}{settings.outlier_days:14}{formatted(mae):>12}{selected}")
        if not self.has_weekly_pattern:
            lines.append("The load has no weekly pattern, so holidays were not tried.")
        return "\n".join(lines)

    def figures(self) -> dict[str, Any]:
        """Return the comparison as JSON."""
        return {
            "holidays": self.settings.holidays,
            "atypical_days": self.settings.outlier_days,
            "weekly_pattern": self.has_weekly_pattern,
            "compared": [
                {"holidays": settings.holidays, "atypical_days": settings.outlier_days, "mae": significant(mae)}
                for settings, mae in self.errors
            ],
        }


def select_settings(train: pd.Series, calendar: SiteCalendar, public: PublicHolidays) -> Selection:
    """Compare settings by cross-validation on whole weeks of the training part.

    :param calendar: of the site, without holidays.
    """
    plain, plain_hours = Settings("none", calendar, leave_out_outlier_days=False), make_features(train, calendar)
    plain_mae = _held_out_mae(plain_hours, plain)
    of_one_weekday = plain_hours.assign(day_of_week_sin=np.float32(0), day_of_week_cos=np.float32(1))
    has_weekly_pattern = plain_mae * (1 + MARGIN) < _held_out_mae(of_one_weekday, plain)

    calendars = {"none": calendar}
    if public.as_they_fall and has_weekly_pattern:
        rest_weekday = quietest_weekday(train, calendar, public.weekend)
        for kind, holidays in {"as they fall": public.as_they_fall, "as observed": public.as_observed}.items():
            calendars[kind] = replace(calendar, holidays=holidays, rest_weekday=rest_weekday, known_years=public.listed)

    others = [Settings(*kind, leave_out) for leave_out in (False, True) for kind in calendars.items()][1:]
    maes = [_held_out_mae(make_features(train, each.calendar), each) for each in others]
    errors = [(plain, plain_mae), *zip(others, maes, strict=True)]
    acceptable = min(mae for _, mae in errors) * (1 + MARGIN)
    selected = next(settings for settings, mae in errors if mae <= acceptable)
    return Selection(selected, errors, has_weekly_pattern)


def quietest_weekday(power: pd.Series, calendar: SiteCalendar, among: Set[int]) -> int:
    """Find which of some weekdays has the lowest mean power; 0 is Monday."""
    by_weekday = power.groupby(power.index.tz_convert(calendar.time_zone).day_of_week).mean()
    return int(by_weekday[by_weekday.index.isin(among)].idxmin())


def _held_out_mae(hours: pd.DataFrame, settings: Settings) -> float:
    """Measure the MAE on hours whose week the model has not seen; outlier days count, too."""
    folds = [predict_forest(fit_forest(fit, settings, seed=0), held_out) for fit, held_out in folds_of_weeks(hours)]
    return Score.of(hours[POWER], pd.concat(folds).sort_index()).mae
