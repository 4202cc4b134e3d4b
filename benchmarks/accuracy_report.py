"""The comparison as files: a table for people, and the same figures as JSON."""

import json
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from benchmarks.competitors import OURS
from benchmarks.method import Method
from benchmarks.protocols import LAST_FIFTH, Protocol
from benchmarks.result import Result
from training.load_profile import LoadProfile
from training.validation import SEEDS

Results = dict[tuple[str, str], Result]
"""By the names of method and protocol."""

_ALWAYS_THERE = ("numpy", "pandas", "sklearn")


def accuracy_table(protocols: list[Protocol], methods: list[Method], results: Results) -> str:
    """Lay out the comparison as a Markdown table, best first on the last 20 %."""
    names = [protocol.name for protocol in protocols]
    lines = [f"| method | {' | '.join(names)} | MAE / ours, last 20 % |", "|---|" + "---|" * len(names) + "---:|"]
    for method in sorted(methods, key=lambda method: _place(method, results)):
        cells = [_cell(method, protocol, results) for protocol in protocols]
        ratio = _ratio(method, results)
        shown = "" if ratio is None else f"{ratio:.2f}"
        bold = "**" if method.name == OURS else ""
        lines.append(f"| {bold}{method.name}{bold} | {' | '.join(cells)} | {shown} |")
    return "\n".join(lines)


def accuracy_page(
    profile: LoadProfile, protocols: list[Protocol], methods: list[Method], results: Results, unit: str
) -> str:
    """Write the table with what is needed to read it."""
    power = profile.power
    of_seeds = results[OURS, LAST_FIFTH].spread_over_seeds or 0.0
    percentage = power.min() > 0
    lines = [
        "# Accuracy, side by side",
        "",
        "Written by `python benchmarks/accuracy.py`. "
        f"The data: {len(power):,} hourly values, {power.index[0]:%Y-%m-%d} to {power.index[-1]:%Y-%m-%d}, "
        f"sha256 `{profile.sha256[:12]}…`.",
        "",
        "| protocol | tested on | the question it answers |",
        "|---|---|---|",
        *(f"| {protocol.name} | {protocol.tested_on} | {protocol.question} |" for protocol in protocols),
        "",
        f"A cell holds MAE ± its standard deviation over the folds / RMSE / MAPE; MAE and RMSE in {unit}. "
        "All test hours of a protocol count the same. "
        "The last column says how many times ours the MAE is on the last 20 %.",
        "",
        accuracy_table(protocols, methods, results),
        "",
        "- This project's forest is fitted as `train.py` does it. All forests are the mean of "
        f"{len(SEEDS)} seeds; the MAE of ours on the last 20 % differs between them by {of_seeds:.1f} {unit} "
        "(standard deviation).",
        "- Its settings, and how unusual a day must be to be left out of the fit, were chosen within the first 80 % "
        "of the hours: no figure of the last 20 % decided, but they were seen meanwhile (docs/decisions.md). "
        "The other protocols test on some hours that had a part in it.",
        "- The other methods learn from all days. "
        "Prophet, LightGBM, XGBoost and the integer forest read the calendar off the file's own labels.",
        '- "in time order only": the method continues a series, so hours held out in its middle are no task for it.',
        "- The same hour a week ago is no forecast of ten weeks: it knows each test week as soon as it is over.",
    ]
    if not percentage:
        lines.append("- No MAPE: the data has zeros or negative values, of which a percentage says nothing.")
    return "\n".join(lines) + "\n"


def accuracy_json(
    profile: LoadProfile, threshold: float, protocols: list[Protocol], methods: list[Method], results: Results
) -> str:
    """Give all figures as JSON; rounded, so that they do not depend on the order of additions."""
    document = {
        "training_data": {"sha256": profile.sha256, "rows": len(profile.power), "year": profile.power.index[0].year},
        "atypical_day_threshold": threshold,
        "seeds": list(SEEDS),
        "versions": {
            library: import_module(library).__version__
            for library in (*_ALWAYS_THERE, *(method.library for method in methods if method.library))
            if find_spec(library) is not None
        },
        "methods": {
            method.name: {
                **{protocol.name: _figures(method, protocol, results) for protocol in protocols},
                "mae_in_multiples_of_ours": _rounded(_ratio(method, results)),
            }
            for method in methods
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _figures(method: Method, protocol: Protocol, results: Results) -> dict[str, Any] | str | None:
    """Give a cell's figures, or the words that stand in their place."""
    result = results.get((method.name, protocol.name))
    if result is None:
        return method.obstacle(protocol)
    figures = {
        **result.score._asdict(),
        "mae_spread_over_folds": result.spread_over_folds,
        "mae_spread_over_seeds": result.spread_over_seeds,
    }
    return {metric: _rounded(value) for metric, value in figures.items() if value is not None}


def _cell(method: Method, protocol: Protocol, results: Results) -> str:
    result = results.get((method.name, protocol.name))
    if result is None:
        return f"{method.obstacle(protocol)}"
    spread = "" if result.spread_over_folds is None else f" ± {result.spread_over_folds:.1f}"
    mape = "" if result.score.mape is None else f" / {result.score.mape:.1f} %"
    return f"**{result.score.mae:.1f}**{spread} / {result.score.rmse:.1f}{mape}"


def _ratio(method: Method, results: Results) -> float | None:
    result = results.get((method.name, LAST_FIFTH))
    return None if result is None else result.score.mae / results[OURS, LAST_FIFTH].score.mae


def _place(method: Method, results: Results) -> tuple[bool, float]:
    """Order the table: by MAE on the last 20 %, and at the end what knows more than the others."""
    return method.knows_test_past, _ratio(method, results) or float("inf")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
