"""Is a model still right, and is a candidate better? The rules, and a sentence with the reason.

Two rules say that a model is outdated. Both look at the last weeks only, and ask whether the errors repeat themselves:

- *level*: the mean error of these weeks is larger than weeks that the model had not seen explain (model card);
- *shape*: what the other weeks say of an hour of the week makes the errors of each week smaller.
"""

from calendar import day_name
from dataclasses import dataclass
from datetime import date, timedelta
from math import comb
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast_core.forecaster import Forecaster

from .load_profile import FEWEST_WEEKS as FEWEST_TRAINING_WEEKS
from .load_profile import POWER
from .validation import formatted

WEEK = pd.Timedelta(weeks=1)
HOURS_OF_WEEK = 7 * 24
FEWEST_WEEKS = 6  # of newer measurements; with fewer, it is too early for a verdict
WINDOWS = (8, 6, 4)  # the last weeks that the rule of the level looks at; a change of four weeks ago shows in the last
SHAPE_WINDOWS = (8, 6)  # four weeks are too few to tell what repeats itself from chance

LEVEL_THRESHOLD = 2.75
"""Standard deviations of the mean error of some weeks; ``python -m benchmarks.evaluation`` measures false alarms."""
GO_TOGETHER = 3.0  # (1 + r) / (1 - r), by which the variance of a mean grows if errors of weeks correlate with r = 0.5
LEAST_SPREAD = 0.001  # of the load: a load without noise has no spread, and a tiny change of it is none to act on
LEAST_GAIN, FEWEST_BETTER = 0.1, 0.85  # of the rule of the shape: of the errors, and of the weeks

SIGNIFICANT = 0.1  # of a sign test; better in each of four weeks by chance alone happens in 6 % of cases


