"""Is a model still right on newer measurements, and is a candidate better? Errors by week, and a verdict.

Two rules say that a model is outdated. Both look at the last weeks only, and ask whether the errors repeat themselves:

- *level*: the mean error of these weeks is larger than weeks that the model had not seen explain (model card);
- *shape*: what the other weeks say of an hour of the week makes the errors of each week smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import comb
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from forecast_core.errors import DataError, UnanswerableInput
from forecast_core.forecaster import Forecaster

from .closures import as_lines, find_closures
from .forest import RECENT_WEEKS, Settings, fit_forest, predict_forest
from .load_profile import FEWEST_WEEKS as FEWEST_TRAINING_WEEKS
from .load_profile import POWER, LoadProfile, make_features
from .prediction_interval import HIGH, LOW, QUANTILES, pinball_loss
from .validation import formatted, significant

WEEK = pd.Timedelta(weeks=1)
HOURS_OF_WEEK = 7 * 24
FEWEST_WEEKS = 6  # of newer measurements; with fewer, it is too early for a verdict
WINDOWS = (8, 6, 4)  # the last weeks that the rule of the level looks at; a change of four weeks ago shows in the last
SHAPE_WINDOWS = (8, 6)

LEVEL_THRESHOLD = 2.75
"""Standard deviations of the mean error of some weeks; ``python -m benchmarks.evaluation`` measures false alarms."""
GO_TOGETHER = 3.0  # (1 + r) / (1 - r), by which the variance of a mean grows if errors of weeks correlate with r = 0.5
LEAST_GAIN, FEWEST_BETTER = 0.1, 0.85  # of the rule of the shape: of the errors, and of the weeks

WEEKS_COMPARED = 4  # at the end of the data, by which train.py --replaces compares two models

SIGNIFICANT = 0.1  # of a sign test; better in each of four weeks by chance alone happens in 6 % of cases


class Rule(NamedTuple):
    """What one of the two rules found.

    :param weeks: the window in which it is clearest.
    :param strength: how far beyond its threshold it is; above 1, the model is outdated.
    """

    name: str
    weeks: int
    strength: float


@dataclass(frozen=True)
class Weeks:
    """Newer hours by whole weeks.

    :param hours: with the features, ``power``, ``forecast`` and ``residual`` (actual minus forecast).
    :param number: of the week of each hour, from 0; hours after the last whole week have none (-1).
    """

    hours: pd.DataFrame
    number: pd.Series

    @classmethod
    def of(cls, hours: pd.DataFrame) -> "Weeks":
        """Count weeks backwards from the last hour, so that the newest are whole."""
        end = hours.index[-1] + pd.Timedelta(hours=1)
        backwards = pd.Series(((end - hours.index - pd.Timedelta(hours=1)) // WEEK), index=hours.index)
        n_weeks = int((end - hours.index[0]) // WEEK)
        return cls(hours, (n_weeks - 1 - backwards).clip(lower=-1))

    @property
    def count(self) -> int:
        """How many whole weeks there are."""
        return int(self.number.max()) + 1

    def starts(self) -> pd.Series:
        """When each week starts."""
        return self.hours.index.to_series().groupby(self.number).min().drop(-1, errors="ignore")

    def mean(self, values: pd.Series) -> pd.Series:
        """Average values by week."""
        return values.groupby(self.number).mean().drop(-1, errors="ignore")


def level_rule(weeks: Weeks, spread: float) -> Rule:
    """Compare the mean error of the last weeks with that of weeks that the model had not seen.

    :param spread: standard deviation of the mean error of a held-out week, in the unit of the data.
    """
    errors = weeks.mean(weeks.hours["residual"]).to_numpy()
    strengths = [
        Rule("level", n, float(abs(errors[-n:].mean()) / (LEVEL_THRESHOLD * spread * np.sqrt(GO_TOGETHER / n))))
        for n in WINDOWS
        if len(errors) >= n and spread > 0
    ]
    return max(strengths, key=lambda rule: rule.strength, default=Rule("level", 0, 0.0))


def shape_rule(weeks: Weeks) -> Rule:
    """Predict the errors of each of the last weeks from those of the others, hour by hour of the week.

    First the error that is proportional to the forecast is taken away week by week: that is the level.
    What is left is averaged over the other weeks, and shrunk by (n - 1) / (n + 1) for n weeks.
    """
    strengths = []
    for n_weeks in SHAPE_WINDOWS:
        if weeks.count < n_weeks:
            continue
        used = weeks.number >= weeks.count - n_weeks
        hours, number = weeks.hours[used], weeks.number[used]
        left = pd.concat([_without_level(hours[number == week]) for week in number.unique()])
        key = [hours["day_of_week"], hours["hour_of_day"]]
        sums, counts = (left.groupby(key).transform(how) for how in ("sum", "count"))
        of_others = ((sums - left) / (counts - 1).clip(lower=1)) * (n_weeks - 1) / (n_weeks + 1)
        before, after = (each.abs().groupby(number).sum() for each in (left, left - of_others))
        gain = float((before.sum() - after.sum()) / hours["residual"].abs().sum()) if before.sum() else 0.0
        is_repeated = float((after < before).mean()) >= FEWEST_BETTER
        strengths.append(Rule("shape", n_weeks, gain / LEAST_GAIN if is_repeated else 0.0))
    return max(strengths, key=lambda rule: rule.strength, default=Rule("shape", 0, 0.0))


def _without_level(week: pd.DataFrame) -> pd.Series:
    level = np.column_stack([np.ones(len(week)), week["forecast"]])
    coefficients, *_ = np.linalg.lstsq(level, week["residual"].to_numpy(), rcond=None)
    return week["residual"] - level @ coefficients


@dataclass(frozen=True)
class Scored:
    """A forecast of the newer hours, its name, and its quantiles if it has some."""

    name: str
    forecast: pd.Series
    quantiles: dict[str, pd.Series]

    def figures(self, hours: pd.DataFrame) -> dict[str, float]:
        """Score it on some hours, in the unit of the data."""
        error = (self.forecast - hours[POWER]).reindex(hours.index)
        figures = {"mae": significant(float(error.abs().mean())), "mean_error": significant(float(error.mean()))}
        if self.quantiles:
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
            held = f"{figures['share_within_90_percent_interval']:.0%}" if scored.quantiles else "-"
            loss = formatted(figures["mean_pinball_loss"]) if scored.quantiles else "-"
            errors = f"{formatted(figures['mae']):>12}{formatted(figures['mean_error']):>12}"
            lines.append(f"{scored.name:32}{errors}{held:>9}{loss:>10}")
        lines += [
            "",
            f"{'week of':14}" + "".join(f"{scored.name + ', MAE':>36}" for scored in self.scored[: self._n_models]),
        ]
        for row in self.by_week():
            maes = "".join(f"{formatted(row['mae'][scored.name]):>36}" for scored in self.scored[: self._n_models])
            lines.append(f"{row['week_of']:14}{maes}")
        return "\n".join(lines)

    @property
    def _n_models(self) -> int:
        return sum(bool(scored.quantiles) for scored in self.scored)

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
    try:
        hours = make_features(newer, model.calendar)
        scored = [_forecast(name, each, newer.index) for name, each in models.items()]
    except UnanswerableInput as error:
        raise DataError(f"the newer hours cannot be forecast: {error}") from error
    hours = hours.assign(forecast=scored[0].forecast, residual=newer - scored[0].forecast)
    scored += _without_training(make_features(power, model.calendar), newer.index)
    weeks = Weeks.of(hours)
    is_alarm, verdict = _judge_candidate(weeks, scored) if candidate else _judge_model(weeks, model)
    return Evaluation(
        weeks=weeks, scored=scored, unit=model.card.unit, n_seen=len(power) - len(newer),
        is_alarm=is_alarm, verdict=verdict, notes=_notes(weeks, model),
    )  # fmt: skip


def _forecast(name: str, forecaster: Forecaster, event_starts: pd.DatetimeIndex) -> Scored:
    first, n_hours = event_starts[0], int((event_starts[-1] - event_starts[0]) / pd.Timedelta(hours=1)) + 1
    forecast = forecaster.forecast(first.to_pydatetime(), n_hours, QUANTILES)
    every = pd.date_range(first, periods=n_hours, freq="h")
    quantiles = {share: pd.Series(values, every)[event_starts] for share, values in forecast.quantiles.items()}
    return Scored(name, pd.Series(forecast.means, every)[event_starts], quantiles)


def _without_training(known: pd.DataFrame, event_starts: pd.DatetimeIndex) -> list[Scored]:
    """Forecast each week from the measurements before it: the same hour a week ago, and the mean of eight weeks.

    An hour without such a measurement gets the mean of all that are known by then, and the first week is its own.
    """
    last_week = known[POWER].reindex(event_starts - WEEK).set_axis(event_starts)
    parts = []
    for number in range(int((event_starts[-1] - event_starts[0]) // WEEK) + 1):
        start = event_starts[0] + number * WEEK
        wanted = known[(known.index >= start) & (known.index < start + WEEK) & known.index.isin(event_starts)]
        before = known[(known.index < start) & (known.index >= start - RECENT_WEEKS * WEEK)]
        before = wanted if before.empty else before
        means = before.groupby(["day_of_week", "hour_of_day"])[POWER].mean()
        found = means.reindex(pd.MultiIndex.from_frame(wanted[["day_of_week", "hour_of_day"]]))
        parts.append(pd.Series(found.fillna(before[POWER].mean()).to_numpy(), wanted.index))
    eight_weeks = pd.concat(parts)
    return [
        Scored("the same hour of the last week", last_week.fillna(eight_weeks), {}),
        Scored("the mean of the last 8 weeks", eight_weeks, {}),
    ]


def _judge_model(weeks: Weeks, model: Forecaster) -> tuple[bool, str]:
    if weeks.count < FEWEST_WEEKS:
        return False, f"Too early to say: {weeks.count} whole weeks are new, and {FEWEST_WEEKS} are needed."
    spread = model.card.expected_errors["mean_error_by_week"]["standard_deviation"]
    level, shape = level_rule(weeks, spread), shape_rule(weeks)
    if max(level.strength, shape.strength) <= 1:
        return False, "The model holds: its errors of the last weeks do not repeat themselves."
    rule = max(level, shape, key=lambda rule: rule.strength)
    since = _change(weeks, rule.weeks)
    reason = _level_reason(weeks, rule.weeks, since) if rule is level else _shape_reason(weeks, rule.weeks)
    if _is_unseen_season(weeks, model):
        return False, f"The season is not in the training data, so wait until it is: {reason}."
    return True, f"The model is outdated: {reason}. {_what_to_do(weeks, since)}"


def _change(weeks: Weeks, window: int) -> date:
    """Find since when the errors are like those of the last weeks, hour by hour of the week."""
    residual, key = weeks.hours["residual"], [weeks.hours["day_of_week"], weeks.hours["hour_of_day"]]
    last = residual[weeks.number >= weeks.count - window]
    pattern = last.groupby([values[last.index] for values in key]).mean()
    expected = pattern.reindex(pd.MultiIndex.from_arrays(key)).fillna(0).set_axis(residual.index)
    likeness = weeks.mean(residual * expected) / weeks.mean(expected**2).clip(lower=1e-30)
    first = likeness.index[-1]
    while first - 1 in likeness.index and likeness[first - 1] > 1 / 2:
        first -= 1
    day: date = weeks.starts()[first].date()
    return day


def _level_reason(weeks: Weeks, window: int, since: date) -> str:
    last = weeks.hours[weeks.hours.index.date >= since]
    share = float(last["residual"].mean() / last["forecast"].abs().mean())
    side = "above" if share > 0 else "below"
    return f"the load is {abs(share):.0%} {side} the forecast since the week of {since:%d %B %Y}".replace(" 0", " ")


def _shape_reason(weeks: Weeks, window: int) -> str:
    last = weeks.hours[weeks.number >= weeks.count - window]
    by_weekday = last["residual"].groupby(last["day_of_week"]).mean().abs()
    weekday = int(by_weekday.idxmax())
    if by_weekday[weekday] > by_weekday.drop(weekday).sum():
        name = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")[weekday]
        return f"the load has another shape on {name}"
    by_hour = last["residual"].groupby(last["hour_of_day"]).mean().abs()
    hours = ", ".join(f"{hour}:00" for hour in sorted(by_hour.nlargest(3).index))
    return f"the load has another shape, most of all at {hours}"


def _is_unseen_season(weeks: Weeks, model: Forecaster) -> bool:
    """Tell whether no day of the training data is within two weeks of the last weeks' days of the year."""
    first, end = (time.date() for time in (model.calendar.first_event_start, model.calendar.end_of_data))
    near = pd.date_range(first - 2 * WEEK, end + 2 * WEEK).day_of_year
    return set(near).isdisjoint(weeks.hours["day_of_year"].iloc[-4 * HOURS_OF_WEEK :])


