"""Let the API's trigger, which always asks for the class TrainPredictPipeline, use LoadForecaster."""

from typing import Any

from flexmeasures import Sensor
from flexmeasures.data import db
from flexmeasures.data.models.forecasting import pipelines
from marshmallow import ValidationError

from .forecaster import ATTRIBUTE, LoadForecaster


class TrainPredictPipeline(pipelines.TrainPredictPipeline):
    """FlexMeasures' own forecaster, except for sensors with the attribute ``LoadForecaster``.

    FlexMeasures registers the forecasters of a plugin by the names of their classes, so this one replaces its own.
    """

    def __init__(self, config: dict[str, Any] | None = None, *more: Any, **named: Any) -> None:
        super().__init__(config, *more, **named)
        self._given = config

    def compute(self, parameters: dict[str, Any] | None = None, *more: Any, **named: Any) -> Any:
        """Forecast now, or leave it to a worker.

        :raises ValidationError: a setting has no effect on this sensor.
        """
        sensor_id = (parameters or {}).get("sensor")
        sensor = sensor_id and db.session.get(Sensor, sensor_id)
        if not sensor or sensor.get_attribute(ATTRIBUTE) is None:
            return super().compute(parameters, *more, **named)
        if self._given:
            raise ValidationError(
                f"Sensor {sensor_id} is forecast by LoadForecaster, which does not use {', '.join(self._given)}; "
                f"its configuration is the sensor's attribute {ATTRIBUTE}."
            )
        return LoadForecaster().compute(parameters, *more, **named)
