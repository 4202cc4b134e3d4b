"""The README's commands as they stand, against PostgreSQL, Redis and the FlexMeasures server: all is real."""

import csv
import json
import re
import subprocess
from datetime import datetime, timedelta
from functools import partial
from itertools import accumulate
from operator import add
from pathlib import Path

import pytest

pytest.importorskip("flexmeasures_client", reason="FlexMeasures is not installed: see examples/flexmeasures/README.md")

from examples.flexmeasures.live_site import (
    CLOCK_CHANGES_AND_A_YEAR,
    FORECASTS,
    ROOT,
    Site,
    block,
    finished,
    flexmeasures,
    forecast,
    free_port,
    get,
    new_sensor,
    post,
    query,
    read,
    send,
    sources,
    started,
    stored,
    this_hour,
    typed,
)

NEXT_MONTH = "2018-05-21T00:00:00-08:00"  # when the hours that the second training knows end


def test_the_building_has_a_chart(site: Site) -> None:
    """The load and its forecasts are drawn together. It is the first test, when create_site.py has run once."""
    (row,) = get(site, f"assets/{site['SITE']}/chart")["vconcat"]
    assert row["title"] == "Load"
    asset = get(site, f"assets/{site['SITE']}")
    (shown,) = json.loads(asset["sensors_to_show"])
    assert shown["plots"] == [{"sensors": [int(site[name]) for name in ("SENSOR", "LOW", "HIGH", "METER")]}]


def test_a_second_run_changes_nothing(site: Site) -> None:
    """The command and the API's trigger have run already; once more, every belief is what it was."""
    start = this_hour()
    before = [stored(site, sensor, start, 48) for sensor in FORECASTS]
    assert len(before[0][0.5]) >= 47  # the hour may have changed since
    typed(block("add forecasts"), site)
    after = [stored(site, sensor, start, 47) for sensor in FORECASTS]
    assert after == [{p: values[:47] for p, values in beliefs.items()} for beliefs in before]


