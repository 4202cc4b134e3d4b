"""BlackSheep with msgspec in front of the model and behind it."""

import msgspec
from blacksheep import Application, Content, Request, Response, get
from blacksheep.exceptions import BadRequest

from .msgspec_hour import Prediction, read_hour
from .rival_model import predict

app = Application()
encode_json = msgspec.json.Encoder().encode


@get("/v1/prediction")
async def prediction(request: Request) -> Response:
    try:
        hour = read_hour({name: value for name, (value, *_) in request.query.items()})
    except msgspec.ValidationError as error:
        raise BadRequest(str(error)) from error
    prediction = Prediction(predict(hour.hour_of_day, hour.day_of_week, hour.day_of_year))
    return Response(200, None, Content(b"application/json", encode_json(prediction)))
