"""A forecaster that stores the values of a forecast service as beliefs."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from flask import current_app
from flexmeasures import Forecaster, Sensor, Source
from flexmeasures.data import db
from flexmeasures.data.schemas import SensorIdField
from flexmeasures.data.schemas.forecasting import ForecasterConfigSchema
from flexmeasures.data.schemas.forecasting.pipeline import ForecasterParametersSchema
from flexmeasures.data.services.data_sources import get_or_create_source
from flexmeasures.data.utils import save_to_db
from flexmeasures.utils.time_utils import server_now
from flexmeasures.utils.unit_utils import convert_units, units_are_convertible
from marshmallow import ValidationError, fields, validate
from rq import get_current_job
from rq.job import Job
from sqlalchemy import select
from timely_beliefs import BeliefsDataFrame

from . import __version__
from .service import ForecastFailed, ask, service_name

ATTRIBUTE = "LoadForecaster"
HOUR = timedelta(hours=1)
MEAN = 0.5  # the mean is stored as the belief at this probability, which FlexMeasures charts, returns and plans with
UNUSED = ("max-forecast-horizon", "forecast-frequency", "probabilistic", "model-save-dir", "output-path")
probability = fields.Float(validate=validate.Range(0, 1, min_inclusive=False, max_inclusive=False))


class LoadForecasterConfigSchema(ForecasterConfigSchema):
    """What the value of a sensor's attribute ``LoadForecaster`` may hold."""

    service = fields.String(load_default=None, metadata={"description": "Name of a service in LOAD_FORECAST_SERVICES."})
    quantile_sensors = fields.Dict(
        keys=probability,
        values=SensorIdField(),
        data_key="quantile-sensors",
        load_default=dict,
        metadata={"description": "Sensors for quantiles.", "example": {"0.1": 7, "0.9": 8}},
    )
    quantiles = fields.List(
        fields.Float(validate=[*probability.validators, validate.NoneOf([MEAN])]),
        load_default=list,
        metadata={"description": "Quantiles to store beside the mean, on the same sensor.", "example": [0.1, 0.9]},
    )


class LoadForecaster(Forecaster):
    """Stores the mean of a building's load on a sensor, and quantiles where its configuration says."""

    __version__ = __version__
    __author__ = "Building load forecast"
    _config_schema = LoadForecasterConfigSchema()
    _parameters_schema = ForecasterParametersSchema()

    def __init__(self, config: dict[str, Any] | None = None, **more: Any) -> None:
        super().__init__(config=config or {}, **more)
        self._given = config or {}

    def compute(self, parameters: dict[str, Any] | None = None, as_job: bool = False, **more: Any) -> Any:
        """Forecast now, or leave it to a worker.

        Without a configuration, the value of the sensor's attribute ``LoadForecaster`` is taken.

        :raises ValidationError: a parameter is wrong, or has no effect on this forecaster.
        :raises ForecastFailed: there is no forecast; the message says why.
        """
        given = self._parameters_schema.dump(more) if parameters is None else parameters
        if unused := [name for name in UNUSED if given.get(name) not in (None, False)]:
            raise ValidationError(f"LoadForecaster does not use {', '.join(unused)}; leave it out.")
        sensor = db.session.get(Sensor, given.get("sensor"))
        if not self._given and sensor:
            self._given = sensor.get_attribute(ATTRIBUTE) or {}
            self._config = self._config_schema.load(self._given)
        return super().compute(parameters, as_job, **more)

    def _compute_forecast(self, as_job: bool = False, **parameters: Any) -> Any:
        sensor, start, end = parameters["sensor_to_save"], parameters["predict_start"], parameters["end_date"]
        service = service_name(self._config["service"])
        targets = self._targets(sensor)
        belief_time = parameters["save_belief_time"]
        if parameters["beliefs_before"] is None:
            belief_time = min(belief_time, server_now())  # FlexMeasures asks for the start, also if it is in the future
        if as_job:
            return self._queue(parameters["sensor"], sensor, start, end, belief_time)
        first = start if sensor.event_resolution == HOUR else _whole_hour(start, sensor)
        quantiles = sorted({*self._config["quantiles"], *self._config["quantile_sensors"]})
        forecast = ask(service, first, math.ceil((end - first) / HOUR), quantiles)
        self._data_source = _newest_source(self.get_data_source_info(), service, forecast.model_digest)
        results = []
        for target, stored in targets.items():
            if not units_are_convertible(target.unit, forecast.unit):
                raise ForecastFailed(f"Sensor {target.id} is in {target.unit}, and the forecast is in {forecast.unit}.")
            events = pd.date_range(start, end, freq=target.event_resolution, inclusive="left")
            hours = (events - first) // HOUR  # values of a shorter resolution than an hour are repeated
            distribution = []
            for cumulative_probability, quantile in stored.items():
                hourly = forecast.values if quantile is None else forecast.quantiles[quantile]
                values = [hourly[hour] for hour in hours]
                values = convert_units(values, forecast.unit, target.unit, target.event_resolution)
                distribution.append(
                    pd.DataFrame(
                        {
                            "event_start": events,
                            "event_value": values,
                            "cumulative_probability": cumulative_probability,
                        }
                    )
                )
            beliefs = BeliefsDataFrame(
                pd.concat(distribution), sensor=target, source=self.data_source,
                belief_time=belief_time,
            )  # fmt: skip
            news = self._news(beliefs)
            save_to_db(news, save_changed_beliefs_only=False)
            results.append({"sensor": target, "data": news})
        db.session.commit()
        return results

    def _targets(self, sensor: Sensor) -> dict[Sensor, dict[float, float | None]]:
        """Say what each sensor stores: at each probability, a quantile of the service, or None for the mean.

        On a sensor of its own, a quantile is stored as the one value that FlexMeasures charts and plans with.

        :raises ValidationError: a sensor cannot be used.
        """
        targets = {sensor: {MEAN: None, **{quantile: quantile for quantile in self._config["quantiles"]}}}
        for quantile, target in self._config["quantile_sensors"].items():
            if target in targets:
                raise ValidationError(f"Sensor {target.id} has values already; name another one for {quantile}.")
            if target.generic_asset.account_id != sensor.generic_asset.account_id:
                raise ValidationError(f"Sensor {target.id} is of another account than sensor {sensor.id}.")
            if target.event_resolution != sensor.event_resolution:
                raise ValidationError(f"Sensor {target.id} has another resolution than sensor {sensor.id}.")
            targets[target] = {MEAN: quantile}
        if not sensor.event_resolution or HOUR % sensor.event_resolution:
            raise ValidationError(
                f"The forecast is hourly: give sensor {sensor.id} a resolution of PT1H or a part of it."
            )
        return targets

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

    def _queue(
        self, sensor: Sensor, sensor_to_save: Sensor, start: datetime, end: datetime, belief_time: datetime
    ) -> dict[str, Any]:
        """Leave it to a worker, as FlexMeasures' own forecaster does."""
        queue = current_app.queues["forecasting"]
        times = {"start": start.isoformat(), "end": end.isoformat()}
        parameters = {
            "sensor": sensor.id,
            "sensor-to-save": sensor_to_save.id,
            "prior": belief_time.isoformat(),
            **times,
        }
        job = Job.create(
            run_forecast_job,
            kwargs={"config": self._given, "parameters": parameters},
            connection=queue.connection,
            ttl=_seconds("FLEXMEASURES_JOB_TTL"),
            result_ttl=_seconds("FLEXMEASURES_PLANNING_TTL"),
            meta={**times, "sensor_id": sensor_to_save.id},
        )
        queue.enqueue_job(job)
        current_app.job_cache.add(sensor.id, job_id=job.id, queue=queue.name, asset_or_sensor_type="sensor")
        return {"job_id": job.id, "n_jobs": 1}


