"""A plugin for FlexMeasures: a forecaster that asks the forecast service of this project."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import requests
from flask import Blueprint, current_app
from flexmeasures import Forecaster, Sensor
from flexmeasures.data import db
from flexmeasures.data.models.forecasting.pipelines import train_predict as pipelines
from flexmeasures.data.schemas.forecasting import ForecasterConfigSchema
from flexmeasures.data.schemas.forecasting.pipeline import ForecasterParametersSchema
from flexmeasures.data.utils import save_to_db
from flexmeasures.utils.time_utils import server_now
from flexmeasures.utils.unit_utils import convert_units
from marshmallow import fields, validate
from timely_beliefs import BeliefsDataFrame

__version__ = "1.0"
__settings__ = {"LOAD_FORECAST_URL": {"description": "where the forecast service answers", "level": "warning"}}
load_forecast = Blueprint("load_forecast", __name__)  # has no routes; FlexMeasures loads no plugin without one
HOUR = timedelta(hours=1)


class ForecastFailed(Exception):
    """There is no forecast; the message tells whoever asked FlexMeasures for it what to do."""


class ForecastServiceConfigSchema(ForecasterConfigSchema):
    """Which service is asked, and for which quantiles; another selection makes another data source."""

    # At 0.5 stands the mean: it is where FlexMeasures looks for the one value that it charts and plans with.
    quantiles = fields.List(
        fields.Float(validate=validate.NoneOf([0.5])), load_default=[0.05, 0.1, 0.25, 0.75, 0.9, 0.95]
    )
    url = fields.String(load_default=lambda: current_app.config.get("LOAD_FORECAST_URL", "http://localhost:8000"))


class LoadForecaster(Forecaster):
    """Stores the mean and the quantiles of a building's load as beliefs formed now."""

    __version__ = __version__
    __author__ = "Building load forecast"
    _config_schema = ForecastServiceConfigSchema()
    _parameters_schema = ForecasterParametersSchema()

    def _compute_forecast(self, as_job: bool = False, **parameters: Any) -> Any:
        sensor, start, end = parameters["sensor_to_save"], parameters["predict_start"], parameters["end_date"]
        belief_time = parameters["beliefs_before"] or server_now()
        if as_job:
            return self._queue(sensor, start, end, belief_time)
        if sensor.event_resolution != HOUR:
            raise ForecastFailed(
                f"The forecast is hourly: give sensor {sensor.id} the resolution PT1H, or take another."
            )
        event_starts = pd.date_range(start, end, freq=HOUR, inclusive="left")
        distribution = [
            pd.DataFrame(
                {
                    "event_start": event_starts,
                    "event_value": self._ask(sensor, start, len(event_starts), quantile),
                    "cumulative_probability": quantile or 0.5,
                }
            )
            for quantile in [None, *self._config["quantiles"]]
        ]
        beliefs = BeliefsDataFrame(
            pd.concat(distribution), sensor=sensor, source=self.data_source, belief_time=belief_time
        )
        news = self._news(beliefs)
        save_to_db(news, save_changed_beliefs_only=False)
        db.session.commit()
        return [{"sensor": sensor, "data": news}]

    def _ask(self, sensor: Sensor, start: datetime, n_hours: int, quantile: float | None) -> list[float]:
        """Get the values in the sensor's unit; without a quantile, the mean."""
        query = {"N": n_hours, "start": start.isoformat(), "quantile": quantile}
        url = self._config["url"]
        try:
            response = requests.get(f"{url}/v1/forecast", params=query, timeout=30)
            answer = response.json()
        except requests.RequestException as error:
            raise ForecastFailed(
                f"No forecast service answers at {url}; is it what LOAD_FORECAST_URL should be? {error}"
            ) from error
        if not response.ok:
            faults = [fault["detail"] for fault in answer.get("errors", [])] or [answer["detail"]]
            raise ForecastFailed(f"The forecast service refuses: {'; '.join(faults)}")
        return convert_units(answer["values"], answer["unit"], sensor.unit, HOUR)

    def _news(self, beliefs: BeliefsDataFrame) -> BeliefsDataFrame:
        """Drop the events whose whole distribution is stored already, so that a second run changes nothing.

        FlexMeasures' own way to do so, ``save_changed_beliefs_only``, takes seven minutes for a year.
        """
        stored = beliefs.sensor.search_beliefs(
            event_starts_after=beliefs.event_starts[0],
            event_ends_before=beliefs.event_ends[-1],
            beliefs_before=beliefs.belief_times[0],
            source=self.data_source,
        )
        new, known = _by_event(beliefs), _by_event(stored)
        changed = {event_start for (event_start, p), value in new.items() if known.get((event_start, p)) != value}
        return beliefs[beliefs.event_starts.tz_convert("UTC").isin(changed)]

    def _queue(self, sensor: Sensor, start: datetime, end: datetime, belief_time: datetime) -> dict[str, Any]:
        """Leave it to a worker; the API finds the results by the job's meta data."""
        parameters = {"sensor": sensor.id, "start": start.isoformat(), "end": end.isoformat()}
        source_id = self.data_source.id
        db.session.commit()  # the worker and the API look for the source in the database
        job = current_app.queues["forecasting"].enqueue(
            forecast,
            self._config,
            {**parameters, "prior": belief_time.isoformat()},
            meta={**parameters, "sensor_id": sensor.id, "data_source_info": {"id": source_id}},
        )
        return {"job_id": job.id, "n_jobs": 1}


class TrainPredictPipeline(pipelines.TrainPredictPipeline):
    """Lets the API's trigger, which always asks for this class, use the forecaster of the sensor's selection.

    A sensor chooses by an attribute, ``{"LoadForecaster": {}}``, whose value is the forecaster's configuration.
    """

    def compute(self, parameters: dict[str, Any] | None = None, **more: Any) -> Any:
        sensor_id = (parameters or {}).get("sensor")
        sensor = sensor_id and db.session.get(Sensor, sensor_id)
        config = sensor and sensor.get_attribute("LoadForecaster")
        if config is None:
            return super().compute(parameters, **more)
        return LoadForecaster(config=config).compute(parameters, **more)


def _by_event(beliefs: BeliefsDataFrame) -> dict[tuple[pd.Timestamp, float], float]:
    """Look values up by event and probability, in UTC: an hour that a clock repeats equals no hour of another clock."""
    probabilities = beliefs.index.get_level_values("cumulative_probability")
    events = zip(beliefs.event_starts.tz_convert("UTC"), probabilities, strict=True)
    return dict(zip(events, beliefs["event_value"], strict=True))


def forecast(config: dict[str, Any], parameters: dict[str, Any]) -> None:
    """Do what a job is for, in a worker."""
    LoadForecaster(config=config).compute(parameters=parameters)
