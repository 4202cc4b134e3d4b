"""The prediction interval: quantiles of the model's residuals on hours that it has not seen, and how they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from forecast_core.contract import schema

from .forest import Settings, fit_forest, predict_forest
from .load_profile import POWER
from .validation import contiguous_fifths, daily_peaks, folds_of_weeks, months_ahead, significant, split_in_time
from .verdict import Weeks

QUANTILES: list[float] = schema("forecast-request")["properties"]["quantile"]["enum"]
LOW, HIGH = str(QUANTILES[0]), str(QUANTILES[-1])
RESIDUAL = "residual"
WIDENING = 1.15
"""How much wider than the residuals an interval is made: buildings change, and held-out hours lie beside fitted ones.
With 1, it held less than 75 % of the last 20 % in 3 of 20 meters; docs/accuracy.md says how far to trust that."""
TOO_NARROW = 0.8  # a share of the hours below which train.py says that the 90 % interval may be too narrow

Quantiles = dict[str, list[float]]  # for each of QUANTILES, the residual at each hour of the local clock


def residuals_of(fit: pd.DataFrame, held_out: pd.DataFrame, settings: Settings, *, seed: int) -> pd.DataFrame:
    """Add the column ``residual`` to held-out hours: actual minus forecast, by a model fitted on other hours."""
    forest = fit_forest(fit, settings, seed=seed)
    return held_out.assign(residual=held_out[POWER] - predict_forest(forest, held_out))


def residual_quantiles(residuals: pd.DataFrame) -> Quantiles:
    """Take quantiles by hour of the day; an hour of each weekday has too few residuals for a quantile of 5 %.

    They are rounded to six significant digits, so that they do not depend on the order of additions.
    """
    by_hour, everything = residuals.groupby("hour_of_day")[RESIDUAL], residuals[RESIDUAL]
    return {
        str(share): [
            # An hour of the day that was never measured has the quantile of all.
            significant(value, 6)
            for value in by_hour.quantile(share).reindex(range(24), fill_value=everything.quantile(share))
        ]
        for share in QUANTILES
    }


def outer_of(one: Quantiles, other: Quantiles) -> Quantiles:
    """Take the outer of two quantiles, and the middle of two medians.

    >>> outer_of({"0.05": [-2.0], "0.5": [0.0], "0.95": [3.0]}, {"0.05": [-1.0], "0.5": [1.0], "0.95": [4.0]})
    {'0.05': [-2.0], '0.5': [0.5], '0.95': [4.0]}
    """

    def outer(share: float, pair: tuple[float, float]) -> float:
        if share == 0.5:
            return significant(fmean(pair), 6)
        return min(pair) if share < 0.5 else max(pair)

    return {share: [outer(float(share), pair) for pair in zip(one[share], other[share], strict=True)] for share in one}


def stretched(quantiles: Quantiles) -> Quantiles:
    """Move quantiles away from the median."""

    def moved(value: float, median: float) -> float:
        return significant(median + WIDENING * (value - median), 6)

    medians = quantiles["0.5"]
    return {share: [*map(moved, values, medians)] for share, values in quantiles.items()}


class Coverage(NamedTuple):
    """How quantiles held on hours that had no part in making them.

    :param share: of the hours within the 90 % interval.
    :param peaks: the share of the days whose highest hour lies between the highest low and the highest high edge.
    :param mean_width: of the 90 % interval, in the unit of the data.
    :param pinball: the mean pinball loss of all quantiles, in the unit of the data.
    """

    share: float
    peaks: float
    mean_width: float
    pinball: float

    @classmethod
    def of(cls, residuals: pd.DataFrame, quantiles: Quantiles) -> "Coverage":
        """Compare residuals with the quantiles of others."""
        hour, residual = residuals["hour_of_day"], residuals[RESIDUAL]
        edges = {share: pd.Series(np.array(quantiles[share])[hour], residuals.index) for share in quantiles}
        forecast = residuals[POWER] - residual
        low, high = (daily_peaks(residuals, forecast + edges[edge]) for edge in (LOW, HIGH))
        losses = [pinball_loss(residual - edge, float(share)) for share, edge in edges.items()]
        return cls(
            share=float(residual.between(edges[LOW], edges[HIGH]).mean()),
            peaks=float(daily_peaks(residuals, residuals[POWER]).between(low, high).mean()),
            mean_width=float((edges[HIGH] - edges[LOW]).mean()),
            pinball=float(np.mean(losses)),
        )

    @classmethod
    def mean(cls, folds: Sequence["Coverage"]) -> "Coverage":
        """Average the coverage of folds."""
        return cls(*(fmean(values) for values in zip(*folds, strict=True)))

    def figures(self) -> dict[str, float]:
        """Return the coverage as JSON."""
        shares = {"share": round(self.share, 3), "share_of_daily_peaks": round(self.peaks, 3)}
        return {**shares, "mean_width": significant(self.mean_width), "mean_pinball_loss": significant(self.pinball)}


def pinball_loss(above: pd.Series, share: float) -> float:
    """Average the pinball loss of a quantile; ``above`` is actual minus quantile."""
    return float(np.maximum(share * above, (share - 1) * above).mean())


@dataclass(frozen=True)
class PredictionInterval:
    """The residual quantiles of the model card, how they held, and the errors to expect; of at most four years.

    :param quantiles: of residuals of held-out weeks and fifths, with and without months ahead: the outer, stretched.
    :param held_out_weeks: coverage of each fold of weeks, by the residuals of all other hours.
    :param months_ahead: coverage of each sixty days after earlier dates, by the residuals of all other hours.
    :param last_20_percent: coverage of the last 20 % of these hours, with everything learnt from the first 80 %.
    :param mae_by_week: of each week of the held-out fifths; like new weeks, their neighbours were not fitted.
    :param mean_error_by_week: of the same weeks: forecast less actual.
    """

    quantiles: Quantiles
    held_out_weeks: Coverage
    months_ahead: Coverage | None
    last_20_percent: Coverage
    mae_by_week: list[float]
    mean_error_by_week: list[float]

    @property
    def warning(self) -> str | None:
        """What the validation says against the interval, if it does.

        The months after several dates say it; the last 20 % is one period, which may be an odd one.
        """
        if self.months_ahead is None or self.months_ahead.share >= TOO_NARROW:
            return None
        held = f"{self.months_ahead.share:.0%} of the hours in the sixty days after earlier dates"
        return f"The 90 % interval held {held}: it may be too narrow for the months ahead."

    def figures(self) -> dict[str, Any]:
        """Return the coverage and the expected errors as JSON."""
        figures: dict[str, Any] = {
            "mae_by_week": _mean_and_spread(self.mae_by_week),
            "mean_error_by_week": _mean_and_spread(self.mean_error_by_week),
            "interval_on_held_out_weeks": self.held_out_weeks.figures(),
            "interval_on_last_20_percent": self.last_20_percent.figures(),
        }
        if self.months_ahead is not None:
            figures["interval_on_next_60_days"] = self.months_ahead.figures()
        return figures


class HeldOut(NamedTuple):
    """Residuals of hours that the model had not seen: the folds of each way of holding out."""

    weeks: list[pd.DataFrame]
    fifths: list[pd.DataFrame]
    months_ahead: list[pd.DataFrame]

    @classmethod
    def of(cls, hours: pd.DataFrame, settings: Settings, *, seed: int) -> "HeldOut":
        """Hold out parts of a series in each of the three ways."""
        splits = folds_of_weeks, contiguous_fifths, months_ahead
        return cls(*([residuals_of(*fold, settings, seed=seed) for fold in split(hours)] for split in splits))

    def without(self, hours: pd.DataFrame) -> "HeldOut":
        """Leave some hours out."""
        return HeldOut(*([fold[~fold.index.isin(hours.index)] for fold in folds] for folds in self))

    def quantiles(self) -> Quantiles:
        """Make the quantiles of an interval."""
        # Months ahead have the errors of use, but of few dates: alone they would shift an interval to one side.
        pools = [*self.weeks, *self.fifths], [*self.weeks, *self.fifths, *self.months_ahead]
        return stretched(outer_of(*(residual_quantiles(pd.concat(pool)) for pool in pools)))

    def coverage(self, folds: Sequence[pd.DataFrame]) -> Coverage:
        """Test on each fold the quantiles that the residuals of all other hours make."""
        return Coverage.mean([Coverage.of(fold, self.without(fold).quantiles()) for fold in folds])


def measure_interval(hours: pd.DataFrame, settings: Settings, *, seed: int) -> PredictionInterval:
    """Make the quantiles of the whole series, and test how such quantiles hold."""
    residuals = HeldOut.of(hours, settings, seed=seed)
    train, test = split_in_time(hours)
    fifths = Weeks.of(pd.concat(residuals.fifths).sort_index())
    return PredictionInterval(
        quantiles=residuals.quantiles(),
        held_out_weeks=residuals.coverage(residuals.weeks),
        months_ahead=residuals.coverage(residuals.months_ahead) if residuals.months_ahead else None,
        last_20_percent=Coverage.of(
            residuals_of(train, test, settings, seed=seed), HeldOut.of(train, settings, seed=seed).quantiles()
        ),
        mae_by_week=fifths.mean(fifths.hours[RESIDUAL].abs()).to_list(),
        mean_error_by_week=fifths.mean(-fifths.hours[RESIDUAL]).to_list(),
    )


def _mean_and_spread(values: list[float]) -> dict[str, float]:
    return {"mean": significant(float(np.mean(values))), "standard_deviation": significant(float(np.std(values)))}
