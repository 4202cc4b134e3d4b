"""The plugin's forecaster in a FlexMeasures server: what it stores, where, and as whose belief."""

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

pytest.importorskip("flexmeasures_client", reason="FlexMeasures is not installed: see examples/flexmeasures/README.md")
import redis
import requests

from examples.flexmeasures.live_site import (
    CLOCK_CHANGES_AND_A_YEAR,
    FORECASTS,
    Site,
    StubService,
    block,
    finished,
    forecast,
    get,
    new_sensor,
    post,
    query,
    read,
    send,
    sources,
    stored,
    this_hour,
    trigger,
    typed,
)

SCHEDULER_READS = """
import sys
import pandas as pd
from flexmeasures import Sensor
from flexmeasures.app import create
from flexmeasures.data import db
from flexmeasures.data.models.planning.utils import get_power_values
with create().app_context():
    window = pd.date_range(sys.argv[2], periods=2, freq="D")
    sensor = db.session.get(Sensor, int(sys.argv[1]))
    print(get_power_values(tuple(window), pd.Timedelta(hours=1), None, sensor, True).ravel().tolist())
"""


def meter_with_forecasts(site: Site, name: str) -> tuple[str, str]:
    """A sensor with measurements of 777 kW, and then forecasts of 150 kW, of a day that is over; and its start."""
    sensor = new_sensor(site, name, LoadForecaster={"service": "stub"})
    start = (datetime.now(UTC) - timedelta(days=2)).replace(minute=0, second=0, microsecond=0).isoformat()
    post(site, sensor, {"values": [777] * 24, "start": start, "duration": "PT24H", "unit": "kW"})
    trigger(site, sensor, start, 24)
    return sensor, start


@pytest.mark.parametrize(("start", "n_hours"), CLOCK_CHANGES_AND_A_YEAR)
def test_the_forecaster_stores_the_mean_and_the_interval(site: Site, start: str, n_hours: int) -> None:
    """Over both clock changes and a leap year: one value an hour on each of the three sensors, and once."""
    answer = forecast(site, N=n_hours, start=start, quantiles="0.1,0.9")
    expected = {"SENSOR": answer["values"], "LOW": answer["quantiles"]["0.1"], "HIGH": answer["quantiles"]["0.9"]}
    for _ in range(2):
        trigger(site, "SENSOR", start, n_hours)
        assert {sensor: stored(site, sensor, start, n_hours) for sensor in FORECASTS} == {
            sensor: {0.5: values} for sensor, values in expected.items()
        }
    assert {sensor: read(site, sensor, start, n_hours) for sensor in FORECASTS} == expected


def test_the_service_is_asked_once(site: Site) -> None:
    """For the mean and all quantiles."""
    sensor, start = new_sensor(site, "asked", LoadForecaster={"service": "stub"}), this_hour()
    StubService.asked.clear()
    trigger(site, sensor, start, 3)
    assert len(StubService.asked) == 1


def test_quantiles_on_the_same_sensor_are_an_option(site: Site) -> None:
    """They are beliefs at their probabilities, ordered; the mean at 0.5 is what the API returns."""
    chosen, start = [0.05, 0.1, 0.25, 0.75, 0.9, 0.95], "2027-03-13T00:00:00-08:00"
    sensor = new_sensor(site, "distribution", LoadForecaster={"service": "hospital", "quantiles": chosen})
    answer = forecast(site, N=72, start=start, quantiles=",".join(map(str, chosen)))
    trigger(site, sensor, start, 72)
    beliefs = stored(site, sensor, start, 72)
    assert beliefs == {0.5: answer["values"], **{float(p): values for p, values in answer["quantiles"].items()}}
    assert all(list(hour) == sorted(hour) for hour in zip(*(beliefs[p] for p in sorted(beliefs)), strict=True))
    assert read(site, sensor, start, 72) == answer["values"]


