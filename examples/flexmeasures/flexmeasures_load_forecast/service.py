"""Ask a forecast service that the host's configuration names."""

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from flask import current_app

LONGEST_REFUSAL = 300  # characters; the service's own are shorter


class ForecastFailed(Exception):
    """There is no forecast. A tenant reads the message, so it holds no address and no text of another server."""


@dataclass(frozen=True)
class ServiceForecast:
    """The hourly values of a service, in its unit.

    :param values: the mean of each hour.
    :param quantiles: at each probability, the quantile of each hour.
    :param model_digest: which model made them.
    """

    values: list[float]
    quantiles: dict[float, list[float]]
    unit: str
    model_digest: str


def service_name(chosen: str | None) -> str:
    """Check a sensor's choice; a sensor need not choose if there is one service only.

    :raises ForecastFailed: the host has no service of this name, or several and none is chosen.
    """
    names = list(current_app.config.get("LOAD_FORECAST_SERVICES") or {})
    if chosen is None and len(names) == 1:
        return str(names[0])
    if chosen in names:
        return chosen
    known = ", ".join(names) or "none; the host sets LOAD_FORECAST_SERVICES"
    raise ForecastFailed(f'Choose a forecast service, like {{"service": "NAME"}}. Known are: {known}.')


def ask(name: str, start: datetime, n_hours: int, quantiles: list[float]) -> ServiceForecast:
    """Get the mean and the quantiles in one request.

    :param name: of a service, as ``service_name`` returns it.
    :raises ForecastFailed: the service does not respond, refuses, or returns something else.
    """
    query = {"N": str(n_hours), "start": start.isoformat()}
    if quantiles:
        query["quantiles"] = ",".join(map(str, quantiles))
    address = current_app.config["LOAD_FORECAST_SERVICES"][name]
    try:
        response = requests.get(f"{address}/v1/forecast", params=query, timeout=30, allow_redirects=False)
    except requests.RequestException as error:
        current_app.logger.warning("Forecast service %s: %s", name, error)
        raise ForecastFailed(f"The forecast service {name} does not respond; ask the host of FlexMeasures.") from None
    try:
        body = response.json()
    except ValueError:
        body = None
    if response.headers.get("Content-Type") == "application/problem+json" and (refusal := _refusal(body)):
        raise ForecastFailed(f"The forecast service {name} refuses: {refusal}")
    try:
        if response.status_code != requests.codes.ok:
            raise ValueError("not a forecast")
        answer = ServiceForecast(
            _numbers(body["values"], n_hours),
            {quantile: _numbers(body["quantiles"][str(quantile)], n_hours) for quantile in quantiles},
            body["unit"],
            response.headers["Model-Digest"],
        )
        if not re.fullmatch("[0-9a-f]{16}", answer.model_digest):
            raise ValueError("not a digest")
    except (KeyError, TypeError, ValueError):
        raise ForecastFailed(
            f"The forecast service {name} returned no forecast, with status {response.status_code}; "
            "ask the host of FlexMeasures whether its address in LOAD_FORECAST_SERVICES is right."
        ) from None
    return answer


def _numbers(values: Any, n_hours: int) -> list[float]:
    """Check a list of the response."""
    numbers = [float(value) for value in values]
    if len(numbers) != n_hours or not all(map(math.isfinite, numbers)):
        raise ValueError("not the hours asked for")
    return numbers


def _refusal(body: Any) -> str | None:
    """Read what a problem document says; None if it is none."""
    if not isinstance(body, dict) or not isinstance(body.get("detail"), str):
        return None
    errors = body.get("errors", [])
    if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
        return None
    details = [str(error.get("detail")) for error in errors] or [body["detail"]]
    return "; ".join(details)[:LONGEST_REFUSAL]
