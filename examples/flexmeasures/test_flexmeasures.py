"""The README's commands as they stand, against PostgreSQL, Redis and the FlexMeasures server: all is real."""

import csv
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate
from operator import add
from typing import Any

import pytest
import requests

pytest.importorskip("flexmeasures_client", reason="FlexMeasures is not installed: see examples/flexmeasures/README.md")
from examples.flexmeasures.live_site import (
    ROOT,
    Site,
    block,
    finished,
    flexmeasures,
    following_the_readme,
    forecast,
    free_port,
    new_sensor,
    post,
    query,
    read,
    send,
    sources,
    started,
    stored,
    this_hour,
    trigger,
    typed,
)

CLOCK_CHANGES_AND_A_YEAR = [
    ("2027-03-13T00:00:00-08:00", 72),
    ("2027-11-06T00:00:00-07:00", 72),
    ("2028-01-01T00:00:00-08:00", 8784),
]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Everything started, and the README followed up to the first forecast; stopped and removed afterwards."""
    with following_the_readme() as site:
        yield site


def test_a_second_run_changes_nothing(site: Site) -> None:
    """The command and the API's trigger have run already; once more, every belief is what it was."""
    start = this_hour()
    before = stored(site, "SENSOR", start, 48)
    assert len(before[0.5]) >= 47  # the hour may have changed since
    typed(block("add forecasts"), site)
    after = stored(site, "SENSOR", start, 47)
    assert after == {probability: values[:47] for probability, values in before.items()}


@pytest.mark.parametrize(("start", "n_hours"), CLOCK_CHANGES_AND_A_YEAR)
def test_the_forecaster_stores_mean_and_quantiles(site: Site, start: str, n_hours: int) -> None:
    """Over both clock changes and a leap year: equal at each probability, ordered, of a forecaster, and once."""
    mean = forecast(site, N=n_hours, start=start)["values"]
    trigger(site, "SENSOR", start, n_hours)
    quantiles = [0.05, 0.1, 0.25, 0.75, 0.9, 0.95]
    expected = {q: forecast(site, N=n_hours, start=start, quantile=q)["values"] for q in quantiles} | {0.5: mean}
    beliefs = stored(site, "SENSOR", start, n_hours)
    assert beliefs == expected
    assert all(list(hour) == sorted(hour) for hour in zip(*(beliefs[p] for p in sorted(beliefs)), strict=True))
    assert read(site, "SENSOR", start, n_hours) == mean
    trigger(site, "SENSOR", start, n_hours)
    assert stored(site, "SENSOR", start, n_hours) == expected


def test_changed_values_are_newer_beliefs(site: Site) -> None:
    """The whole distribution of the hours that changed; the older beliefs stay, and the newer ones count."""
    sensor, start = new_sensor(site, "changed", LoadForecaster={}), this_hour()
    trigger(site, sensor, start, 2)
    values = read(site, sensor, start, 2)
    changed = "UPDATE timed_belief SET event_value = 0 WHERE sensor_id = %s AND event_start = %s RETURNING 1"
    assert len(query(site, changed, site[sensor], start)) == 7
    trigger(site, sensor, start, 2)
    assert stored(site, sensor, start, 2)[0.5] == [0, *values]
    assert read(site, sensor, start, 2) == values


def test_a_prior_is_the_time_of_belief(site: Site) -> None:
    """For simulations; again, a second run changes nothing."""
    sensor, start, prior = (
        new_sensor(site, "simulated", LoadForecaster={}),
        "2026-03-01T00:00-08:00",
        "2026-02-28T12:00Z",
    )
    for _ in range(2):
        answer = send(site, sensor, "forecasts/trigger", {"start": start, "duration": "PT24H", "prior": prior})
        finished(answer.text, site)
    horizons = "SELECT count(*), min(belief_horizon), max(belief_horizon) FROM timed_belief WHERE sensor_id = %s"
    ((count, first, last),) = query(site, horizons, site[sensor])
    assert (count, first, last) == (24 * 7, timedelta(hours=21), timedelta(hours=44))


