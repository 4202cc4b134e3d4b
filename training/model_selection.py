"""Model selection: the settings of each building, by validations within the training part that look like the use."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import sqrt
from typing import Any, NamedTuple

import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from forecast_core.site_calendar import SiteCalendar

from .forest import N_TREES, Settings, fit_trees, fitted_hours, predict_forest, recent_hours
from .load_profile import make_features
from .public_holidays import PublicHolidays
from .validation import (
    BASELINES,
    FOREST,
    Validation,
    baseline,
    contiguous_fifths,
    formatted,
    mean_absolute_error,
    months_ahead,
    significant,
)

FEWEST_WEEKS_TO_SELECT = 26  # of the training part; with fewer, the defaults of Settings are used

HOLIDAY_MARGIN = 0.03
"""Holidays or outlier days have to make the model better by this share; chance alone brought up to 1 %."""

LEAST_LEAF_MARGIN, LARGEST_LEAF_MARGIN = 0.02, 0.1
"""Leaves that are not the first in order have to be better by the load's relative error, within these bounds:
the noisier a load is, the more a small leaf learns by heart, and the less a small difference means."""

LEAVES = ((20, 10), (20, 0), (20, 15), (1, 0), (1, 15))
"""Hours a leaf and recent trees of 30 that are compared, in order; a leaf of one hour suits a load without noise.
Each leaf is there without recent trees, too, which ``train`` takes if the last weeks are missing.
Further leaves would take more than sixty fits; further shares take none, and are not needed for the goals."""

REFUSAL_MARGIN = 0.03
"""A baseline has to be better by this share, by its score and on the last 20 %, for a model to be refused."""

Fold = tuple[pd.DataFrame, pd.DataFrame]  # the hours to fit on, and those that are held out


class Errors(NamedTuple):
    """The MAE of a forecast in two validations that look like the use."""

    held_out_fifths: float
    next_60_days: float

    @property
    def score(self) -> float:
        """The geometric mean: a share better in one validation makes up for a share worse in the other."""
        return sqrt(self.held_out_fifths * self.next_60_days)


@dataclass(frozen=True)
class Selection:
    """The selected settings, and all that were compared with them.

    :param compared: each with its errors, in order; empty if the training part is too short.
    :param baselines: the errors of each baseline, with the calendar of the selected settings.
    """

    settings: Settings
    compared: Mapping[Settings, Errors]
    baselines: Mapping[str, Errors]

    def table(self, unit: str) -> str:
        """Lay out the comparison for a terminal."""
        if not self.compared:
            return f"less than {FEWEST_WEEKS_TO_SELECT} weeks to select on: {self.settings.summary}"
        heads = f"{'held-out fifths':>17}{'next 60 days':>14}  MAE {unit}"
        lines = [f"{'holidays':14}{'outlier days':14}{'hours a leaf':>12}{'recent trees':>14}{heads}"]
        for settings, errors in self.compared.items():
            maes = f"{formatted(errors.held_out_fifths):>17}{formatted(errors.next_60_days):>14}"
            leaves = f"{settings.hours_a_leaf:>12}{settings.recent_trees:>14}"
            selected = "  selected" if settings == self.settings else ""
            lines.append(f"{settings.holidays:14}{settings.outlier_days:14}{leaves}{maes}{selected}")
        return "\n".join(lines)

    def better_baseline(self, validation: Validation) -> str | None:
        """Name a baseline that is clearly better than the forest, in the comparison and on the last 20 %.

        Without a comparison there is none.
        """
        for name, errors in self.baselines.items():
            compared = self.compared[self.settings].score, errors.score
            tested = validation.scores[FOREST].mae, validation.scores[name].mae
            if all(ours > other * (1 + REFUSAL_MARGIN) for ours, other in (compared, tested)):
                return name
        return None

    def figures(self) -> dict[str, Any]:
        """Return the selected settings as JSON, and the comparison."""
        return {
            **_as_json(self.settings),
            "compared": [
                _as_json(settings) | {f"mae_{name}": significant(mae) for name, mae in errors._asdict().items()}
                for settings, errors in self.compared.items()
            ],
        }


def _as_json(settings: Settings) -> dict[str, Any]:
    return {
        "holidays": settings.holidays,
        "outlier_days": settings.outlier_days,
        "hours_a_leaf": settings.hours_a_leaf,
        "recent_trees": settings.recent_trees,
    }


def select_settings(train: pd.Series, calendar: SiteCalendar, public: PublicHolidays, seed: int = 0) -> Selection:
    """Select holidays, then outlier days, then hours a leaf and recent trees.

    :param train: the training part; nothing else is looked at.
    :param calendar: of the site, with its closures, which always count, and without public holidays.
    """
    calendars = {"none": calendar}
    if public.as_they_fall:
        for kind, holidays in {"as they fall": public.as_they_fall, "as observed": public.as_observed}.items():
            counted = frozenset({*calendar.holidays, *holidays})
            # Hours of years whose holidays are not listed are not forecast.
            calendars[kind] = replace(calendar, holidays=counted, known_years=public.listed)
    comparison = Comparison(train, seed)
    if train.index[-1] - train.index[0] < pd.Timedelta(weeks=FEWEST_WEEKS_TO_SELECT):
        # Too little to measure it: most buildings are quiet on holidays, and fewer on substitute days.
        kind = "as they fall" if public.as_they_fall else "none"
        return Selection(Settings(kind, calendars[kind]), {}, {})
    # Recent trees know next to no holidays, so these are compared without them; LEAVES adds them.
    plain = [Settings(holidays, each, recent_trees=0) for holidays, each in calendars.items()]
    selected = comparison.best(plain, HOLIDAY_MARGIN)
    selected = comparison.best([selected, replace(selected, leave_out_outlier_days=True)], HOLIDAY_MARGIN)
    leaves = [replace(selected, hours_a_leaf=hours, recent_trees=recent) for hours, recent in LEAVES]
    noise = comparison.errors[selected].score / max(float(train.abs().mean()), 1e-30)
    selected = comparison.best(leaves, min(max(noise, LEAST_LEAF_MARGIN), LARGEST_LEAF_MARGIN))
    return Selection(selected, comparison.errors, comparison.baseline_errors(selected))


def quietest_weekday(power: pd.Series, calendar: SiteCalendar, among: frozenset[int]) -> int:
    """Find which of some weekdays has the lowest mean power; if there is no such day, take the last; 0 is Monday.

    Holidays are like a rest day of the country's weekend, whichever other days the building rests on.
    """
    by_weekday = power.groupby(power.index.tz_convert(calendar.time_zone).day_of_week).mean()
    known = by_weekday[by_weekday.index.isin(among)]
    return max(among) if known.empty else int(known.idxmin())


@dataclass
class Comparison:
    """Errors of settings on the training part; each group of trees is fitted once, and serves all shares of it."""

    train: pd.Series
    seed: int
    errors: dict[Settings, Errors] = field(default_factory=dict)
    _folds: dict[SiteCalendar, list[list[Fold]]] = field(default_factory=dict)
    _trees: dict[Hashable, RandomForestRegressor] = field(default_factory=dict)
    _forecasts: dict[Hashable, pd.Series] = field(default_factory=dict)

    def best(self, candidates: Sequence[Settings], margin: float) -> Settings:
        """Take the first whose score is within the margin of the smallest."""
        for settings in candidates:
            if settings not in self.errors:
                self.errors[settings] = self._measure(settings.calendar, partial(self._forecast, settings))
        smallest = min(self.errors[settings].score for settings in candidates)
        return next(each for each in candidates if self.errors[each].score <= smallest * (1 + margin))

    def baseline_errors(self, settings: Settings) -> dict[str, Errors]:
        """Measure the baselines with the calendar of some settings."""
        return {name: self._measure(settings.calendar, partial(baseline, weeks)) for name, weeks in BASELINES.items()}

    def _measure(self, calendar: SiteCalendar, forecast: Callable[[pd.DataFrame, pd.DataFrame], pd.Series]) -> Errors:
        if calendar not in self._folds:
            hours = make_features(self.train, calendar)
            self._folds[calendar] = [list(contiguous_fifths(hours)), list(months_ahead(hours))]
        return Errors(
            *(
                mean_absolute_error(
                    pd.concat([held_out for _, held_out in folds]), pd.concat([forecast(*fold) for fold in folds])
                )
                for folds in self._folds[calendar]
            )
        )

    def _forecast(self, settings: Settings, fit: pd.DataFrame, held_out: pd.DataFrame) -> pd.Series:
        """Forecast as a forest of these settings would, near enough: ``fit_forest`` has fewer trees of each kind.

        All shares of recent trees are then compared by two fits.
        """
        fitted = fitted_hours(fit, settings)
        share = settings.recent_trees / N_TREES
        forecast = (1 - share) * self._forecast_of_trees(settings, fitted, held_out)
        if share:
            forecast += share * self._forecast_of_trees(settings, recent_hours(fitted), held_out)
        return forecast

    def _forecast_of_trees(self, settings: Settings, fitted: pd.DataFrame, held_out: pd.DataFrame) -> pd.Series:
        # Trees are fitted once for all parts that leave the same hours, as four of five fifths leave the last weeks.
        trees = replace(settings, recent_trees=0), fitted.index.asi8.tobytes()
        if trees not in self._trees:
            self._trees[trees] = fit_trees(fitted, settings, N_TREES, seed=self.seed)
        forecast = trees, held_out.index.asi8.tobytes()
        if forecast not in self._forecasts:
            self._forecasts[forecast] = predict_forest(self._trees[trees], held_out)
        return self._forecasts[forecast]