def test_a_retraining_leaves_a_trace_and_its_values_count(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each model that enters service has a source of its own, also if it was there before; the newest values count."""
    sensor, start = new_sensor(site, "retrained", LoadForecaster={"service": "stub"}), this_hour()
    for digest, value in (("a" * 16, 100.0), ("b" * 16, 200.0), ("a" * 16, 100.0)):
        monkeypatch.setattr(StubService, "model_digest", digest)
        monkeypatch.setattr(StubService, "body", json.dumps({"values": [value] * 2, "unit": "kW"}))
        for _ in range(2):
            trigger(site, sensor, start, 2)
        assert read(site, sensor, start, 2) == [value] * 2
    sql = "SELECT attributes FROM data_source WHERE id IN (SELECT source_id FROM timed_belief WHERE sensor_id = %s)"
    attributes = [row[0] for row in query(site, f"{sql} ORDER BY id", site[sensor])]
    assert [trace["model_digest"][0] for trace in attributes] == ["a", "b", "a"]
    assert all(trace["data_generator"] == {"config": {"service": "stub"}} for trace in attributes)


def test_a_prior_is_the_time_of_belief(site: Site) -> None:
    """For simulations; again, a second run changes nothing."""
    sensor = new_sensor(site, "simulated", LoadForecaster={"service": "hospital"})
    start, prior = "2026-03-01T00:00-08:00", "2026-02-28T12:00Z"
    for _ in range(2):
        answer = send(site, sensor, "forecasts/trigger", {"start": start, "duration": "PT24H", "prior": prior})
        finished(answer.text, site)
    horizons = "SELECT count(*), min(belief_horizon), max(belief_horizon) FROM timed_belief WHERE sensor_id = %s"
    assert query(site, horizons, site[sensor]) == [(24, timedelta(hours=21), timedelta(hours=44))]


def test_measurements_stay_visible(site: Site) -> None:
    """On a meter's own sensor, a forecast of the past is older than the measurements: API, chart and scheduler."""
    sensor, start = meter_with_forecasts(site, "metered")
    assert read(site, sensor, start, 24) == [777] * 24
    address = f"{site['FLEXMEASURES']}/api/dev/sensor/{site[sensor]}/chart_data"
    query_string = {"event_starts_after": start, "compress_json": "false"}
    rows = requests.get(address, params=query_string, headers={"Authorization": site["TOKEN"]}, timeout=60).json()
    drawn = {(row["source"]["type"], row["event_value"]) for row in rows if row["event_value"] is not None}
    assert drawn == {("other", 777), ("forecaster", 150)}  # two lines, and each has all hours
    scheduler = subprocess.run(
        ["python", "-c", SCHEDULER_READS, site[sensor], start], env=site, check=True, capture_output=True, text=True
    )
    assert json.loads(scheduler.stdout.splitlines()[-1]) == pytest.approx([0.777] * 24)  # in MW


def test_a_version_would_hide_them(site: Site) -> None:
    """Which is why the digest is an attribute of the source; if this fails, it can be the version, too."""
    sensor, start = meter_with_forecasts(site, "versioned")
    versioned = "UPDATE data_source SET version = %s WHERE id = (SELECT max(source_id) FROM timed_belief b JOIN"
    versioned += " data_source s ON s.id = source_id WHERE sensor_id = %s AND type = 'forecaster') RETURNING 1"
    try:
        query(site, versioned, "1", site[sensor])
        assert read(site, sensor, start, 24) == [150] * 24
        query(site, versioned, "0123456789abcdef", site[sensor])
        parameters = {"start": start, "duration": "PT24H", "unit": "kW"}
        with pytest.raises(AssertionError):
            get(site, f"sensors/{site[sensor]}/data", **parameters)
    finally:
        query(site, versioned.replace("%s", "NULL", 1), site[sensor])


def test_its_source_is_a_forecaster_and_its_beliefs_are_formed_now(site: Site) -> None:
    """So FlexMeasures never trains on them, and they are forecasts, not measurements."""
    assert sources(site, "SENSOR") == [("forecaster", "LoadForecaster")]
    horizons = query(
        site,
        "SELECT min(belief_horizon) > '0' FROM timed_belief WHERE sensor_id = %s AND event_start > now()",
        site["SENSOR"],
    )
    assert horizons == [(True,)]


def test_its_jobs_are_like_flexmeasures_own(site: Site) -> None:
    """They are among the building's jobs, live as long as FlexMeasures says, and say how they ended."""
    job = finished(typed(block("forecasts/trigger"), site), site)[0]
    broken = new_sensor(site, "broken", LoadForecaster={"service": "nobody"})
    with pytest.raises(Exception, match="does not respond"):
        trigger(site, broken, this_hour(), 2)
    jobs = get(site, f"assets/{site['SITE']}/jobs")["jobs"]
    (ended,) = (listed for listed in jobs if listed["job_id"] == job)
    assert ended["status"] == "finished"
    assert re.search(
        r"stored \d+ beliefs on sensor \d+; .* model [0-9a-f]{16}", json.loads(ended["metadata"])["result"]
    )
    (failed,) = (listed for listed in jobs if f"(Id: {site[broken]})" in listed["entity"])
    assert "The forecast service nobody does not respond" in failed["err"]
    with redis.Redis(port=int(site["FLEXMEASURES_REDIS_PORT"])) as connection:
        assert 6 * 86400 < connection.ttl(f"rq:job:{job}") <= 7 * 86400


def test_other_sensors_are_forecast_by_flexmeasures_as_ever(site: Site) -> None:
    """Without the attribute, the trigger runs FlexMeasures' own forecaster."""
    sensor = new_sensor(site, "ordinary")
    trigger(site, sensor, this_hour(), 48)
    assert sources(site, sensor) == [("forecaster", "TrainPredictPipeline")]


def test_shorter_sensors_repeat_the_hours_values(site: Site) -> None:
    """Four quarters of 1 MW are 1 MW each, or 250 kWh each, also from the middle of an hour on."""
    start = "2027-03-13T10:30:00-08:00"
    hours = forecast(site, N=3, start="2027-03-13T10:00:00-08:00")["values"]
    quarters = [value for value in hours for _ in range(4)][2:-2]
    for unit, factor in (("MW", 0.001), ("kWh", 0.25)):
        name = f"quarters in {unit}"
        sensor = new_sensor(site, name, unit, "PT15M", LoadForecaster={"service": "hospital"})
        answer = send(site, sensor, "forecasts/trigger", {"start": start, "duration": "PT2H"})
        finished(answer.text, site)
        expected = [value * factor for value in quarters]
        assert read(site, sensor, start, 2, unit, "PT15M") == pytest.approx(expected)


def test_the_forecaster_converts_to_the_sensors_unit(site: Site) -> None:
    """An hour of 1 MW is 1,000 kWh; degrees are refused."""
    start = this_hour()
    kilowatts = forecast(site, N=3, start=start)["values"]
    for unit, factor in (("MW", 0.001), ("kWh", 1)):
        sensor = new_sensor(site, unit, unit, LoadForecaster={"service": "hospital"})
        trigger(site, sensor, start, 3)
        assert read(site, sensor, start, 3, unit) == pytest.approx([value * factor for value in kilowatts])
    sensor = new_sensor(site, "degrees", "°C", LoadForecaster={"service": "hospital"})
    with pytest.raises(Exception, match="is in °C, and the forecast is in kW"):
        trigger(site, sensor, start, 3)
