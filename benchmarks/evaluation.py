"""How often evaluate.py is wrong: false alarms in unchanged years, and changes that it finds within eight weeks.

``python -m benchmarks.evaluation`` measures generated loads and the published data set's residuals, in some minutes;
``--meters FOLDER`` adds what it says of real meters, and whether retraining then helped.
"""

import argparse
import sys
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import fmean, geometric_mean

import numpy as np
import pandas as pd

from benchmarks.report import Goal, goals_table, markdown, show
from benchmarks.sites import MeterFile, files_of, published_site, settings_of
from forecast_core.errors import DataError
from serving.onnx_model import open_model
from train import train
from training.evaluation import evaluate
from training.forest import fit_forest, predict_forest
from training.load_profile import POWER, make_features, read_load_profile
from training.options import TrainingOptions
from training.prediction_interval import residuals_of
from training.validation import contiguous_fifths, folds_of_weeks, mean_absolute_error
from training.verdict import HOURS_OF_WEEK, WEEK, Weeks, level_rule, shape_rule

WEEKS_OF_YEAR, FIRST_LOOK, WEEKS_BETWEEN_LOOKS, WEEKS_TO_FIND = 52, 8, 4, 8
N_YEARS, N_CHANGED = 200, 100

SPREADS = (0.06, 0.12)
"""Standard deviation of the factor by which the load of a week differs; the goals are for the first."""
CORRELATION = 0.3  # of the factors of neighbouring weeks
SPREAD_OF_DAYS, NOISE = 0.03, 3.0  # of the factor of a day; of an hour, in kW
SHARE_TRAINED, FEWEST_WEEKS_AFTER = 0.6, 4  # of a real meter: for the first model, and after an alarm
WEEKS_IN_BLOCK = 4  # of real residuals, which are drawn in blocks so that neighbouring weeks stay together
FRIDAY, HOLDS = 4, "holds"

Change = Callable[[np.ndarray, np.ndarray], np.ndarray]  # from hour of the day and weekday to kW


def office(hour: np.ndarray, weekday: np.ndarray) -> np.ndarray:
    """Return the load of an office: 100 kW in working hours, 40 kW otherwise."""
    return np.where((hour >= 8) & (hour < 18) & (weekday < 5), 100.0, 40.0)


CHANGES: dict[str, Change] = {
    "level + 15 %": lambda hour, weekday: 1.15 * office(hour, weekday),
    "level - 15 %, as if a floor closed": lambda hour, weekday: 0.85 * office(hour, weekday),
    "a schedule one hour earlier": lambda hour, weekday: office((hour + 1) % 24, weekday),
    "closed on Fridays": lambda hour, weekday: np.where(weekday == FRIDAY, 40.0, office(hour, weekday)),
}


def office_year(seed: int, spread: float, change: Change = office, since: int = WEEKS_OF_YEAR) -> pd.DataFrame:
    """Generate a year of an office, and the forecast of a model that knows how it was before.

    :param since: the week from which on the load is another.
    """
    rng = np.random.default_rng(seed)
    index = pd.date_range("2025-01-06T00:00Z", periods=WEEKS_OF_YEAR * HOURS_OF_WEEK, freq="h")
    hour, weekday = index.hour.to_numpy(), index.day_of_week.to_numpy()
    drawn = rng.normal(size=WEEKS_OF_YEAR)
    factors = drawn[:1].tolist()
    for value in drawn[1:]:
        factors.append(CORRELATION * factors[-1] + np.sqrt(1 - CORRELATION**2) * value)
    of_weeks = spread * np.repeat(factors, HOURS_OF_WEEK)
    of_days = np.repeat(rng.normal(scale=SPREAD_OF_DAYS, size=7 * WEEKS_OF_YEAR), 24)
    is_changed = np.arange(len(index)) >= since * HOURS_OF_WEEK
    load = np.where(is_changed, change(hour, weekday), office(hour, weekday))
    power = load * (1 + of_weeks + of_days) + rng.normal(scale=NOISE, size=len(index))
    forecast = office(hour, weekday)
    columns = {"hour_of_day": hour, "day_of_week": weekday, "forecast": forecast, "residual": power - forecast}
    return pd.DataFrame(columns, index)


