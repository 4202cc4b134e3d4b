"""The errors of a model and of a candidate on newer measurements, over all and by week, beside simple forecasts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from forecast_core.errors import DataError, UnanswerableInput
from forecast_core.forecaster import Forecaster

from .closures import as_lines, find_closures
from .forest import RECENT_WEEKS, Settings, fit_forest, predict_forest
from .load_profile import POWER, LoadProfile, make_features
from .prediction_interval import HIGH, LOW, QUANTILES, pinball_loss
from .validation import formatted, significant
from .verdict import HOURS_OF_WEEK, WEEK, Weeks, change_since, judge_candidate, judge_model

WEEKS_COMPARED = 4  # at the end of the data, by which train.py --replaces compares two models
FAR_OFF = 2  # standard deviations of the MAE of a single week, above its mean: far for the mean of four weeks


@dataclass(frozen=True)
class Scored:
    """A forecast of the newer hours, its name, and its quantiles if it has some."""

    name: str
    forecast: pd.Series
    quantiles: dict[str, pd.Series]

    @property
    def is_model(self) -> bool:
        """Whether it comes from a model; forecasts that need no training have no quantiles."""
        return bool(self.quantiles)

    def figures(self, hours: pd.DataFrame) -> dict[str, float | None]:
        """Score it on some hours, in the unit of the data; None if it has no forecast of them."""
        error = (self.forecast[hours.index] - hours[POWER]).dropna()
        if error.empty:
            return {"mae": None, "mean_error": None}
        figures: dict[str, float | None] = {
            "mae": significant(float(error.abs().mean())),
            "mean_error": significant(float(error.mean())),
        }
        if self.is_model:
            inside = hours[POWER].between(self.quantiles[LOW][hours.index], self.quantiles[HIGH][hours.index])
            losses = [
                pinball_loss(hours[POWER] - self.quantiles[str(share)][hours.index], share) for share in QUANTILES
            ]
            figures["share_within_90_percent_interval"] = round(float(inside.mean()), 3)
            figures["mean_pinball_loss"] = significant(float(np.mean(losses)))
        return figures


@dataclass(frozen=True)
class Evaluation:
    """The errors on newer hours, and the verdict.

    :param scored: the model first, then the candidate if there is one, then forecasts that need no training.
    :param n_seen: hours that a model had seen, which are left out.
    :param is_alarm: the model is outdated, or the candidate is better.
    :param verdict: a sentence, with its reason and what to do.
    """

    weeks: Weeks
    scored: Sequence[Scored]
    unit: str
    n_seen: int
    is_alarm: bool
    verdict: str
    notes: Sequence[str]

    def table(self) -> str:
        """Lay out the errors, overall and by week, for a terminal."""
        head = f"{'':32}{'MAE ' + self.unit:>12}{'mean error':>12}{'in 90 %':>9}{'pinball':>10}"
        lines = [
            f"{len(self.weeks.hours):,} hours from {self.weeks.hours.index[0]}; {self.n_seen:,} seen hours left out",
            head,
        ]
        for scored in self.scored:
            figures = scored.figures(self.weeks.hours)
            mae, error, loss = (
                "-" if (value := figures.get(name)) is None else formatted(value)
                for name in ("mae", "mean_error", "mean_pinball_loss")
            )
            held = f"{figures['share_within_90_percent_interval']:.0%}" if scored.is_model else "-"
            lines.append(f"{scored.name:32}{mae:>12}{error:>12}{held:>9}{loss:>10}")
        heads = "".join(f"{scored.name + ', MAE':>36}" for scored in self.models)
        lines += ["", f"{'week of':14}{heads}"]
        for row in self.by_week():
            maes = "".join(f"{formatted(row['mae'][scored.name]):>36}" for scored in self.models)
            lines.append(f"{row['week_of']:14}{maes}")
        return "\n".join(lines)

    @property
    def models(self) -> list[Scored]:
        """The model, and the candidate if there is one."""
        return [scored for scored in self.scored if scored.is_model]

    def by_week(self) -> list[dict[str, Any]]:
        """Return the errors of each whole week as JSON."""
        rows = []
        for number, start in self.weeks.starts().items():
            hours = self.weeks.hours[self.weeks.number == number]
            each = {scored.name: scored.figures(hours) for scored in self.scored}
            rows.append(
                {
                    "week_of": f"{start:%Y-%m-%d}",
                    **{key: {name: figures[key] for name, figures in each.items()} for key in ("mae", "mean_error")},
                }
            )
        return rows

    def figures(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {
            "verdict": self.verdict,
            "is_alarm": self.is_alarm,
            "notes": list(self.notes),
            "unit": self.unit,
            "hours": len(self.weeks.hours),
            "seen_hours_left_out": self.n_seen,
            "errors": {scored.name: scored.figures(self.weeks.hours) for scored in self.scored},
            "weeks": self.by_week(),
        }


def evaluate(profile: LoadProfile, model: Forecaster, candidate: Forecaster | None = None) -> Evaluation:
    """Compare forecasts with the hours that no model has seen, and judge.

    :raises DataError: there are no such hours, or they lie outside a model's known years.
    """
    models = {"model": model, **({"candidate": candidate} if candidate else {})}
    power = profile.power
    first = max(each.calendar.end_of_data for each in models.values())
    newer = power[power.index >= first]
    if newer.empty:
        if candidate and (power.index >= model.calendar.end_of_data).any():
            raise DataError(
                "the candidate has seen all these hours; train.py --replaces compares on hours unseen by both"
            )
        raise DataError(f"no hour is after the training data of the model, which ends at {first}; give newer data")
    if any(each.card.unit != model.card.unit for each in models.values()):
        raise DataError("the candidate has another unit than the model; train both with the same --unit")
    recent = power[power.index >= newer.index[0] - RECENT_WEEKS * WEEK]
    try:
        known = make_features(recent, model.calendar)
        scored = [_forecast(name, each, newer.index) for name, each in models.items()]
    except UnanswerableInput as error:
        raise DataError(f"the newer hours cannot be forecast: {error}") from error
    hours = known[known.index >= newer.index[0]]
    hours = hours.assign(forecast=scored[0].forecast, residual=newer - scored[0].forecast)
    scored += _without_training(known, newer.index)
    weeks = Weeks.of(hours)
    is_alarm, verdict = judge_candidate(weeks, scored[1].forecast) if candidate else judge_model(weeks, model)
    return Evaluation(
        weeks=weeks, scored=scored, unit=model.card.unit, n_seen=len(power) - len(newer),
        is_alarm=is_alarm, verdict=verdict, notes=_notes(weeks, *models.values()),
    )  # fmt: skip


def _forecast(name: str, forecaster: Forecaster, event_starts: pd.DatetimeIndex) -> Scored:
    first, n_hours = event_starts[0], int((event_starts[-1] - event_starts[0]) / pd.Timedelta(hours=1)) + 1
    forecast = forecaster.forecast(first.to_pydatetime(), n_hours, QUANTILES)
    every = pd.date_range(first, periods=n_hours, freq="h")
    quantiles = {share: pd.Series(values, every)[event_starts] for share, values in forecast.quantiles.items()}
    return Scored(name, pd.Series(forecast.means, every)[event_starts], quantiles)


def _without_training(known: pd.DataFrame, event_starts: pd.DatetimeIndex) -> list[Scored]:
    """Forecast each week from the measurements before it: the same hour a week ago, and the mean of eight weeks.

    An hour without such a measurement gets the mean of all that are known by then, and is not scored if there are none.
    """
    last_week = known[POWER].reindex(event_starts - WEEK).set_axis(event_starts)
    parts = []
    for number in range(int((event_starts[-1] - event_starts[0]) // WEEK) + 1):
        start = event_starts[0] + number * WEEK
        wanted = known[(known.index >= start) & (known.index < start + WEEK) & known.index.isin(event_starts)]
        before = known[(known.index < start) & (known.index >= start - RECENT_WEEKS * WEEK)]
        means = before.groupby(["day_of_week", "hour_of_day"])[POWER].mean()
        found = means.reindex(pd.MultiIndex.from_frame(wanted[["day_of_week", "hour_of_day"]]))
        parts.append(pd.Series(found.fillna(before[POWER].mean()).to_numpy(), wanted.index))
    eight_weeks = pd.concat(parts)
    return [
        Scored("the same hour of the last week", last_week.fillna(eight_weeks), {}),
        Scored("the mean of the last 8 weeks", eight_weeks, {}),
    ]


def _notes(weeks: Weeks, model: Forecaster, candidate: Forecaster | None = None) -> list[str]:
    notes = []
    # The weekday shift may differ: it only says to which year the training data was moved.
    if candidate and replace(candidate.calendar.convention, weekday_shift=0) != replace(
        model.calendar.convention, weekday_shift=0
    ):
        notes.append(
            "The candidate was trained on timestamps of another meaning (start or end, clock, or time zone); "
            "the newer ones were read as the model's."
        )
    span = (weeks.hours.index[-1] - weeks.hours.index[0]) / pd.Timedelta(hours=1) + 1
    if (missing := round(span - len(weeks.hours))) > span / 10:
        notes.append(f"{missing:,} of {round(span):,} newer hours are missing: check the meter.")
    if closed := find_closures(weeks.hours, model.calendar.rest_weekday):
        notes.append(
            "These days look closed and are in no list; if they were, train with --closures: "
            + "; ".join(as_lines(closed))
        )
    return notes


def check_comparable(profile: LoadProfile, unit: str, service: Forecaster) -> None:
    """Check before the work that a new model can be compared with the one in service.

    :raises DataError: that model has seen the last weeks, or has another unit.
    """
    if service.card.unit != unit:
        raise DataError(f"--replaces: that model is in {service.card.unit} and the data in {unit}; give both one unit")
    start = _start_of_comparison(profile)
    if (end := service.calendar.end_of_data) > start:
        needed = f"{WEEKS_COMPARED} weeks after it are needed"
        raise DataError(f"--replaces: that model has seen the data up to {end}; {needed}")
    n_hours, n_needed = int((profile.power.index >= start).sum()), WEEKS_COMPARED * HOURS_OF_WEEK // 2
    if n_hours < n_needed:
        raise DataError(f"--replaces: the last {WEEKS_COMPARED} weeks have {n_hours} hours; {n_needed} are needed")


def _start_of_comparison(profile: LoadProfile) -> pd.Timestamp:
    return profile.power.index[-1] + pd.Timedelta(hours=1) - WEEKS_COMPARED * WEEK


def compare_with_service(
    profile: LoadProfile, hours: pd.DataFrame, settings: Settings, service: Forecaster, *, seed: int
) -> tuple[bool, str]:
    """Test settings against the model in service on the last four weeks, which neither has seen.

    :param hours: of the whole series, from ``make_features`` with the calendar of the settings.
    :returns: whether the new model may replace the one in service, and why.
    :raises DataError: the model in service cannot forecast these weeks.
    """
    start = _start_of_comparison(profile)
    earlier, last = hours[hours.index < start], hours[hours.index >= start]
    new = predict_forest(fit_forest(earlier, settings, seed=seed), last)
    try:
        old = _forecast("model", service, last.index)
    except UnanswerableInput as error:
        raise DataError(f"--replaces: that model cannot forecast the last weeks: {error}") from error
    weeks = Weeks.of(last)
    errors = [weeks.mean((forecast - last[POWER]).abs()) for forecast in (new, old.forecast)]
    maes = [float(error.mean()) for error in errors]
    found = (
        f"on the last {WEEKS_COMPARED} weeks, which neither knew, the new model's error is {formatted(maes[0])}, "
        f"that of the model in service {formatted(maes[1])}"
    )
    # No sign test: four weeks are too few for one, and who trains again has a reason to.
    if maes[0] < maes[1]:
        return True, f"{found}; it is smaller in {int((errors[0] < errors[1]).sum())} of {len(errors[0])} weeks"
    # The new settings lost. If the building changed within these weeks, they could not know it either,
    # and the model that is fitted on them does; but an alarm alone is not enough to put a worse one into service.
    expected, newer = service.card.expected_errors["mae_by_week"], evaluate(profile, service)
    is_off = maes[1] > expected["mean"] + FAR_OFF * expected["standard_deviation"]
    if is_off and newer.is_alarm and change_since(newer.weeks, WEEKS_COMPARED) >= start.date():
        return (
            True,
            f"{found}; but the load changed within these weeks, so neither could know, and the new model now does",
        )
    return False, found