def test_its_source_is_a_forecaster_and_its_beliefs_are_formed_now(site: Site) -> None:
    """So FlexMeasures never trains on them, and they are forecasts, not measurements."""
    assert sources(site, "SENSOR") == [("forecaster", "LoadForecaster")]
    horizons = query(
        site,
        "SELECT min(belief_horizon) > '0' FROM timed_belief WHERE sensor_id = %s AND event_start > now()",
        site["SENSOR"],
    )
    assert horizons == [(True,)]


def test_other_sensors_are_forecast_by_flexmeasures_as_ever(site: Site) -> None:
    """Without the attribute, the trigger runs FlexMeasures' own forecaster."""
    sensor = new_sensor(site, "ordinary")
    trigger(site, sensor, this_hour(), 48)
    assert sources(site, sensor) == [("forecaster", "TrainPredictPipeline")]


def test_the_api_cannot_name_a_forecaster(site: Site) -> None:
    """Which is why the plugin looks at the sensor instead; if this fails, that class can go."""
    answer = send(site, "SENSOR", "forecasts/trigger", {"duration": "PT48H", "model": "LoadForecaster"})
    assert (answer.status_code, "Unknown field." in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("name", "start", "sensor", "message"),
    [
        ("no server", None, {"url": "http://localhost:1"}, "No forecast service answers at http://localhost:1"),
        ("far away", "2050-01-01T00:00:00-08:00", {}, "The forecast service refuses: "),
        ("no such quantile", None, {"quantiles": [0.33]}, "The forecast service refuses: quantile must be one of"),
    ],
)
def test_what_is_wrong_is_the_jobs_message(site: Site, name: str, start: str, sensor: Any, message: str) -> None:
    """A FlexMeasures user reads what to do, not a traceback."""
    with pytest.raises(Exception, match=re.escape(message)):
        trigger(site, new_sensor(site, name, LoadForecaster=sensor), start or this_hour(), 48)


def test_a_sensor_that_is_not_hourly_is_refused(site: Site) -> None:
    """Rather than filled with something else than the forecast."""
    sensor = new_sensor(site, "quarters", resolution="PT15M", LoadForecaster={})
    with pytest.raises(Exception, match="The forecast is hourly"):
        trigger(site, sensor, this_hour(), 48)


def test_the_forecaster_converts_to_the_sensors_unit(site: Site) -> None:
    """An hour of 1 MW is 1,000 kWh."""
    start = this_hour()
    kilowatts = forecast(site, N=3, start=start)["values"]
    for unit, factor in (("MW", 0.001), ("kWh", 1)):
        sensor = new_sensor(site, unit, unit, LoadForecaster={})
        trigger(site, sensor, start, 3)
        assert read(site, sensor, start, 3, unit) == pytest.approx([value * factor for value in kilowatts])


def test_curl_posts_the_band_into_the_chart(site: Site) -> None:
    """The cron script's lines; the chart of the building then has the forecast, its band and nothing else."""
    start = this_hour()
    finished(typed(block("pipefail"), site), site)
    for sensor, quantile in (("LOW", 0.1), ("HIGH", 0.9)):
        assert read(site, sensor, start, 47) == forecast(site, N=47, start=start, quantile=quantile)["values"]
    chart = requests.get(
        f"{site['FLEXMEASURES']}/api/v3_0/assets/{site['SITE']}/chart_data", timeout=60,
        params={"event_starts_after": start}, headers={"Authorization": site["TOKEN"]},
    )  # fmt: skip
    drawn = {row["sensor"]["id"] for row in chart.json() if row["event_value"] is not None}
    assert drawn == {int(site[sensor]) for sensor in ("SENSOR", "LOW", "HIGH")}


