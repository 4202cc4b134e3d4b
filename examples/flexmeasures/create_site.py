"""Make a building with its sensors and chart in FlexMeasures, and print the sensors' IDs for a shell."""

import asyncio
import os

from flexmeasures_client import FlexMeasuresClient

TIME_ZONE = "America/Los_Angeles"
SENSORS = {
    "METER": ("load", "PT1H"),
    "SENSOR": ("load forecast", "PT1H"),
    "LOW": ("0.1 quantile", "PT1H"),
    "HIGH": ("0.9 quantile", "PT1H"),
    "BATTERY": ("battery power", "PT15M"),
}


async def main() -> None:
    """The account is the user's own."""
    client = FlexMeasuresClient(
        email=os.environ["EMAIL"],
        password=os.environ["PASSWORD"],
        host=os.environ["FLEXMEASURES"].split("://")[-1],
        ssl=os.environ["FLEXMEASURES"].startswith("https"),
    )
    try:
        account = await client.get_account()
        types = {kind["name"]: kind["id"] for kind in await client.get_asset_types()}
        site = await client.add_asset("San Francisco hospital", account["id"], 37.77, -122.42, types["building"])
        ids = {}
        for variable, (name, resolution) in SENSORS.items():
            # The forecaster of the plugin is this sensor's, and its configuration is as it comes.
            attributes = {"LoadForecaster": {}} if variable == "SENSOR" else {}
            sensor = await client.add_sensor(name, resolution, "kW", site["id"], TIME_ZONE, attributes)
            ids[variable] = sensor["id"]
        chart = [{"title": "Load", "plots": [{"sensors": [ids["SENSOR"], ids["LOW"], ids["HIGH"], ids["METER"]]}]}]
        await client.update_asset(site["id"], {"sensors_to_show": chart}, parse_json_fields=True)
    finally:
        await client.close()
    for variable, value in {"SITE": site["id"], **ids}.items():
        print(f"export {variable}={value}")


if __name__ == "__main__":
    asyncio.run(main())
