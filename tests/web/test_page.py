"""The page shows what the server responds."""

import json
import re
import subprocess
import sys
from ast import literal_eval
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from matplotlib import colormaps
from starlette.testclient import TestClient

from forecast_core.contract import schema
from tests.builders import FIELDS, HOUR, LOS_ANGELES

pytestmark = pytest.mark.slow("browsers")

SITE = ZoneInfo(LOS_ANGELES)
PACIFIC_STANDARD = timezone(timedelta(hours=-8))
INTERVAL = {"quantiles": "0.05,0.95"}
WEEK = {"N": 169, "start": "2026-10-26T00:00:00-07:00"}
"""The week of the visits, in which the clocks go back."""
SPACE, KILOWATT = "\u202f", "\u00a0kW"
NOISE = {
    "what the server refuses": ["Failed to load resource: "],
    "a start that is cleared, and a tab that stays open": ["Failed to load resource: "],
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
    return list(response_to(client, **request)["values"])


def response_to(client: TestClient, **request: Any) -> dict[str, Any]:
    response = client.get("/v1/forecast", params=request)
    assert response.status_code == 200
    return dict(response.json())


def written(number: float, decimals: int = 0) -> str:
    """Write a number as the page does."""
    return f"{number:,.{decimals}f}".replace(",", SPACE).replace("-", "\u2212")


@visit("this week")
def test_the_chart_shows_the_forecast(client: TestClient, seen: Any) -> None:
    """Line, interval, table and text agree, over the end of daylight saving time; the axis begins at zero."""
    response = response_to(client, **WEEK, **INTERVAL)
    mean, low, high = response["values"], response["quantiles"]["0.05"], response["quantiles"]["0.95"]
    assert seen["input"] == [str(WEEK["N"]), WEEK["start"]]
    starts = [row[0] for row in seen["table"]]
    first = datetime.fromisoformat(str(WEEK["start"]))
    assert [datetime.fromisoformat(start) for start in starts] == [first + hour * HOUR for hour in range(169)]
    assert starts[144:147] == ["2026-11-01T00:00:00-07:00", "2026-11-01T01:00:00-07:00", "2026-11-01T01:00:00-08:00"]
    assert [[float(cell) for cell in row[1:]] for row in seen["table"]] == [
        list(row) for row in zip(mean, low, high, strict=True)
    ]

    assert [tick for tick, _ in seen["ticks"]] == ["0", "500", f"1{SPACE}000", f"1{SPACE}500"]
    (_, bottom_y), *_, (_, top_y) = seen["ticks"]
    to_power = np.polynomial.Polynomial.fit([bottom_y, top_y], [0, 1500], 1)
    line = [to_power(float(y)) for y in re.findall(r"[V,]([\d.]+)H", seen["mean"])]
    interval = [to_power(float(y)) for y in re.findall(r"[V,]([\d.]+)H", seen["band"])]
    # A thousandth of a pixel is what a path's digits leave of 1,500 kW on 300 pixels.
    assert line == pytest.approx(mean, abs=0.01)
    assert interval == pytest.approx([*high, *reversed(low)], abs=0.01)

    assert seen["rest"] == ["weekend", "weekend"]
    assert seen["now"] == 2
    assert seen["first"].splitlines()[0] == f"{written(mean[109])} kW"


@visit("this week")
def test_the_headline_says_what_the_week_means(client: TestClient, seen: Any) -> None:
    """Energy, the difference to the week before, and the peak with its edge are those of the forecast."""
    response = response_to(client, **WEEK, **INTERVAL)
    mean, high = response["values"], response["quantiles"]["0.95"]
    past = forecast(client, N=168, start="2026-10-19T00:00:00-07:00")
    more = 100 * (sum(mean) / sum(past) - 1)
    peak = datetime.fromisoformat(str(WEEK["start"])) + int(np.argmax(mean)) * HOUR
    assert seen["headline"] == (
        f"This week: {sum(mean) / 1000:.1f} MWh, {more:.1g} % more than the week before. "
        f"Peak {written(max(mean))}{KILOWATT} on {peak:%A %H:%M} to {peak + HOUR:%H:%M}, "
        f"up to {written(max(high))}{KILOWATT} (95\u00a0% quantile)."
    )
    assert seen["heading"] == "This week, 26 October \u2013 1 November 2026"
    assert seen["title"] == f"{seen['heading']} \u2013 Hospital in San Francisco (simulated)"


@visit("this week")
def test_the_interval_has_the_shares_that_were_measured(client: TestClient, seen: Any) -> None:
    """They are the model card's."""
    errors = client.get("/v1/model").json()["expected_errors"]
    shares = [round(100 * errors[name]["share"]) for name in errors if name.startswith("interval")]
    assert seen["interval"] == f"90 % interval (measured: {min(shares)} to {max(shares)} % of hours)"


@visit("this week")
def test_the_interval_is_one_request(seen: Any) -> None:
    """So is the week before and the year; none of the three waits for another."""
    queries = [url.split("?")[1] for _, url, _ in seen["requests"] if "forecast?" in url]
    assert [query.split("&")[0] for query in queries] == ["N=169", "N=168", "N=8760"]
    assert ["quantiles" in query for query in queries] == [True, False, False]


@visit("this week")
def test_the_keys_move_by_an_hour_a_day_and_to_the_ends(seen: Any) -> None:
    """A pointer does as much."""
    keys = ("ArrowRight", "PageDown", "PageUp", "Home", "End", "pointed")
    assert {key: seen[key].split("; ")[2] for key in keys} == {
        "ArrowRight": "Fri, 30 Oct 2026, 14:00 (UTC-07:00)",
        "PageDown": "Thu, 29 Oct 2026, 14:00 (UTC-07:00)",
        "PageUp": "Sat, 31 Oct 2026, 14:00 (UTC-07:00)",
        "Home": "Mon, 26 Oct 2026, 00:00 (UTC-07:00)",
        "End": "Sun, 1 Nov 2026, 23:00 (UTC-08:00)",
        "pointed": "Sun, 1 Nov 2026, 01:00 (UTC-07:00)",
    }


@visit("moving by day, week and month")
def test_a_person_moves_by_day_week_and_month(seen: Any) -> None:
    """The heading names the period, the date field holds a day, and an unchanged address makes no entry."""
    headline = seen["seen"].pop(-2)
    assert seen["seen"] == [
        ["Next week, 2 \u2013 8 November 2026", "168", "2026-11-02T00:00:00-08:00", "2026-11-02"],
        ["9 \u2013 15 November 2026", "168", "2026-11-09T00:00:00-08:00", "2026-11-09"],
        ["November 2026", "721", "2026-11-01T00:00:00-07:00", "2026-11-09"],
        ["October 2026", "744", "2026-10-01T00:00:00-07:00", "2026-10-01"],
        ["December 2026", "744", "2026-12-01T00:00:00-08:00", "2026-12-25"],
        ["Friday 25 December 2026", "24", "2026-12-25T00:00:00-08:00", "2026-12-25"],
        ["Today, Friday 30 October 2026", "24", "2026-10-30T00:00:00-07:00", "2026-10-30"],
    ]
    assert headline.endswith(" Christmas Day.")
    assert seen["unchanged"] == 0


@visit("moving by day, week and month")
def test_the_last_week_ends_with_the_known_years(seen: Any) -> None:
    """There is no week after it."""
    assert seen["last"] == ["48", "2047-12-30T00:00:00-08:00"]
    assert seen["disabled"] == [False, False, True]


@visit("compared with the week before and a year before")
def test_weeks_are_compared_hour_by_hour(client: TestClient, seen: Any) -> None:
    """Readout, headline and line have the same weekdays of the week before, or of 52 weeks before."""
    mean = forecast(client, N=168, start="2026-11-09T00:00:00-08:00")
    for compare, name, start in (
        ("before", "the week before", "2026-11-02T00:00:00-08:00"),
        ("year", "a year before", "2025-11-10T00:00:00-08:00"),
    ):
        past = forecast(client, N=168, start=start)
        readout, headline, line = seen[compare]
        more = round(mean[0] - past[0])
        sign = "+" if more > 0 else ""
        assert f"; {name}: {written(past[0])} (difference {sign}{written(more)}); " in readout
        percent = 100 * (sum(mean) / sum(past) - 1)
        word = "less" if percent < 0 else "more"
        difference = f"{abs(percent):.1g} % {word} than" if abs(percent) >= 0.05 else "as much as"
        assert f", {difference} {name}. Peak " in headline
        assert len(re.findall(r"[V,]([\d.]+)H", line)) == 168


@visit("compared with the week before and a year before")
def test_the_quantile_of_the_peak_can_be_chosen(client: TestClient, seen: Any) -> None:
    """The headline has it, and the address, too."""
    response = response_to(client, N=168, start="2026-11-09T00:00:00-08:00", quantiles="0.9")
    assert f"up to {written(max(response['quantiles']['0.9']))}{KILOWATT} (90\u00a0% quantile)." in seen["quantile"]
    assert seen["address"].endswith("?period=week&date=2026-11-11&compare=year&quantile=0.9")


@visit("measured power from a file")
def test_measured_power_is_compared_with_the_forecast(client: TestClient, seen: Any) -> None:
    """MAE, mean error and share within the interval are those of numpy; other layouts give the same."""
    response = response_to(client, N=48, start="2026-10-14T01:00:00-07:00", **INTERVAL)
    mean, low, high = (
        np.array(values) for values in (response["values"], *(response["quantiles"][key] for key in ("0.05", "0.95")))
    )
    actual = np.array([1000 + 10 * (hour % 24) + 0.5 for hour in range(48)])
    mae, error = np.abs(mean - actual).mean(), (mean - actual).mean()
    share = 100 * ((low <= actual) & (actual <= high)).mean()
    expected = client.get("/v1/model").json()["expected_errors"]["mae_by_week"]["mean"]
    line = (
        f"MAE {mae:.3g} kW, where {expected:.3g} is expected; mean error {error:.3g} kW, so the forecast is too low; "
        f"{share:.3g} % of 48 hours within the 90 % interval. "
        "Values were read as kW, times as the end of an interval, in standard time. "
        "In hours that the model was trained on, errors are smaller; "
        "evaluate.py tells you whether the model still holds."
    ).replace("-", "\u2212")
    assert seen["shown"] == f"measured.csv: {line}"
    assert seen["localFormat"] == f"german.csv: {line}"
    assert len(re.findall(r"[V,]([\d.]+)H", seen["line"])) == 48


@visit("measured power from a file")
def test_a_file_that_is_no_measurement_is_refused_in_a_line(seen: Any) -> None:
    """The line says what to mend."""
    assert seen["refused"] == [
        "words: line 2 has no number.",
        "ambiguous: write 1/2/2026 as 2026-01-31.",
        "daily: its rows are 1440 minutes apart; an hour is the most.",
        "old: it has no hour in the years that the model knows.",
        "empty: it needs a column of times, like 2026-01-31 13:00, and one of numbers.",
        "saved: it is a forecast that this page saved; choose measured power.",
    ]


@visit("measured power from a file")
def test_measured_power_never_leaves_the_browser(seen: Any) -> None:
    """While files are read and compared, the page asks for the forecast of their hours, and sends nothing else."""
    for method, url, body in seen["requests"]:
        path, query = urlsplit(url).path, parse_qs(urlsplit(url).query)
        assert (method, body) == ("GET", None)
        assert path == "/web/icon.svg" or (path == "/v1/forecast" and set(query) <= {"N", "start", "quantiles"})


@visit("measured power of a long time")
def test_the_page_shows_all_measured_hours(seen: Any) -> None:
    """At most the last year of them; the sentence is about the hours that are shown."""
    assert seen["title"].startswith("8784 hours from ")
    assert f" of 8{SPACE}784 hours within the 90 % interval." in seen["errors"]


@visit("what can be taken away")
def test_the_csv_has_what_is_shown(client: TestClient, seen: Any) -> None:
    """It has the interval, and the week before, which is compared."""
    response = response_to(client, **WEEK, **INTERVAL)
    header, *rows = [line.split(",") for line in seen["csv"].splitlines()]
    assert header == ["start", "mean (kW)", "5 % (kW)", "95 % (kW)", "the week before (kW)"]
    assert [float(row[1]) for row in rows] == response["values"]
    assert [float(row[2]) for row in rows] == response["quantiles"]["0.05"]
    assert [float(row[3]) for row in rows] == response["quantiles"]["0.95"]
    assert all(float(row[4]) > 0 for row in rows)
    assert seen["name"] == "Hospital in San Francisco (simulated), This week, 26 October \u2013 1 November 2026.csv"


@visit("what can be taken away")
@pytest.mark.usefixtures("curl")
def test_the_link_and_the_code_are_of_this_view(client: TestClient, seen: Any) -> None:
    """The link has the date; URL, curl and Python get what the chart shows."""
    assert seen["link"].endswith("/?compare=before&period=week&date=2026-10-30")
    assert seen["copied"] == seen["link"]
    assert runs(*seen["code"]) == [response_to(client, **WEEK, **INTERVAL)] * 3


def runs(url: str, shell: str, python: str) -> list[Any]:
    """Return what the three code samples get."""
    outputs = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for command in (["curl", "--silent", url], ["sh", "-c", f"{shell} --silent"], [sys.executable, "-c", python])
    ]
    return [json.loads(outputs[0]), json.loads(outputs[1]), literal_eval(outputs[2])]