def run_forecast_job(config: dict[str, Any], parameters: dict[str, Any]) -> str:
    """Do a job in a worker, and say in its metadata how it ended.

    The API finds the values by the source in the metadata; it is known when the service has responded.
    """
    job, forecaster = get_current_job(), LoadForecaster(config=config)
    try:
        results = forecaster.compute(parameters=parameters)
    except Exception as error:
        job.meta["exception"] = str(error)
        job.save_meta()
        raise
    stored = {result["sensor"].id: len(result["data"]) for result in results}
    source = forecaster.data_source
    ended = "; ".join(f"{n} beliefs on sensor {sensor}" for sensor, n in stored.items())
    job.meta["data_source_info"] = {"id": source.id}
    job.meta["result"] = f"stored {ended}; model {source.attributes['model_digest']}"
    job.save_meta()
    return str(job.meta["result"])


def _seconds(setting: str) -> int:
    return int(current_app.config.get(setting, timedelta(-1)).total_seconds())


def _newest_source(source_info: dict[str, Any], service: str, model_digest: str) -> Source:
    """Find the source of a service's model, or make one.

    Of several sources, FlexMeasures returns the values of the newest, and so do we:
    a model that returns to service gets a new source, with the next revision.
    The digest is an attribute, and not the version, since FlexMeasures orders versions by number,
    and prefers any version to measurements, which have none.
    """
    name, kind, model = source_info["source"], source_info["source_type"], source_info["model"]
    config = {"service": service}
    newest = db.session.scalar(
        select(Source)
        .filter_by(name=name, type=kind, model=model)
        .filter(Source.attributes["data_generator"]["config"] == config)
        .order_by(Source.id.desc())
        .limit(1)
    )
    if newest and newest.attributes["model_digest"] == model_digest:
        return newest
    revision = newest.attributes["revision"] + 1 if newest else 1
    attributes = {"data_generator": {"config": config}, "model_digest": model_digest, "revision": revision}
    return get_or_create_source(name, kind, model, attributes=attributes)


def _by_event(beliefs: BeliefsDataFrame) -> dict[tuple[pd.Timestamp, float], float]:
    """Look values up by event and probability, in UTC: an hour that a clock repeats equals no hour of another clock."""
    probabilities = beliefs.index.get_level_values("cumulative_probability")
    events = zip(beliefs.event_starts.tz_convert("UTC"), probabilities, strict=True)
    return dict(zip(events, beliefs["event_value"], strict=True))


def _whole_hour(start: datetime, sensor: Sensor) -> datetime:
    """Find the start of the hour that a quarter of an hour belongs to, on the clock of the sensor's standard time."""
    local = pd.Timestamp(start).tz_convert(sensor.timezone)
    standard = local.utcoffset() - local.dst()
    since = (local - pd.Timestamp(0, tz=UTC)) + standard
    return local - since % pd.Timedelta(HOUR)
