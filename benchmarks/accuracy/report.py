"""What the comparison measured, as the tables of docs/accuracy.md; the words around them are in the page itself."""

import pandas as pd

from benchmarks.accuracy.anatomy import worst_days
from benchmarks.accuracy.methods import OURS, Method
from benchmarks.accuracy.protocols import LAST_FIFTH, WEEK_CV, Protocol, Result
from training.load_profile import LoadProfile
from training.model_selection import Selection
from training.prediction_interval import PredictionInterval

Results = dict[tuple[str, str], Result]  # by the names of method and protocol
_MARKS = {"same calendar": " †", "ablation": " ‡"}


def accuracy_report(
    profile: LoadProfile, selection: Selection, interval: PredictionInterval, days: pd.DataFrame,
    protocols: list[Protocol], methods: list[Method], results: Results, unit: str,
) -> str:  # fmt: skip
    """Lay out all that was measured, in Markdown."""
    power, nested, future = profile.power, [fold.share for fold in interval.nested], interval.future
    usual, same, ablation = (_ratios(kind, methods, results) for kind in ("usual", "same calendar", "ablation"))
    seeds = results[OURS, LAST_FIFTH].spread_over_seeds or 0.0
    parts = [
        f"The data: {len(power):,} hourly values, dated {power.index[0]:%Y-%m-%d} to {power.index[-1]:%Y-%m-%d},\n"
        f"sha256 `{profile.sha256[:12]}…`; MAE and RMSE in {unit}.",
        markdown(
            ["protocol", "tested on", "the question it answers"],
            [[protocol.name, protocol.tested_on, protocol.question] for protocol in protocols],
        ),
        _side_by_side(protocols, methods, results),
        "How many times ours the MAE is on the last 20 %:\n"
        f"the usual ways to forecast, at least {min(usual):.1f}; "
        f"libraries given the same calendar (†), {min(same):.1f} to {max(same):.1f};\n"
        f"this project's features without that calendar (‡), {max(ablation):.1f}.\n"
        f"The MAE of ours differs between seeds by {seeds:.1f} {unit} (standard deviation).",
        "### Model selection",
        markdown(
            ["holidays", "outlier days", f"MAE {unit}", ""],
            [
                [settings.holidays, settings.outlier_days, f"{mae:.1f}", "selected" * (settings is selection.settings)]
                for settings, mae in selection.errors
            ],
        ),
        "### The 90 % interval",
        f"Nested, the interval holds {100 * interval.nested_share:.1f} % of the hours,\n"
        f"from {100 * min(nested):.1f} % to {100 * max(nested):.1f} % in each fold;\n"
        f"learnt from the first 80 % alone, it holds {100 * future.share:.1f} % of the last 20 %\n"
        f"({100 * min(future.by_hour):.0f} % to {100 * max(future.by_hour):.0f} % by hour of the day; "
        f"its mean width is {future.mean_width:.1f} {unit}).",
        "### Where the error sits",
        "![by month, hour and weekday, and the ten worst days](validation/error_anatomy.png)",
    ]
    for name in (WEEK_CV, LAST_FIFTH):
        parts += [f"The ten worst days, {name}:", _worst_days_table(results[OURS, name], days)]
    return "\n\n".join(parts)


def markdown(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def _side_by_side(protocols: list[Protocol], methods: list[Method], results: Results) -> str:
    """Order the methods by MAE on the last 20 %, and at the end what knows more than the others."""
    rows = []
    for method in sorted(methods, key=lambda each: (each.kind == "hindsight", *_ratios_of(each, results))):
        name = f"**{method.name}**" if method.name == OURS else method.name + _MARKS.get(method.kind, "")
        ratios = [f"{ratio:.2f}" for ratio in _ratios_of(method, results)]
        rows.append([name, *(_cell(method, protocol, results) for protocol in protocols), *(ratios or [""])])
    return markdown(["method", *(protocol.name for protocol in protocols), "MAE / ours, last 20 %"], rows)


def _cell(method: Method, protocol: Protocol, results: Results) -> str:
    result = results.get((method.name, protocol.name))
    if result is None:
        return f"{method.obstacle(protocol)}"
    spread = "" if result.spread_over_folds is None else f" ± {result.spread_over_folds:.1f}"
    mape = "" if result.score.mape is None else f" / {result.score.mape:.1f} %"
    return f"**{result.score.mae:.1f}**{spread} / {result.score.rmse:.1f}{mape}"


def _ratios_of(method: Method, results: Results) -> list[float]:
    result = results.get((method.name, LAST_FIFTH))
    return [] if result is None else [result.score.mae / results[OURS, LAST_FIFTH].score.mae]


def _ratios(kind: str, methods: list[Method], results: Results) -> list[float]:
    return [ratio for method in methods if method.kind == kind for ratio in _ratios_of(method, results)]


def _worst_days_table(result: Result, days: pd.DataFrame) -> str:
    rows = []
    for day, error in worst_days(result, days).iterrows():
        nearby = "" if pd.isna(error["against_nearby"]) else f"{error['against_nearby']:+.1f}"
        mean = f"{error['signed']:+.1f}"
        rows.append([f"{day:%a %d %b %Y}", f"{error['absolute']:.1f}", mean, error["reason"] or "not known", nearby])
    return markdown(["day", "MAE", "mean error", "reason", "load against nearby weeks"], rows)