def resampled_year(residuals: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Put real residuals into another order, in blocks.

    Each week occurs once: weeks that occur twice would predict one another, as those of a changed building do.
    """
    rng, length = np.random.default_rng(seed), WEEKS_IN_BLOCK * HOURS_OF_WEEK
    first = int(rng.integers(WEEKS_IN_BLOCK)) * HOURS_OF_WEEK
    starts = rng.permutation(range(first, len(residuals) - length + 1, length))
    drawn = pd.concat([residuals.iloc[start:][:length] for start in starts])
    return drawn.set_axis(pd.date_range("2025-01-06T00:00Z", periods=len(drawn), freq="h"))


def card_spread(unchanged: pd.DataFrame) -> float:
    """Compute what the model card has: the standard deviation of the mean error of a week."""
    return float(np.std(Weeks.of(unchanged).mean(unchanged["residual"])))


def spread_of_office(seed: int, spread: float) -> float:
    """Compute it from another unchanged year, as that of the training data."""
    return card_spread(office_year(10_000 + seed, spread))


def rules_at(year: pd.DataFrame, look: int, spread: float) -> list[str]:
    """Name the rules that give an alarm after some weeks; they look at the last eight only."""
    weeks = Weeks.of(year.iloc[(look - FIRST_LOOK) * HOURS_OF_WEEK : look * HOURS_OF_WEEK])
    return [rule.name for rule in (level_rule(weeks, spread), shape_rule(weeks)) if rule.strength > 1]


def false_alarms(years: Iterable[tuple[pd.DataFrame, float]]) -> list[float]:
    """Look at unchanged years, each with the spread of a model card, every four weeks.

    :returns: the share of the years with any alarm, and with one of each rule.
    """
    alarms = []
    for year, spread in years:
        looks = range(FIRST_LOOK, len(year) // HOURS_OF_WEEK + 1, WEEKS_BETWEEN_LOOKS)
        alarms.append({rule for look in looks for rule in rules_at(year, look, spread)})
    show(".")
    return [fmean(bool(found & rules) for found in alarms) for rules in ({"level", "shape"}, {"level"}, {"shape"})]


def share_found(change: Change, spread: float) -> float:
    """Change a year at some week, and look four and eight weeks later."""
    found = 0
    for seed in range(N_CHANGED):
        since = int(np.random.default_rng(seed).integers(2, 10)) * WEEKS_BETWEEN_LOOKS
        year, of_card = office_year(20_000 + seed, spread, change, since), spread_of_office(seed, spread)
        looks = range(since + WEEKS_BETWEEN_LOOKS, since + WEEKS_TO_FIND + 1, WEEKS_BETWEEN_LOOKS)
        found += any(rules_at(year, look, of_card) for look in looks)
    show(".")
    return found / N_CHANGED


def measure_false_alarms() -> dict[str, list[float]]:
    """Measure false alarms of generated offices, and of resampled residuals of the published data set."""
    shares = {}
    for spread in SPREADS:
        years = ((office_year(seed, spread), spread_of_office(seed, spread)) for seed in range(N_YEARS))
        shares[f"offices whose weeks differ by {spread:.0%}"] = false_alarms(years)
    site, pools = published_site(), {}
    for name, folds in {"held-out weeks": folds_of_weeks, "held-out fifths": contiguous_fifths}.items():
        held_out = [residuals_of(*fold, site.selection.settings, seed=0) for fold in folds(site.hours)]
        pool = pd.concat(held_out).sort_index()
        pools[name] = pool.assign(forecast=pool[POWER] - pool["residual"])
    spread = card_spread(pools["held-out fifths"])
    for name, pool in pools.items():
        years = ((resampled_year(pool, seed), spread) for seed in range(N_YEARS))
        shares[f"the {site.name}'s residuals of {name}"] = false_alarms(years)
    return shares


def judge_meter(file: MeterFile) -> tuple[str, str, float]:
    """Train on the first 60 % as train.py does, evaluate every four weeks, and fit again when there is an alarm.

    Without an alarm, the model is fitted again half way through the rest.

    :returns: name, verdict, and the error of the new fit on the hours after it, divided by that of the old one.
    """
    profile = read_load_profile(file.path.name, file.path.read_bytes(), file.options)
    power = profile.power
    split = power.index[int(len(power) * SHARE_TRAINED)]
    last_day = split.tz_convert(profile.calendar.time_zone).date() - timedelta(days=1)
    zone, unit = file.options.timezone, file.options.unit
    trained = train(TrainingOptions(data=str(file.path), timezone=zone, unit=unit, until=last_day, force=True))
    model, settings = open_model(trained.content), settings_of(trained.card)
    end = pd.Timestamp(model.calendar.end_of_data)
    n_weeks = int((power.index[-1] - end) / WEEK)
    verdict, refit_at = f"{HOLDS} for {n_weeks} weeks", end + n_weeks // 2 * WEEK
    for look in range(FIRST_LOOK, n_weeks - FEWEST_WEEKS_AFTER + 1, WEEKS_BETWEEN_LOOKS):
        evaluation = evaluate(replace(profile, power=power[power.index < end + look * WEEK]), model)
        if evaluation.is_alarm:
            verdict = f"after {look} weeks: {evaluation.verdict.partition('. ')[0]}"
            refit_at = end + look * WEEK
            break
    hours = make_features(power, settings.calendar)
    later = hours[hours.index >= refit_at]
    old, new = (
        mean_absolute_error(later, predict_forest(fit_forest(hours[hours.index < until], settings, seed=0), later))
        for until in (end, refit_at)
    )
    show(".")
    return file.name, verdict, new / old


def main() -> int:
    """Measure, and print a line for each goal; exit status 1 if one does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation", description=__doc__)
    parser.add_argument("--meters", type=Path, metavar="FOLDER", help="of CSV files and an index.csv: judge these, too")
    folder = parser.parse_args().meters
    warnings.simplefilter("ignore")  # of joblib, for each fit
    shares = measure_false_alarms()
    heads = [f"{N_YEARS} unchanged years, looked at every {WEEKS_BETWEEN_LOOKS} weeks", "any alarm", "level", "shape"]
    print(markdown(heads, [[name, *(f"{share:.1%}" for share in each)] for name, each in shares.items()]), "\n")
    found = {name: [share_found(change, spread) for spread in SPREADS] for name, change in CHANGES.items()}
    heads = [
        f"found within {WEEKS_TO_FIND} weeks, of {N_CHANGED}",
        *(f"weeks differ by {spread:.0%}" for spread in SPREADS),
    ]
    print(markdown(heads, [[name, *(f"{share:.0%}" for share in each)] for name, each in found.items()]), "\n")
    goals = [Goal(f"{name}: at most 5 %", f"{each[0]:.1%}", each[0] <= 0.05) for name, each in shares.items()]
    goals += [Goal(f"{name}: at least 90 %", f"{each[0]:.0%}", each[0] >= 0.9) for name, each in found.items()]
    print(goals_table(goals), "\n")
    if folder:
        judged = [judge_meter(file) for file in files_of(folder)]
        heads = ["meter", "verdict", "MAE afterwards, retrained / old"]
        print(markdown(heads, [[name, verdict, f"{ratio:.2f}"] for name, verdict, ratio in judged]), "\n")
        for holds, what in ((False, "an alarm"), (True, "no alarm")):
            if ratios := [ratio for _, verdict, ratio in judged if verdict.startswith(HOLDS) is holds]:
                better = f"{sum(ratio < 1 for ratio in ratios)} of {len(ratios)} better"
                print(f"Retrained / old, with {what}: geometric mean {geometric_mean(ratios):.2f}, {better}")
    return 0 if all(goal.holds for goal in goals) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DataError as error:
        sys.exit(f"benchmarks.evaluation: {error}")