@visit("other units and sizes")
def test_the_axis_fits_any_unit(seen: Any) -> None:
    """Ticks differ, their labels are within the drawing, and an axis without a zero says so."""
    watts, gigawatts, narrow, solar, flat = seen
    assert watts["ticks"] == ["0", *(f"{tick}{SPACE}000" for tick in (500, f"1{SPACE}000", f"1{SPACE}500"))]
    assert gigawatts["ticks"] == ["0", "20", "40", "60"]
    assert narrow["ticks"] == [f"10{SPACE}0{last:02}" for last in (6, 8, 10, 12, 14)]
    assert solar["ticks"] == ["\u2212150", "\u2212100", "\u221250", "0"]
    assert flat["ticks"] == ["4", "6"]
    assert all(one["left"] >= 0 for one in seen)
    assert [one["note"] for one in seen] == [0, 0, 1, 0, 1]
    assert "TWh" in gigawatts["headline"]
    assert re.search(r"90 % interval: 10\u202f\d{3}\.\d\d to 10\u202f\d{3}\.\d\d\n", narrow["readout"])
    assert solar["readout"].startswith("\u2212")
    assert re.search(
        r"\. Lowest \u2212[\d.]+\u00a0kW on \w+ \d\d:00 to \d\d:00, down to \u2212[\d.]+\u00a0kW \(5 % quantile\)\.",
        solar["headline"],
    )


