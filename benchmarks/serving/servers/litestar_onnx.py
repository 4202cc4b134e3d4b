"""Litestar and msgspec: the query string is validated as a whole, the response is a struct."""

from litestar import Litestar, Request, get
from litestar.exceptions import ValidationException
from msgspec import ValidationError

from .msgspec_hour import Prediction, read_hour
from .rival_model import predict


@get("/v1/prediction")
async def prediction(request: Request) -> Prediction:
    try:
        hour = read_hour(dict(request.query_params.multi_items()))
    except ValidationError as error:
        raise ValidationException(str(error)) from error
    return Prediction(predict(hour.hour_of_day, hour.day_of_week, hour.day_of_year))


app = Litestar([prediction], openapi_config=None)
