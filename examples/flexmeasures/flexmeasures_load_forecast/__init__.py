"""A plugin for FlexMeasures: forecasts of a building's load, from the services that the host names."""

from flask import Blueprint

__version__ = "1.0.0"
__settings__ = {
    "LOAD_FORECAST_SERVICES": {
        "description": "the forecast services: a name and an address for each, like {'hospital': 'http://localhost:8000'}",
        "level": "warning",
        "message_if_missing": "Without it, LoadForecaster has no service to ask.",
        "parse_as": dict,
    }
}
load_forecast = Blueprint("flexmeasures_load_forecast", __name__)  # FlexMeasures loads no plugin without one