@visit("paper and forced colours")
def test_the_page_can_be_printed(seen: Any) -> None:
    """The carpet and its marks stay together, and an opened table is printed whole."""
    scale = seen["svg"]["width"] / seen["svg"]["drawn"]
    assert scale < 0.6
    assert seen["canvas"]["x"] - seen["svg"]["x"] == pytest.approx(52 * scale, abs=0.5)
    assert seen["canvas"]["y"] - seen["svg"]["y"] == pytest.approx(26 * scale, abs=0.5)
    third_day = seen["canvas"]["x"] + seen["canvas"]["width"] * 2 / 365  # 3 January 2026 is a Saturday
    assert seen["mark"]["x"] == pytest.approx(third_day, abs=0.5)
    assert seen["table"] <= 0


@visit("paper and forced colours")
def test_keys_and_sliders_keep_their_colours_where_colours_are_forced(seen: Any) -> None:
    """Without them, the charts cannot be read."""
    assert set(seen["keys"]) == {"none"}
    assert seen["slider"] == "auto"  # the browser's own, which follows the forced colours


@visit("a telephone")
def test_an_hour_of_the_year_is_read_by_tapping(seen: Any) -> None:
    """The tap stays on the page, and a button shows the day; each weekday has its name."""
    assert seen["weekdays"] == ["Fri", "Sat", "Sun", "Mon", "Tue", "Wed", "Thu"]
    stayed, readout = seen["tapped"]
    assert stayed
    assert readout.startswith("Sat, 11 Apr 2026; 08:00: ")