class Verdict(NamedTuple):
    """A sentence with its reason and what to do; an alarm says that the model in service should be replaced."""

    is_alarm: bool
    text: str


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
    :param number: of the week of each hour, from 0. Hours before the first whole week have none (-1),
        nor have those of a week that lacks more than half of its hours.
    """

    hours: pd.DataFrame
    number: pd.Series

    @classmethod
    def of(cls, hours: pd.DataFrame) -> "Weeks":
        """Count weeks backwards from the last hour, so that the newest are whole."""
        backwards = pd.Series((hours.index[-1] - hours.index) // WEEK, index=hours.index)
        # A meter's first day is seldom whole, and with most of its hours, the week is one.
        n_whole = int((hours.index[-1] + pd.Timedelta(days=1) - hours.index[0]) // WEEK)
        counts = backwards[backwards < n_whole].value_counts()
        oldest_first = sorted(counts.index[counts >= HOURS_OF_WEEK / 2], reverse=True)
        numbers = {week: number for number, week in enumerate(oldest_first)}
        return cls(hours, backwards.map(numbers).fillna(-1).astype(int))

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
    spread = max(spread, LEAST_SPREAD * float(weeks.hours["forecast"].abs().mean()), 1e-30)
    strengths = [
        Rule("level", n, float(abs(errors[-n:].mean()) / (LEVEL_THRESHOLD * spread * np.sqrt(GO_TOGETHER / n))))
        for n in WINDOWS
        if len(errors) >= n
    ]
    return max(strengths, key=lambda rule: rule.strength, default=Rule("level", 0, 0.0))


def shape_rule(weeks: Weeks) -> Rule:
    """Predict the errors of each of the last weeks from those of the others, hour by hour of the week.

    First the level is taken away week by week: what a constant and the forecast explain of the errors,
    so that neither a new base load nor a change in proportion counts as another shape.
    What is left is averaged over the other weeks, and shrunk by (n - 1) / (n + 1) for n weeks,
    as if the scatter between weeks had twice the variance of what repeats itself.
    """
    strengths = [
        Rule("shape", n_weeks, _gain_from_others(weeks, n_weeks) / LEAST_GAIN)
        for n_weeks in SHAPE_WINDOWS
        if weeks.count >= n_weeks
    ]
    return max(strengths, key=lambda rule: rule.strength, default=Rule("shape", 0, 0.0))


def _gain_from_others(weeks: Weeks, n_weeks: int) -> float:
    """Tell by which share of all their errors the last weeks get better; 0 if too few of them do.

    The errors of the level count, too: beside a large one, a small change of shape decides nothing.
    """
    used = weeks.number >= weeks.count - n_weeks
    hours, number = weeks.hours[used], weeks.number[used]
    left = pd.concat([_without_level(hours[number == week]) for week in number.unique()])
    of_hour_of_week = left.groupby([hours["day_of_week"], hours["hour_of_day"]])
    sums, counts = (of_hour_of_week.transform(how) for how in ("sum", "count"))
    mean_of_others = (sums - left) / (counts - 1).clip(lower=1)
    shrunk = mean_of_others * (n_weeks - 1) / (n_weeks + 1)
    before, after = (each.abs().groupby(number).sum() for each in (left, left - shrunk))
    if not before.sum() or float((after < before).mean()) < FEWEST_BETTER:
        return 0.0
    return float((before.sum() - after.sum()) / hours["residual"].abs().sum())


def _without_level(week: pd.DataFrame) -> pd.Series:
    level = np.column_stack([np.ones(len(week)), week["forecast"]])
    coefficients, *_ = np.linalg.lstsq(level, week["residual"].to_numpy(), rcond=None)
    return week["residual"] - level @ coefficients


def judge_model(weeks: Weeks, model: Forecaster) -> Verdict:
    """Say whether a model still holds."""
    if weeks.count < FEWEST_WEEKS:
        return Verdict(False, f"Too early to say: {weeks.count} whole weeks are new, and {FEWEST_WEEKS} are needed.")
    # The mean of held-out weeks is near zero, as that of a forest's errors is; what counts is how far weeks differ.
    spread = model.card.expected_errors["mean_error_by_week"]["standard_deviation"]
    level, shape = level_rule(weeks, spread), shape_rule(weeks)
    if max(level.strength, shape.strength) <= 1:
        return Verdict(False, "The model holds: its errors of the last weeks do not repeat themselves.")
    rule = max(level, shape, key=lambda rule: rule.strength)
    since = change_since(weeks, rule.weeks)
    reason = _level_reason(weeks, since) if rule is level else _shape_reason(weeks, rule.weeks)
    if _is_unseen_season(weeks, model):
        return Verdict(False, f"The season is not in the training data, so wait until it is: {reason}.")
    return Verdict(True, f"The model is outdated: {reason}. {_what_to_do(weeks, since)}")


def change_since(weeks: Weeks, window: int) -> date:
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


def _level_reason(weeks: Weeks, since: date) -> str:
    last = weeks.hours[weeks.hours.index.date >= since]
    change, size = float(last["residual"].mean()), float(last["forecast"].abs().mean())
    side = "above" if change > 0 else "below"
    if not size:
        return f"the load is {side} zero, which was the forecast, since the week of {since.day} {since:%B %Y}"
    share = change / size
    percent = f"{abs(share):.0%}" if abs(share) >= 0.01 else f"{abs(share):.1%}"
    return f"the load is {percent} {side} the forecast since the week of {since.day} {since:%B %Y}"


def _shape_reason(weeks: Weeks, window: int) -> str:
    last = weeks.hours[weeks.number >= weeks.count - window]
    by_weekday = last["residual"].groupby(last["day_of_week"]).mean().abs()
    weekday = int(by_weekday.idxmax())
    if by_weekday[weekday] > by_weekday.drop(weekday).sum():
        return f"the load has another shape on {day_name[weekday]}s"
    by_hour = last["residual"].groupby(last["hour_of_day"]).mean().abs()
    hours = ", ".join(f"{hour}:00" for hour in sorted(by_hour.nlargest(3).index))
    return f"the load has another shape, most of all at {hours}"


def _is_unseen_season(weeks: Weeks, model: Forecaster) -> bool:
    """Tell whether the last weeks' days of the year are more than two weeks from all days of the training data.

    The last four weeks are looked at: the start of a longer window may lie in the season before.
    Days between its first and last hour count as its days; the card does not say which of them are missing.
    """
    first, end = (time.date() for time in (model.calendar.first_event_start, model.calendar.end_of_data))
    near = pd.date_range(first - 2 * WEEK, end + 2 * WEEK).day_of_year
    return set(near).isdisjoint(weeks.hours["day_of_year"].iloc[-4 * HOURS_OF_WEEK :])


def _what_to_do(weeks: Weeks, since: date) -> str:
    ready = since + timedelta(weeks=FEWEST_TRAINING_WEEKS)
    if ready <= (weeks.hours.index[-1] + pd.Timedelta(hours=1)).date():
        return f"Train it on the measurements since then: train.py --since {since} --replaces MODEL."
    needs = f"{FEWEST_TRAINING_WEEKS} weeks that train.py --since {since} needs"
    return f"From {ready.day} {ready:%B %Y} on, there are the {needs}."


def judge_candidate(weeks: Weeks, forecast: pd.Series) -> Verdict:
    """Compare the weekly errors by a sign test: weeks are few, and one odd week must not decide.

    :param forecast: the candidate's; the model's is in ``weeks``.
    """
    model, candidate = (weeks.mean((each - weeks.hours[POWER]).abs()) for each in (weeks.hours["forecast"], forecast))
    n_weeks, n_better = len(model), int((candidate < model).sum())
    if not n_weeks:
        return Verdict(False, "Too early to say: there is no whole week that neither model has seen.")
    chance = sum(comb(n_weeks, better) for better in range(n_better, n_weeks + 1)) / 2**n_weeks
    found = (
        f"its error is smaller in {n_better} of {n_weeks} weeks (sign test: {chance:.0%} by chance), "
        f"{formatted(float(candidate.mean()))} against {formatted(float(model.mean()))}"
    )
    if chance <= SIGNIFICANT and candidate.mean() < model.mean():
        return Verdict(True, f"The candidate is better: {found}. Put it into service.")
    return Verdict(False, f"The candidate is not clearly better: {found}. Keep the model.")
