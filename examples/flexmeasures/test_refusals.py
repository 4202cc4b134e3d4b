"""What the plugin's forecaster refuses in a FlexMeasures server, and what it says then."""

import re
import subprocess
from typing import Any

import pytest

pytest.importorskip("flexmeasures_client", reason="FlexMeasures is not installed: see examples/flexmeasures/README.md")
import redis

from examples.flexmeasures.live_site import (
    ROOT,
    Site,
    StubService,
    flexmeasures,
    new_sensor,
    query,
    refused,
    send,
    this_hour,
    trigger,
)


def test_the_api_cannot_name_a_forecaster(site: Site) -> None:
    """Which is why the plugin looks at the sensor instead; if this fails, that class can go."""
    answer = send(site, "SENSOR", "forecasts/trigger", {"duration": "PT48H", "model": "LoadForecaster"})
    assert (answer.status_code, "Unknown field." in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("start", "attribute", "message"),
    [
        (None, {"service": "nobody"}, "The forecast service nobody does not respond; ask the host"),
        ("2050-01-01T00:00:00-08:00", {"service": "hospital"}, "The forecast service hospital refuses: "),
        (None, {"service": "hospital", "quantiles": [0.33]}, "The forecast service hospital refuses: "),
        (None, {"service": "stranger"}, "The forecast service stranger returned no forecast, with status 404"),
    ],
)
def test_what_is_wrong_is_the_jobs_message(site: Site, start: str | None, attribute: Any, message: str) -> None:
    """A FlexMeasures user reads what to do, not a traceback."""
    sensor = new_sensor(site, f"wrong {message} {attribute}"[:80], LoadForecaster=attribute)
    with pytest.raises(Exception, match=re.escape(message)):
        trigger(site, sensor, start or this_hour(), 48)


@pytest.mark.parametrize(
    ("status", "content_type", "body"),
    [
        (200, "text/html", "<p>a secret</p>"),
        (200, "application/json", '{"values": ["a secret"], "unit": "kW"}'),
        (200, "application/json", '{"secret": 1}'),
        (200, "application/json", '["a secret"]'),
        (500, "application/json", '{"detail": "a secret"}'),
        (302, "text/plain", "a secret"),
        (422, "application/problem+json", '"a secret"'),
        (422, "application/problem+json", '{"detail": ["a secret"]}'),
        (200, "application/json", '{"values": [NaN, 1], "unit": "kW"}'),
    ],
)
def test_a_message_has_nothing_of_another_servers_response(
    site: Site, monkeypatch: pytest.MonkeyPatch, status: int, content_type: str, body: str
) -> None:
    """Only of the service's problem documents."""
    for name, value in {"status": status, "content_type": content_type, "body": body}.items():
        monkeypatch.setattr(StubService, name, value)
    sensor = new_sensor(site, f"{status} {body}", LoadForecaster={"service": "stub"})
    job = send(site, sensor, "forecasts/trigger", {"duration": "PT2H"}).json()["job"]
    with pytest.raises(Exception, match=f"returned no forecast, with status {status}") as failed:
        flexmeasures(site, lambda client: client.wait_for_job(job))
    shown = str(failed.value)
    with redis.Redis(port=int(site["FLEXMEASURES_REDIS_PORT"])) as connection:
        shown += str(connection.hgetall(f"rq:job:{job}"))
    assert "secret" not in shown


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ({"url": "http://localhost:1"}, "Unknown field."),
        ({"service": "http://localhost:1"}, "Choose a forecast service"),
        ({"service": "hospitals"}, "Known are: hospital, stub, nobody, stranger"),
        ({}, "Choose a forecast service"),
        ({"service": "hospital", "quantiles": [0.5]}, "Invalid input."),
        ({"service": "hospital", "quantile-sensors": {"1.5": 1}}, "Must be greater than 0 and less than 1"),
        ({"service": "hospital", "quantile-sensors": {"0.1": 999999}}, "No sensor found with ID 999999"),
    ],
)
def test_a_wrong_attribute_is_refused_at_once(site: Site, attribute: Any, message: str) -> None:
    """A sensor cannot name an address, and a misspelt setting is not ignored."""
    refused(site, new_sensor(site, f"{attribute}"[:80], LoadForecaster=attribute), message)


def test_settings_of_flexmeasures_forecaster_are_refused(site: Site) -> None:
    """They would have no effect."""
    refused(site, "SENSOR", "does not use train-period", config={"train-period": "P60D"})
    refused(site, "SENSOR", "does not use forecast-frequency", **{"forecast-frequency": "PT1H"})
    command = ["flexmeasures", "add", "forecasts", "--sensor", site["SENSOR"], "--duration", "PT48H"]
    for options in (["--train-period", "P60D"], ["--forecaster", "LoadForecaster", "--max-forecast-horizon", "PT48H"]):
        run = subprocess.run([*command, *options], env=site, cwd=ROOT, capture_output=True, text=True, check=False)
        assert run.returncode != 0 and "does not use" in run.stderr, run.stderr


def test_quantiles_go_to_sensors_of_the_same_account_only(site: Site) -> None:
    """And not to the sensor of the mean."""
    other = new_sensor(site, "of another account")
    ((account,),) = query(site, "INSERT INTO account (name) VALUES ('Stranger') RETURNING id")
    ((asset,),) = query(
        site,
        "INSERT INTO generic_asset (name, generic_asset_type_id, account_id, attributes, sensors_to_show, flex_context,"
        " flex_model, sensors_to_show_as_kpis) SELECT 'theirs', generic_asset_type_id, %s, '{}', '[]', '{}', '{}', '[]'"
        " FROM generic_asset WHERE id = %s RETURNING id",
        account, site["SITE"],
    )  # fmt: skip
    query(site, "UPDATE sensor SET generic_asset_id = %s WHERE id = %s RETURNING 1", asset, site[other])
    attribute = {"service": "hospital", "quantile-sensors": {"0.1": int(site[other])}}
    refused(site, new_sensor(site, "greedy", LoadForecaster=attribute), "is of another account than")


@pytest.mark.parametrize("resolution", ["PT2H", "PT7M"])
def test_other_resolutions_are_refused(site: Site, resolution: str) -> None:
    """Rather than filled with something else than the forecast."""
    sensor = new_sensor(site, resolution, resolution=resolution, LoadForecaster={"service": "hospital"})
    refused(site, sensor, f"The forecast is hourly: give sensor {site[sensor]} a resolution")
