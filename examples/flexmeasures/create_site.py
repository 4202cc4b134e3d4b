"""Create a building with its sensors and chart in FlexMeasures, and print the sensors' IDs for a shell.

A second run creates what is missing and prints the same IDs.
"""

import asyncio
import os
import sys

from flexmeasures_client import FlexMeasuresClient

NAME, TIME_ZONE = "San Francisco hospital", "America/Los_Angeles"
SENSORS = {
    "METER": ("load", "PT1H"),
    "LOW": ("0.1 quantile", "PT1H"),
    "HIGH": ("0.9 quantile", "PT1H"),
    "SENSOR": ("load forecast", "PT1H"),
    "BATTERY": ("battery power", "PT15M"),
}


async def create_site(client: FlexMeasuresClient) -> dict[str, int]:
    """Create what is missing in the user's own account.

    :returns: the ID of each sensor, and of the building as SITE.
    """
    account = await client.get_account()
    types = {kind["name"]: kind["id"] for kind in await client.get_asset_types()}
    assets = await client.get_assets(account_id=account["id"], parse_json_fields=True)
    if NAME not in [asset["name"] for asset in assets]:
        await client.add_asset(NAME, account["id"], 37.77, -122.42, types["building"])
        assets = await client.get_assets(account_id=account["id"], parse_json_fields=True)
    site = next(asset for asset in assets if asset["name"] == NAME)
    existing = {sensor["name"]: sensor["id"] for sensor in await client.get_sensors(site["id"], parse_json_fields=True)}
    ids = {"SITE": site["id"]}
    for variable, (name, resolution) in SENSORS.items():
        if name not in existing:
            attributes = {}
            if variable == "SENSOR":
                quantile_sensors = {"0.1": ids["LOW"], "0.9": ids["HIGH"]}
                attributes = {"LoadForecaster": {"service": "hospital", "quantile-sensors": quantile_sensors}}
            sensor = await client.add_sensor(name, resolution, "kW", site["id"], TIME_ZONE, attributes)
            existing[name] = sensor["id"]
        ids[variable] = existing[name]
    if not site.get("sensors_to_show"):
        chart = [{"title": "Load", "plots": [{"sensors": [ids[name] for name in ("SENSOR", "LOW", "HIGH", "METER")]}]}]
        await client.update_asset(site["id"], {"sensors_to_show": chart}, parse_json_fields=True)
    return ids


async def main() -> None:
    """Read the address and the user from the environment."""
    missing = [name for name in ("FLEXMEASURES", "EMAIL", "PASSWORD") if not os.environ.get(name)]
    if missing:
        sys.exit(f"create_site.py: export {', '.join(missing)} first, as the README says")
    client = FlexMeasuresClient(
        email=os.environ["EMAIL"],
        password=os.environ["PASSWORD"],
        host=os.environ["FLEXMEASURES"].split("://")[-1],
        ssl=os.environ["FLEXMEASURES"].startswith("https"),
    )
    try:
        ids = await create_site(client)
    finally:
        await client.close()
    for variable, value in ids.items():
        print(f"export {variable}={value}")


if __name__ == "__main__":
    asyncio.run(main())
