"""The page shows what the server responds."""

import json
import re
import subprocess
import sys
from collections import defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from matplotlib import colormaps
from starlette.testclient import TestClient

from forecast_core.contract import schema
from tests.builders import HOUR, LOS_ANGELES, QUERY_STRING

pytestmark = pytest.mark.slow("browsers")

SITE = ZoneInfo(LOS_ANGELES)
WEEK = {"N": 168, "start": "2026-10-30T13:00:00-07:00"}
NOISE = {
    "what the server refuses": ["Failed to load resource: "],
    "a server that goes away": ["Failed to load resource: "],
    "a model card that the page does not understand": [
        "Cannot read properties of undefined",
        "This page has an error: ",
    ],
    "an error in the page's own code": ["no such day", "This page has an error: "],
}
"""What the browser and the page say in some visits: how each line begins."""


@pytest.fixture
def seen(visits: dict[str, Any], request: pytest.FixtureRequest) -> Any:
    """Return what a visit saw; in most, neither the browser's console nor the page shows an error."""
    outcome = visits[request.param]
    assert "error" not in outcome, outcome["error"]
    expected = tuple(NOISE.get(request.param, ()))
    assert [line for line in outcome["noise"] if not line.startswith(expected)] == []
    return outcome["seen"]


def visit(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("seen", [name], indirect=True)


def forecast(client: TestClient, **request: Any) -> list[float]:
    response = client.get("/v1/forecast", params=request)
    assert response.status_code == 200
    return list(response.json()["values"])


@visit("the coming days")
def test_the_chart_shows_the_forecast(client: TestClient, seen: Any) -> None:
    """Line, interval, table and text agree from the present hour on, over the end of daylight saving time."""
    mean, low, high = (forecast(client, **WEEK, **more) for more in ({}, {"quantile": 0.05}, {"quantile": 0.95}))
    assert seen["input"] == [str(WEEK["N"]), WEEK["start"]]
    starts = [row[0] for row in seen["table"]]
    first = datetime.fromisoformat(str(WEEK["start"]))
    assert [datetime.fromisoformat(start) for start in starts] == [first + hour * HOUR for hour in range(168)]
    assert starts[35:38] == ["2026-11-01T00:00:00-07:00", "2026-11-01T01:00:00-07:00", "2026-11-01T01:00:00-08:00"]
    assert [[float(cell) for cell in row[1:]] for row in seen["table"]] == [
        list(row) for row in zip(mean, low, high, strict=True)
    ]

    (bottom, bottom_y), *_, (top, top_y) = [
        (float(text.replace(",", "")), y) for text, y in seen["ticks"] if text != "kW"
    ]
    to_power = np.polynomial.Polynomial.fit([bottom_y, top_y], [bottom, top], 1)
    line, interval = ([to_power(float(y)) for y in re.findall(r"V([\d.]+)", seen[path])] for path in ("mean", "band"))
    # A thousandth of a pixel is what a path's digits leave of 800 kW on 300 pixels.
    assert line == pytest.approx(mean, abs=0.01)
    assert interval == pytest.approx([*high, *reversed(low)], abs=0.01)

    assert seen["rest"] == ["weekend", "weekend"]
    assert seen["first"].splitlines()[0] == f"{mean[0]:,.0f} kW"
    assert seen["next"].endswith("; Fri, 30 Oct 2026, 14:00 (UTC-07:00)")
    assert seen["pointed"].endswith("; Sun, 1 Nov 2026, 01:00 (UTC-07:00)")


@visit("the year")
def test_the_carpet_plot_shows_the_year(client: TestClient, seen: Any) -> None:
    """It is in cividis and by the local clock; a click or Enter on a day shows its hours in the chart."""
    powers = defaultdict(list)
    start = datetime(2026, 1, 1, tzinfo=SITE)
    for hour, power in enumerate(forecast(client, N=8760, start=start.isoformat())):
        local = (start.astimezone(ZoneInfo("UTC")) + hour * HOUR).astimezone(SITE)
        powers[local.date().isoformat(), local.hour].append(power)
    days = sorted({day for day, _ in powers})
    assert [row[0] for row in seen["table"]] == days
    expected = np.array([[np.mean(powers[day, hour] or [np.nan]) for hour in range(24)] for day in days])
    shown = np.array([[np.nan if cell == "\u2013" else float(cell) for cell in row[1:]] for row in seen["table"]])
    np.testing.assert_allclose(shown, expected, rtol=1e-12)
    assert np.argwhere(np.isnan(shown)).tolist() == [[days.index("2026-03-08"), 2]]

    every = np.concatenate([np.array(same) for same in powers.values()])
    colours = colormaps["cividis"]((expected - every.min()) / (every.max() - every.min()))[..., :3] * 255
    pixels = np.array(seen["pixels"]).reshape(24, 365, 4).transpose(1, 0, 2)
    there = ~np.isnan(expected)
    assert np.array_equal(pixels[..., 3] == 255, there)
    # The page interpolates between every tenth of the scale, and is off by 8 of 255 at most.
    np.testing.assert_allclose(pixels[there][:, :3], colours[there], atol=9)

    assert seen["text"].startswith("Sun, 1 Nov 2026; ")
    assert seen["text"].endswith(" kW; the hour that comes twice is a mean")
    assert seen["clicked"] == ["25", "2026-11-01T00:00:00-07:00"]
    assert seen["entered"] == ["24", "2026-12-31T00:00:00-08:00"]


@visit("a wrong value, then a right one")
def test_the_forms_have_the_fields_of_the_schemas(seen: Any) -> None:
    """Order, limits and help are the schemas', and weekdays have their names."""
    fields = schema("forecast-request")["properties"] | schema("prediction-request")["properties"]
    required = schema("forecast-request")["required"] + schema("prediction-request")["required"]
    assert [control["name"] for control in seen["controls"]] == [name for name in fields if name != "quantile"]
    for control in seen["controls"]:
        name, field = control["name"], fields[control["name"]]
        assert control["label"] == f"{re.split('[:,.(]', field['description'])[0]} {name}".replace("  ", " ")
        assert control["help"] == field["description"]
        assert control["required"] is (name in required)
        if control["options"]:
            assert control["options"][::6] == ["Monday", "Sunday"]
        elif control["type"] == "number":
            limits = [str(field["minimum"]), str(field["maximum"]), "1"]
            assert [control["min"], control["max"], control["step"]] == limits
        else:
            assert (control["minLength"], control["maxLength"]) == (field["minLength"], field["maxLength"])


@visit("a wrong value, then a right one")
def test_a_wrong_value_shows_the_limit_and_sends_no_request(client: TestClient, seen: Any) -> None:
    """A right one sends one request, and the prediction is in the model's unit."""
    limit = "Value must be less than or equal to 23."
    assert seen["refused"] == {"error": limit, "requests": [], "focus": "hour_of_day"}
    (request,) = seen["requests"]
    assert request == seen["copied"][0]
    prediction = client.get(f"/v1/prediction?{QUERY_STRING}").json()["prediction"]
    assert seen["prediction"] == f"{prediction} kW"


@visit("a wrong value, then a right one")
@pytest.mark.usefixtures("curl")
def test_the_copied_requests_run(client: TestClient, seen: Any) -> None:
    """The URL, curl with a body, and Python get the prediction that the page shows."""
    url, shell, python = seen["copied"]
    document = client.get(url[url.index("/v1") :]).json()
    for command in (["curl", "--silent", url], ["sh", "-c", f"{shell} --silent"]):
        assert json.loads(subprocess.run(command, capture_output=True, check=True).stdout) == document
    printed = subprocess.run([sys.executable, "-c", python], capture_output=True, text=True, check=True).stdout
    assert printed == f"{document}\n"


@visit("what the server refuses")
def test_an_error_of_the_server_is_shown_at_its_field(client: TestClient, seen: Any) -> None:
    """The field has the focus, and the server's detail beside it."""
    (error,) = client.get("/v1/forecast?N=24&start=2026-11-26T00:30:00-08:00").json()["errors"]
    assert seen == {"error": error["detail"], "focus": error["parameter"]}


@visit("a server that goes away")
def test_a_failed_request_can_be_repeated(seen: Any) -> None:
    """The server cannot be reached, or a proxy responds; the back button shows the chart before."""
    assert seen == ["The server cannot be reached. Try again", "The server answered 502. Try again"]


@visit("an address that is shared")
def test_the_address_contains_the_view(seen: Any) -> None:
    """Another browser shows the same, and the back button goes back."""
    assert seen["shared"][0] == ["48", "2026-12-24T00:00:00-08:00", "8", "3", "122"]
    assert seen["restored"] == seen["shared"]
    assert seen["back"] == "No hour is asked for yet."


@visit("the keyboard alone")
def test_the_keyboard_reaches_everything(seen: Any) -> None:
    """It reaches the sliders of both charts, their tables, and every field, button and link."""
    assert {
        "Hour of the forecast", "The values as a table", "N", "start", "What it means", "Show", "Now", "year-shown",
        "Day of the year; Enter shows it above", "hour_of_day", "day_of_week", "day_of_year", "Predict",
        "Copy URL", "Copy curl", "Copy Python", "model card", "OpenAPI", "forecast", "prediction",
    } <= set(seen)  # fmt: skip


@visit("accessibility")
def test_axe_finds_nothing(seen: Any) -> None:
    """It checks light and dark, with a table, help texts, examples and a prediction in sight."""
    assert seen == [[], []]


@visit("every width")
def test_nothing_is_wider_than_the_window(seen: Any) -> None:
    """The windows are a telephone's, one at 200 % zoom, a notebook's, and a large one."""
    assert seen == [True, True, True, True]


@visit("a model card that the page does not understand")
def test_an_error_of_the_page_is_shown(seen: Any) -> None:
    """A page that stays empty explains nothing."""
    assert seen.startswith("This page has an error: TypeError: Cannot read properties of undefined (reading ")


@visit("an error in the page's own code")
def test_an_error_after_the_page_is_loaded_is_shown_above_its_charts(seen: Any) -> None:
    """The charts stay."""
    assert seen == {"before": "", "status": "This page has an error: Uncaught Error: no such day", "chart": True}


@visit("no JavaScript")
def test_without_javascript_the_page_has_links_to_the_api(client: TestClient, seen: Any) -> None:
    """It says that its charts need JavaScript."""
    text, links = seen
    assert text.startswith("This page draws its charts and checks its forms with JavaScript, which is off here.")
    assert [client.get(f"/{link}").status_code for link in links] == [200] * 4


@visit("another model, mounted")
def test_the_page_describes_another_model(seen: Any) -> None:
    """If the model does not know the present year, the forecast begins where its data ends."""
    assert "A building in the time zone Asia/Kolkata: mean power in MW" in seen["text"]
    assert "hospital" not in seen["text"]
    assert "public holiday" not in seen["text"]
    assert "8,000 hours from 2017-01-01 to 2017-12-31, 760 missing" in seen["text"]
    assert seen["input"] == ["168", "2018-01-01T00:00:00+05:30"]
    assert seen["note"] is True