def _what_to_do(weeks: Weeks, since: date) -> str:
    known = (weeks.hours.index[-1].date() - since).days // 7
    if known >= FEWEST_TRAINING_WEEKS:
        return f"Train it on the measurements since then: train.py --since {since} --replaces MODEL."
    ready = pd.Timestamp(since) + FEWEST_TRAINING_WEEKS * WEEK
    needs = f"{FEWEST_TRAINING_WEEKS} weeks that train.py --since {since} needs"
    return f"From {ready:%d %B %Y} on, there are the {needs}.".replace(" 0", " ")


def _judge_candidate(weeks: Weeks, scored: Sequence[Scored]) -> tuple[bool, str]:
    """Compare the weekly errors by a sign test: weeks are few, and one odd week must not decide."""
    model, candidate = (weeks.mean((each.forecast - weeks.hours[POWER]).abs()) for each in scored[:2])
    n_weeks, n_better = len(model), int((candidate < model).sum())
    if not n_weeks:
        return False, "Too early to say: there is no whole week that neither model has seen."
    chance = sum(comb(n_weeks, better) for better in range(n_better, n_weeks + 1)) / 2**n_weeks
    found = (
        f"its error is smaller in {n_better} of {n_weeks} weeks (sign test: {chance:.0%} by chance), "
        f"{formatted(float(candidate.mean()))} against {formatted(float(model.mean()))}"
    )
    if chance <= SIGNIFICANT and candidate.mean() < model.mean():
        return True, f"The candidate is better: {found}. Put it into service."
    return False, f"The candidate is not clearly better: {found}. Keep the model."