@visit("a start that is cleared, and a tab that stays open")
def test_the_page_follows_the_clock(seen: Any) -> None:
    """Hours without a start begin now; the visit waits for the heading of the next day."""
    address, start, headline, refused, mismatches, invalid = seen
    assert refused == ["Value must be greater than or equal to 1.", "N"]
    assert mismatches == [True, False, False]
    assert invalid == ["N must be at least 1, got 0 Try again", "unanswered"]
    assert headline.startswith("24 hours from Fri, 30 Oct 2026: ")
    assert address.endswith("/?N=24")
    assert start == "2026-10-30T13:00:00-07:00"


@visit("back over a slow response")
def test_address_and_view_agree(seen: Any) -> None:
    """The back button over a slow response shows the old view; six keys in a field are one request and one entry."""
    address, heading, hours, status = seen["back"]
    assert address.endswith("/")
    assert (heading, hours, status) == ("This week, 26 October \u2013 1 November 2026", "169", "")
    assert (seen["years"], seen["entries"]) == (1, 1)


@visit("the year")
def test_the_carpet_plot_shows_the_year(client: TestClient, seen: Any) -> None:
    """It is in cividis and by the local clock; the button shows the hours of a day in the chart."""
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

    day = expected[days.index("2026-11-01")]
    whole = sum(sum(powers["2026-11-01", hour]) for hour in range(24))
    assert seen["text"] == (
        f"Sun, 1 Nov 2026; 01:00: {written(day[1])} kW; the day: {written(np.min(day))} to {written(np.max(day))} kW, "
        f"{whole / 1000:.4g} MWh"
    )
    assert [text.removesuffix("; 01") for text in seen["keys"][:3]] == [
        "Thu, 31 Dec 2026", "Thu, 24 Dec 2026", "Thu, 31 Dec 2026",
    ]  # fmt: skip
    assert [text[-2:] for text in seen["keys"]] == ["01", "01", "01", "00", "01", "02"]
    assert seen["clicked"] == ["25", "2026-11-01T00:00:00-07:00"]
    assert seen["entered"] == ["24", "2026-12-31T00:00:00-08:00"]