def test_the_python_client_posts_the_same(site: Site) -> None:
    """The Python of the README, run as it stands."""
    start = this_hour()
    subprocess.run(["python", "-c", block("post_forecast")], env=site, check=True)
    assert read(site, "HIGH", start, 47) == forecast(site, N=47, start=start, quantile=0.9)["values"]


@pytest.mark.parametrize(("start", "n_hours"), CLOCK_CHANGES_AND_A_YEAR)
def test_an_answer_is_read_back_equal(site: Site, start: str, n_hours: int) -> None:
    """Posted as it is."""
    post(site, "LOW", forecast(site, N=n_hours, start=start))
    assert read(site, "LOW", start, n_hours) == forecast(site, N=n_hours, start=start)["values"]


def test_without_a_start_forecasts_pass_for_measurements(site: Site) -> None:
    """They are about hours that are over."""
    sensor = new_sensor(site, "past")
    post(site, sensor, forecast(site, N=8))
    assert query(site, "SELECT max(belief_horizon) < '0' FROM timed_belief WHERE sensor_id = %s", site[sensor]) == [
        (True,)
    ]


def test_flexmeasures_refuses_kilowatts_for_a_sensor_in_kilowatt_hours(site: Site) -> None:
    """And says so."""
    with pytest.raises(ValueError, match="Required unit for this sensor is kWh, got incompatible unit: kW"):
        post(site, new_sensor(site, "energy", "kWh"), forecast(site, N=8))


def test_of_two_quantiles_on_one_sensor_the_last_counts(site: Site) -> None:
    """Both lie at probability 0.5, and their source is a user."""
    sensor, start = new_sensor(site, "mixed"), this_hour()
    low, high = (forecast(site, N=8, start=start, quantile=quantile) for quantile in (0.1, 0.9))
    post(site, sensor, low, prior="2026-01-01T00:00:00Z")
    post(site, sensor, high, prior="2026-01-01T00:00:01Z")
    assert list(stored(site, sensor, start, 8)) == [0.5]
    assert sources(site, sensor) == [("user", None)]
    assert read(site, sensor, start, 8) == high["values"]


def test_the_schedule_shaves_the_peak_of_the_forecast(site: Site) -> None:
    """With 1 MWh and 200 kW, the day's highest quarter is at least 50 kW lower, and the storage is never overdrawn."""
    start = this_hour()
    finished(typed(block("pipefail"), site), site)
    (job,) = finished(typed(block("schedules/trigger"), site), site)
    schedule = flexmeasures(site, lambda client: client.get_schedule(int(site["BATTERY"]), job, "PT24H", "kW"))
    battery = schedule["values"]
    load = [value for value in forecast(site, N=24, start=start, quantile=0.9)["values"] for _ in range(4)]
    assert len(battery) == len(load)
    assert max(map(add, load, battery)) < max(load) - 50
    assert all(-1e-6 <= 500 + energy / 4 <= 1000 + 1e-6 for energy in accumulate(battery))


def test_a_model_trained_on_the_sensors_history_forecasts_as_the_published_one(site: Site) -> None:
    """FlexMeasures gives the published hours back as they were, and with them the model."""
    with (ROOT / "data" / "SF_hospital_load.csv").open() as file:
        load = [float(row["y"]) for row in csv.DictReader(file)]
    post(site, "METER", {"values": load, "start": "2017-01-01T00:00:00-08:00", "duration": "P365D", "unit": "kW"})
    made = [ROOT / name for name in ("history.json", "history.csv", "my.onnx", "my-report")]
    assert not any(path.exists() for path in made), f"{made} would be overwritten"
    port = str(free_port())
    serve = ["env", "FORECAST_MODEL=my.onnx", ".venv/bin/uvicorn", "serve:app", "--port", port]
    try:
        typed(block("train.py"), site)
        with started(serve, "running on", site):
            question = {"N": 8784, "start": "2028-01-01T00:00:00-08:00"}
            own = forecast({"FORECAST": f"http://localhost:{port}"}, **question)
            assert own == forecast(site, **question)
    finally:
        for path in made:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