def test_a_second_run_of_create_site_prints_the_same_ids(site: Site) -> None:
    """It creates nothing."""
    create = ["python", "examples/flexmeasures/create_site.py"]
    again = subprocess.run(create, env=site, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert again == (Path(site["HOME"]) / "site.env").read_text()
    assert f"export SENSOR={site['SENSOR']}\n" in again


def test_curl_posts_the_band_into_the_chart(site: Site) -> None:
    """The cron script's lines; the chart of the building then has the forecast, its band and nothing else."""
    start = this_hour()
    finished(typed(block("pipefail"), site), site)
    for sensor, quantile in (("LOW", 0.1), ("HIGH", 0.9)):
        assert read(site, sensor, start, 47) == forecast(site, N=47, start=start, quantile=quantile)["values"]
    chart = get(site, f"assets/{site['SITE']}/chart_data", event_starts_after=start)
    drawn = {row["sensor"]["id"] for row in chart if row["event_value"] is not None}
    assert drawn == {int(site[sensor]) for sensor in ("SENSOR", "LOW", "HIGH")}


def test_the_python_client_posts_the_same(site: Site) -> None:
    """The Python of the README, run as it stands."""
    start = this_hour()
    subprocess.run(["python", "-c", block("post_forecast")], env=site, check=True)
    assert read(site, "HIGH", start, 47) == forecast(site, N=47, start=start, quantile=0.9)["values"]


@pytest.mark.parametrize(("start", "n_hours"), CLOCK_CHANGES_AND_A_YEAR)
def test_an_answer_is_read_back_equal(site: Site, start: str, n_hours: int) -> None:
    """Posted as it is."""
    sensor = new_sensor(site, f"posted {start}")
    post(site, sensor, forecast(site, N=n_hours, start=start))
    assert read(site, sensor, start, n_hours) == forecast(site, N=n_hours, start=start)["values"]


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


@pytest.mark.parametrize("first", ["forecasts/trigger", "pipefail"])
def test_the_schedule_shaves_the_peak_of_the_forecast(site: Site, first: str) -> None:
    """Pasted in one go, so that all jobs wait at once; the forecaster's values, or those that curl posts.

    With 1 MWh and 200 kW, the day's highest quarter is at least 50 kW lower, and the storage is never overdrawn.
    """
    query(site, "DELETE FROM timed_belief WHERE sensor_id = %s RETURNING 1", site["HIGH"])
    start = this_hour()
    schedule = block("schedules/trigger").replace("500 kWh", "500 kWh" if first == "pipefail" else "500.0 kWh")
    job = re.findall(r'"job": "([^"]+)"', typed(block(first) + schedule, site))[-1]
    flexmeasures(site, lambda client: client.wait_for_job(job))
    values = flexmeasures(site, lambda client: client.get_schedule(int(site["BATTERY"]), job, "PT24H", "kW"))
    battery = values["values"]
    load = [value for value in forecast(site, N=24, start=start, quantile=0.9)["values"] for _ in range(4)]
    assert len(battery) == len(load)
    assert max(map(add, load, battery)) < max(load) - 50
    rounding = 0.02  # kWh: FlexMeasures rounds the power of 96 quarter hours to six decimals of a MW
    assert all(-rounding <= 500 + energy / 4 <= 1000 + rounding for energy in accumulate(battery))


def test_the_export_has_the_sensors_own_resolution_and_unit(site: Site, tmp_path: Path) -> None:
    """Quarter hours in kWh are not averaged; a second run appends what is new, and forecasts are left out."""
    sensor = new_sensor(site, "quarters of energy", "kWh", "PT15M", LoadForecaster={"service": "stub"})
    export = ["python", "examples/flexmeasures/export_history.py", site[sensor], str(tmp_path / "history.csv")]
    run = partial(subprocess.run, env=site, cwd=ROOT, capture_output=True, text=True, check=False)
    start = ["--start", "2026-03-08T00:00-08:00"]
    for arguments, message in (([], "needs --start"), (start, "(?s)FlexMeasures refuses .*: 422 .*source-type")):
        failed = run([*export, *arguments])
        assert failed.returncode == 1 and re.search(message, failed.stderr), failed.stderr
    answer = send(site, sensor, "forecasts/trigger", {"start": "2026-03-08T00:00-08:00", "duration": "PT48H"})
    finished(answer.text, site)
    values = [float(number % 96) for number in range(200 * 96)]
    posted = {"unit": "kWh", "duration": "P100D"}
    post(site, sensor, {**posted, "values": values[:9600], "start": "2026-03-08T00:00-08:00"})
    first = run([*export, *start])
    assert first.stdout == "--timestamps start --unit kWh --timezone America/Los_Angeles\n"
    post(site, sensor, {**posted, "values": values[9600:], "start": "2026-06-16T00:00-08:00"})
    assert "9600 new values" in run(export).stderr
    assert "0 new values" in run(export).stderr
    with (tmp_path / "history.csv").open() as file:
        rows = [(row["ds"], float(row["y"])) for row in csv.DictReader(file)]
    assert [value for _, value in rows] == values
    starts = {datetime.fromisoformat(start) for start, _ in rows}
    assert len(starts) == len(values) and max(starts) - min(starts) == timedelta(days=200, minutes=-15)


def test_a_model_trained_on_the_sensors_history_is_replaced_when_the_load_changes(site: Site, tmp_path: Path) -> None:
    """FlexMeasures gives the published hours back, and with them the published model; each month, a look at new hours.

    Twenty weeks of a load that is 30 % higher are enough for a new model. After two more weeks, it is kept.
    """
    for entry in ROOT.iterdir():
        (tmp_path / entry.name).symlink_to(entry)
    for name in ("history.csv", "my.onnx", "my-report", "my.onnx.new", "my.onnx.old", "my.onnx.report"):
        (tmp_path / name).unlink(missing_ok=True)
    with (ROOT / "data" / "SF_hospital_load.csv").open() as file:
        load = [float(row["y"]) for row in csv.DictReader(file)]
    finished(typed(block("SF_hospital_load.csv"), site), site)
    typed(block("train.py --data"), site, folder=tmp_path)
    port = str(free_port())
    serve = ["env", f"FORECAST_MODEL={tmp_path}/my.onnx", ".venv/bin/uvicorn", "serve:app", "--port", port]
    own = {"FORECAST": f"http://localhost:{port}"}
    with started(serve, "running on", site):
        question = {"N": 8784, "start": "2028-01-01T00:00:00-08:00"}
        assert forecast(own, **question) == forecast(site, **question)

    hours = 20 * 7 * 24  # the 1st of January 2018 was a Monday, like the 2nd of January 2017
    changed = {"values": [1.3 * value for value in load[24 : 24 + hours]], "duration": f"PT{hours}H", "unit": "kW"}
    post(site, "METER", {**changed, "start": "2018-01-01T00:00:00-08:00"})
    reloads = {**site, "RELOAD": "echo the server starts again"}
    retrained = typed(block("deploy/retrain.sh"), reloads, folder=tmp_path)
    assert "the server starts again" in retrained and "my.onnx is replaced, Model-Digest" in retrained, retrained
    with started(serve, "running on", site):
        question = {"N": 168, "start": "2018-06-04T00:00:00-07:00"}
        before, after = (sum(forecast(server, **question)["values"]) for server in (site, own))
        assert after == pytest.approx(1.3 * before, rel=0.05)
    post(site, "METER", {"values": changed["values"][:336], "duration": "P14D", "unit": "kW", "start": NEXT_MONTH})
    again = typed(block("deploy/retrain.sh"), reloads, folder=tmp_path)
    assert "the server starts again" not in again