@visit("a wrong value, then a right one")
def test_the_forms_have_the_fields_of_the_schemas(seen: Any) -> None:
    """Order, limits and help are the schemas', and weekdays have their names."""
    fields = schema("forecast-request")["properties"] | schema("prediction-request")["properties"]
    required = schema("forecast-request")["required"] + schema("prediction-request")["required"]
    assert [control["name"] for control in seen["controls"]] == [
        name for name in fields if not name.startswith("quantile")
    ]
    for control in seen["controls"]:
        name, field = control["name"], fields[control["name"]]
        assert control["label"].split() == [*re.split("[:,.(]", field["description"])[0].split(), name]
        assert control["help"] == field["description"]
        assert control["required"] is (name in required)
        if control["options"]:
            assert control["options"][::6] == ["Monday", "Sunday"]
        elif control["type"] == "number":
            limits = [str(field["minimum"]), str(field["maximum"]), ""]  # without a step, numbers are whole
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
    prediction = client.get("/v1/prediction", params={**FIELDS, "hour_of_day": 9}).json()["prediction"]
    assert seen["prediction"] == f"{prediction} kW"


@visit("a wrong value, then a right one")
@pytest.mark.usefixtures("curl")
def test_the_copied_requests_run(client: TestClient, seen: Any) -> None:
    """The URL, curl and Python get the prediction that the page shows; the visit waits until "Copied" is said."""
    url = seen["copied"][0]
    assert runs(*seen["copied"]) == [client.get(url[url.index("/v1") :]).json()] * 3


