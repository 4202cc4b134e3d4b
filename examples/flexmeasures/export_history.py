"""Export what users recorded on a FlexMeasures sensor as a CSV for train.py, and print the options that it needs.

A second run appends what is new. The address and the user are those of the environment: FLEXMEASURES, EMAIL, PASSWORD.
"""

import argparse
import csv
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import isodate
import requests

PERIOD = timedelta(days=90)  # of one request; a year of 5-minute values would be 105,000 in one response


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sensor", type=int, help="the ID of the sensor")
    parser.add_argument("file", type=Path, help="the CSV to write, or to append to")
    parser.add_argument("--start", type=datetime.fromisoformat, help="of the first export, like 2025-01-01T00:00+01:00")
    parser.add_argument("--end", type=datetime.fromisoformat, default=datetime.now(UTC), help="default: now")
    options = parser.parse_args()
    try:
        print(export(options.sensor, options.file, options.start, options.end))
    except (KeyError, ValueError, requests.RequestException) as error:
        sys.exit(f"export_history.py: {error}")


def export(sensor_id: int, file: Path, start: datetime | None, end: datetime) -> str:
    """Append the values that the file does not have.

    :param start: of the first value; None for a file that has values already.
    :returns: options of train.py.
    :raises ValueError: something is missing, or FlexMeasures refuses; the text says what.
    """
    sensor = _get(f"sensors/{sensor_id}")
    resolution = isodate.parse_duration(sensor["event_resolution"])
    if not resolution:
        raise ValueError(f"sensor {sensor_id} is instantaneous; its values are no means or sums of an interval")
    if file.exists():
        with file.open(newline="") as lines:
            start = max(datetime.fromisoformat(row["ds"]) for row in csv.DictReader(lines)) + resolution
    elif start is None or start.tzinfo is None:
        raise ValueError("the first export needs --start with an offset, like 2025-01-01T00:00+01:00")
    rows = []
    while start + resolution <= end:
        whole = min(PERIOD, (end - start) // resolution * resolution)
        query = {
            "start": start.isoformat(), "duration": isodate.duration_isoformat(whole),
            "resolution": sensor["event_resolution"], "unit": sensor["unit"], "source-type": "user",
        }  # fmt: skip
        values = _get(f"sensors/{sensor_id}/data", query)["values"]
        rows += [(start + number * resolution, value) for number, value in enumerate(values) if value is not None]
        start += whole
    new = not file.exists()
    if new and not rows:
        raise ValueError(f"sensor {sensor_id} has no values from users in this period")
    with file.open("a", newline="") as lines:
        writer = csv.writer(lines)
        if new:
            writer.writerow(["ds", "y"])
        writer.writerows((event_start.isoformat(), value) for event_start, value in rows)
    print(f"{len(rows)} new values in {file}", file=sys.stderr)
    return f"--timestamps start --unit {sensor['unit']} --timezone {sensor['timezone']}"


def _get(path: str, query: dict[str, str] | None = None) -> Any:
    """Get a part of FlexMeasures' API.

    :raises ValueError: FlexMeasures refuses; the text says why.
    """
    api = f"{os.environ['FLEXMEASURES']}/api"
    user = {"email": os.environ["EMAIL"], "password": os.environ["PASSWORD"]}
    token = _checked(requests.post(f"{api}/requestAuthToken", json=user, timeout=60))["auth_token"]
    headers = {"Authorization": token}
    return _checked(requests.get(f"{api}/v3_0/{path}", params=query, headers=headers, timeout=300))


def _checked(response: requests.Response) -> Any:
    if not response.ok:
        raise ValueError(f"FlexMeasures refuses {response.url}: {response.status_code} {response.text[:500]}")
    return response.json()


if __name__ == "__main__":
    main()
