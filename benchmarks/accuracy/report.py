"""The comparison as a page: docs/accuracy.md."""

import json
from pathlib import Path

import pandas as pd

from benchmarks.accuracy.anatomy import kinds_of_days, worst_days
from benchmarks.accuracy.methods import OURS, Method
from benchmarks.accuracy.protocols import LAST_FIFTH, WEEK_CV, Protocol, Result
from training.load_profile import LoadProfile
from training.residuals import Band
from training.unusual_days import Choice
from training.validation import SEEDS

Results = dict[tuple[str, str], Result]
"""By the names of method and protocol."""

COMMAND = "python -m benchmarks.accuracy"
_TRUST = """\
The settings and the treatment of unusual days are chosen by cross-validation within the first 80 % of the hours,
by `python train.py` at each run and by [the comparison of settings](validation/settings.md).
But the test rows were known when it was decided what there is to choose from:
that ten holidays look like Sundays, and that two clock changes are those of 2017, was seen in the whole series,
and three of the holidays and one clock change lie in the last 20 %.
Four features a split were preferred to three although the mean of the four columns in the comparison of settings
is lower with three, because an earlier experiment on all rows had favoured four.
The other three protocols test on hours that had a part in the choice.
So the figures compare methods fairly where both are told the same (†), and are favourable as a promise.
And one simulated year says nothing about the weather of another: an error in a real year is larger."""
FLEXMEASURES = Path(__file__).resolve().parents[2] / "docs" / "validation" / "flexmeasures.json"
_FLEXMEASURES_KNOWS = (
    "the load of the 30 days before; the file's own dates",
    "all load before, the public holidays, and the year that the data simulates",
)
_MARKS = {"told": " †", "ablation": " ‡"}


def accuracy_table(protocols: list[Protocol], methods: list[Method], results: Results) -> str:
    """Lay out the comparison as a Markdown table, best first on the last 20 %."""
    head = ["method", *(protocol.name for protocol in protocols), "MAE / ours, last 20 %"]
    rows = []
    for method in sorted(methods, key=lambda method: _place(method, results)):
        name = f"**{method.name}**" if method.name == OURS else method.name + _MARKS.get(method.kind, "")
        ratio = _ratio(method, results)
        cells = [_cell(method, protocol, results) for protocol in protocols]
        rows.append([name, *cells, "" if ratio is None else f"{ratio:.2f}"])
    return markdown(head, rows)