def _notes(weeks: Weeks, model: Forecaster) -> list[str]:
    notes = []
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
    if (end := service.calendar.end_of_data) > _start_of_comparison(profile):
        needed = f"{WEEKS_COMPARED} weeks after it are needed"
        raise DataError(f"--replaces: that model has seen the data up to {end}; {needed}")


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
    weeks = Weeks.of(last.assign(forecast=old.forecast, residual=last[POWER] - old.forecast))
    errors = [weeks.mean((forecast - last[POWER]).abs()) for forecast in (new, old.forecast)]
    maes = [float(error.mean()) for error in errors]
    found = (
        f"on the last {WEEKS_COMPARED} weeks, which neither knew, the new model's error is {formatted(maes[0])}, "
        f"that of the model in service {formatted(maes[1])}"
    )
    if maes[0] < maes[1]:
        return True, f"{found}; it is smaller in {int((errors[0] < errors[1]).sum())} of {len(errors[0])} weeks"
    expected, newer = service.card.expected_errors["mae_by_week"], evaluate(profile, service)
    is_off = maes[1] > expected["mean"] + 2 * expected["standard_deviation"]
    if is_off and newer.is_alarm and _change(newer.weeks, WEEKS_COMPARED) >= start.date():
        return (
            True,
            f"{found}; but the load changed within these weeks, so neither could know, and the new model now does",
        )
    return False, found
