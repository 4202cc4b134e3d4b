"""What the comparison measured, as the tables of docs/accuracy.md; the words around them are in the page itself."""

from benchmarks.accuracy.methods import OURS, Method
from benchmarks.accuracy.protocols import LAST_FIFTH, Protocol, Result
from benchmarks.report import markdown
from training.load_profile import LoadProfile
from training.model_selection import Selection
from training.prediction_interval import PredictionInterval

Results = dict[tuple[str, str], Result]  # by the names of method and protocol
_MARKS = {"the same calendar": " †", "ablation": " ‡"}


def accuracy_report(
    profile: LoadProfile, selection: Selection, interval: PredictionInterval,
    protocols: list[Protocol], methods: list[Method], results: Results, unit: str,
) -> str:  # fmt: skip
    """Lay out all that was measured, in Markdown."""
    power, future = profile.power, interval.last_20_percent
    usual, same, ablation = (_ratios(kind, methods, results) for kind in ("usual", "the same calendar", "ablation"))
    seeds, peak_mae = results[OURS, LAST_FIFTH].spread_over_seeds or 0.0, results[OURS, LAST_FIFTH].score.peak_mae
    parts = [
        f"The data: {len(power):,} hourly values, dated {power.index[0]:%Y-%m-%d} to {power.index[-1]:%Y-%m-%d},\n"
        f"sha256 `{profile.sha256[:12]}…`; MAE and RMSE in {unit}.",
        markdown(
            ["protocol", "tested on", "the question it answers"],
            [[protocol.name, protocol.tested_on, protocol.question] for protocol in protocols],
        ),
        _side_by_side(protocols, methods, results),
        "How many times ours the MAE is on the last 20 %:\n"
        f"with the same calendar (†), {min(same):.1f} to {max(same):.1f}; "
        f"the usual ways, on the file's own dates, at least {min(usual):.1f};\n"
        f"a forest without that calendar, or without a part of it (‡), {min(ablation):.1f} to {max(ablation):.1f}.\n"
        f"The MAE of ours differs between seeds by {seeds:.1f} {unit} (standard deviation).",
        "### Model selection",
        f"```\n{selection.table(unit)}\n```",
        "### The 90 % interval",
        f"It holds {interval.held_out_weeks.share:.1%} of the hours of held-out weeks;\n"
        f"learnt from the first 80 % alone, {future.share:.1%} of the hours of the last 20 % "
        f"and {future.peaks:.1%} of their daily peaks.\n"
        f"Its mean width is {future.mean_width:.1f} {unit}. The daily peak's MAE is {peak_mae:.1f} {unit}.",
    ]
    return "\n\n".join(parts)


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