@visit("a wrong value, then a right one")
def test_a_date_fills_the_calendar_fields(seen: Any) -> None:
    """They are what the file's timestamp of that hour shows: its end, in standard time, three weekdays behind."""
    for moment, *fields in seen["moments"]:
        shown = datetime.fromisoformat(moment).replace(tzinfo=SITE).astimezone(PACIFIC_STANDARD) + HOUR
        assert fields == [str(shown.hour), str((shown.weekday() - 3) % 7), str(shown.timetuple().tm_yday)]


@visit("what the server refuses")
def test_an_error_of_the_server_is_shown(client: TestClient, seen: Any) -> None:
    """The server's detail names the field."""
    (error,) = client.get("/v1/forecast?N=24&start=2026-11-26T00:30:00-08:00").json()["errors"]
    assert error["parameter"] in error["detail"]
    assert seen == f"{error['detail']} Try again"


@visit("a server that goes away")
def test_a_failed_request_can_be_repeated(seen: Any) -> None:
    """Whatever responds, the old chart is dimmed and the page says why; the focus stays near after a new attempt."""
    assert [status for status, *_ in seen] == [
        f"{detail} Try again"
        for detail in (
            "The server cannot be reached.",
            "The server responded 502.",
            "The server responded 502.",
            "What responded is not the forecast server.",
            "The server has not responded for 10 seconds.",
        )
    ]
    assert {opacity for _, opacity, _ in seen} == {"0.35"}
    assert all("October" in focus for *_, focus in seen)  # the heading of the section


@visit("an address that is shared")
def test_the_address_contains_the_view(seen: Any) -> None:
    """Another browser shows the same, and the back button goes back."""
    assert seen["shared"][0] == ["48", "2026-12-24T00:00:00-08:00", "8", "3", "122"]
    assert seen["restored"] == seen["shared"]
    assert seen["back"] == [str(WEEK["N"]), WEEK["start"], "8", "3", "122"]


@visit("the keyboard alone")
def test_the_keyboard_reaches_everything(seen: Any) -> None:
    """It reaches the sliders of both charts, their tables, and every field, button and link."""
    assert {
        "\u2039 Previous", "Today", "Next \u203a", "date", "period", "compare", "quantile", "save", "link", "file",
        "Hour of the forecast", "The values as a table", "N", "start", "What it means", "Show", "year-shown",
        "Day of the year; arrows up and down choose the hour", "Show this day above",
        "moment", "hour_of_day", "day_of_week", "day_of_year", "Predict",
        "Copy URL", "Copy curl", "Copy Python", "model card", "OpenAPI",
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
    assert seen.startswith("This page has an error: Uncaught TypeError: Cannot read properties of undefined (reading ")


@visit("an error in the page's own code")
def test_an_error_after_the_page_is_loaded_is_shown_above_its_charts(seen: Any) -> None:
    """The charts stay."""
    assert seen == {"before": "", "status": "This page has an error: Uncaught Error: no such day", "chart": True}


@visit("no JavaScript")
def test_without_javascript_the_page_has_links_to_the_api(client: TestClient, seen: Any) -> None:
    """It says that its charts need JavaScript."""
    text, links = seen
    assert text.startswith("JavaScript, which draws this page, is off. Without it, you can get a week, ")
    assert [client.get(f"/{link}").status_code for link in links] == [200] * 4


@visit("another model, mounted")
def test_the_page_describes_another_model(seen: Any) -> None:
    """If the model does not know the present year, the forecast begins where its data ends."""
    assert "Mill: mean power in MW by the clock of Asia/Kolkata" in seen["text"]
    assert "It is odd." in seen["text"]
    assert "hospital" not in seen["text"].lower()
    assert f"8{SPACE}000 hours from 2017-01-01 to 2017-12-31, 760 missing" in seen["text"]
    assert "mark the start of an hour, in local time" in seen["text"]
    assert "Like Saturdays: holidays (none) and closures (annual service)." in seen["text"]
    assert "Monday is annual service." in seen["text"]
    assert seen["input"] == ["168", "2018-01-01T00:00:00+05:30"]