def accuracy_page(
    profile: LoadProfile,
    choice: Choice,
    band: Band,
    days: pd.DataFrame,
    protocols: list[Protocol],
    methods: list[Method],
    results: Results,
    unit: str,
) -> str:
    """Write the table with what is needed to read it."""
    power, ours = profile.power, results[OURS, LAST_FIFTH]
    usual, told, ablation = (_ratios(kind, methods, results) for kind in ("usual", "told", "ablation"))
    nested, future = band.nested, band.future
    shares = [fold.share for fold in nested]
    parts = [
        "# Accuracy",
        f"Written by `{COMMAND}`. The data: {len(power):,} hourly values, dated {power.index[0]:%Y-%m-%d} to "
        f"{power.index[-1]:%Y-%m-%d}, sha256 `{profile.sha256[:12]}…`; MAE and RMSE in {unit}.",
        "## Side by side",
        markdown(
            ["protocol", "tested on", "the question it answers"],
            [[protocol.name, protocol.tested_on, protocol.question] for protocol in protocols],
        ),
        "A cell holds MAE ± its standard deviation over the folds / RMSE / MAPE. "
        "All test hours of a protocol count the same. "
        "The last column says how many times ours the MAE is on the last 20 %.",
        accuracy_table(protocols, methods, results),
        f"On the last 20 %, the usual ways to forecast are off by at least {min(usual):.1f} times as much as this "
        "project's forest"
        + (
            f"; libraries that are told what the forest is told (†), by {min(told):.1f} to {max(told):.1f} times. "
            if told
            else ". "
        )
        + f"Told nothing, this project's own encoding is {max(ablation):.1f} times as far off (‡): "
        "most of the difference is what a model is told, not which trees it grows.",
        "\n".join(
            [
                "- † The occupants' hour instead of the labels: local clock, public holidays as the day of rest, "
                "and the year that the data simulates. The other rows read the file's own dates.",
                "- ‡ Sine and cosine of hour, weekday and day of the year as the labels have them.",
                f"- All forests are the mean of {len(SEEDS)} seeds; the MAE of ours on the last 20 % differs between "
                f"them by {ours.spread_over_seeds or 0.0:.1f} {unit} (standard deviation).",
                '- "in time order only": the method continues a series, '
                "so hours held out in its middle are no task for it.",
                "- The same hour a week ago is no forecast of ten weeks: it knows each test week once it is over.",
                *(
                    ["- No MAPE: the data has zeros or negative values, of which a percentage says nothing."]
                    if power.min() <= 0
                    else []
                ),
            ]
        ),
        flexmeasures_section(ours, unit),
        "## How far to trust these figures",
        _TRUST,
        "## What the model is told of unusual days",
        "Chosen by cross-validation on whole weeks of the first 80 %, as `python train.py` does it: the first row "
        "whose error is within 2 % of the smallest.",
        markdown(
            ["holidays", "atypical days", f"MAE {unit}", ""],
            [
                [treatment.holidays, treatment.atypical_days, f"{mae:.1f}", "chosen" * (treatment is choice.treatment)]
                for treatment, mae in choice.errors
            ],
        ),
        "## The band",
        "A quantile is the mean plus that quantile of the model's errors at the same hour on the occupants' clock, "
        "measured by cross-validation on whole weeks that the model had not seen. "
        "Tested in the same way (nested: the errors that make a band come from other weeks than it is tested on), "
        f"the band from 0.05 to 0.95 holds {100 * band.nested_share:.1f} % of the hours, "
        f"from {100 * min(shares):.1f} % to {100 * max(shares):.1f} % in each fold; "
        f"learnt from the first 80 % alone, it holds {100 * future.share:.1f} % of the last 20 % "
        f"({100 * min(future.by_hour):.0f} % to {100 * max(future.by_hour):.0f} % by hour of the day; "
        f"its mean width is {future.mean_width:.1f} {unit}). "
        "It does not say how the errors of neighbouring hours go together: "
        "the 0.9 quantile of a day is not the sum of its hours' 0.9 quantiles. And 0.5 is the median, not the mean.",
        "## Where the error sits",
        "![by month, hour and weekday, and the ten worst days](validation/error_anatomy.png)",
        markdown(*kinds_of_days({name: results[OURS, name] for name in (WEEK_CV, LAST_FIFTH)}, days)),
    ]
    for name in (WEEK_CV, LAST_FIFTH):
        parts += [f"The ten worst days, {name}:", markdown(*_worst_days_table(results[OURS, name], days))]
    parts.append(
        "The mean error is forecast less actual: above zero, the forecast was too high. "
        "The last column sets the day's mean load against the median of the same weekday in the four weeks before and "
        'after. "Unlike its weeks": this difference is at least half of the mean error. '
        "It may be the weather; a calendar cannot tell."
    )
    return "\n\n".join(parts) + "\n"


def flexmeasures_section(ours: Result, unit: str) -> str:
    """Lay out what ``examples/flexmeasures/compare.py`` measured, which needs an environment of its own."""
    figures = json.loads(FLEXMEASURES.read_text("utf-8"))
    rows = [
        [name, f"**{mae:.1f}** / {rmse:.1f} / {mape:.1f} %", knows, f"{mae / ours.score.mae:.2f}"]
        for (name, (mae, rmse, mape)), knows in zip(figures["scores"].items(), _FLEXMEASURES_KNOWS, strict=True)
    ]
    head = ["FlexMeasures' own forecaster", "last 20 %", "what it knows at each start", "MAE / ours"]
    return "\n\n".join(
        [
            "## FlexMeasures' own forecaster",
            f"By `python examples/flexmeasures/compare.py`, with FlexMeasures {figures['version']}: 48 hours, every 48 "
            "hours, each time fitted anew. That is another task than the table's: the forecaster knows the load up to "
            "each start, two days behind at most, where the others forecast ten weeks at once; "
            f"so its figures in {unit}, MAE / RMSE / MAPE, stand apart.",
            markdown(head, rows),
        ]
    )


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """Lay out a Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def _worst_days_table(result: Result, days: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    head = ["day", "MAE", "mean error", "reason", "load against nearby weeks"]
    return head, [
        [
            f"{day:%a %d %b %Y}",
            f"{error['absolute']:.1f}",
            f"{error['signed']:+.1f}",
            error["reason"] or "not known",
            "" if pd.isna(error["against_nearby"]) else f"{error['against_nearby']:+.1f}",
        ]
        for day, error in worst_days(result, days).iterrows()
    ]


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


def _ratios(kind: str, methods: list[Method], results: Results) -> list[float]:
    ratios = (_ratio(method, results) for method in methods if method.kind == kind)
    return [ratio for ratio in ratios if ratio is not None]


def _place(method: Method, results: Results) -> tuple[bool, float]:
    """Order the table: by MAE on the last 20 %, and at the end what knows more than the others."""
    return method.kind == "hindsight", _ratio(method, results) or float("inf")
