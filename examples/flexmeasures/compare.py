"""Put FlexMeasures' own forecaster to the last 20 % of the published hours.

Writes its table in docs/accuracy.md, beside this project's figures.
Run it where FlexMeasures is configured, on a database for this alone.
"""

import json
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from flexmeasures import Asset, Sensor
from flexmeasures.app import create
from flexmeasures.data import db
from flexmeasures.data.models.forecasting.pipelines import TrainPredictPipeline
from flexmeasures.data.models.generic_assets import GenericAssetType
from flexmeasures.data.services.data_sources import get_or_create_source
from flexmeasures.data.utils import save_to_db
from timely_beliefs import BeliefsDataFrame

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "python examples/flexmeasures/compare.py"
TRAINING_SHARE = 0.8  # as in training/splits.py
AHEAD = pd.Timedelta(hours=48)  # FlexMeasures' default


def main() -> None:
    """Forecast as FlexMeasures does by default, then with all history and the holidays; no model is tuned."""
    with create().app_context() as context:
        site = Asset(name="compared site", generic_asset_type=GenericAssetType(name="compared"))
        db.session.add(site)
        db.session.commit()
        holidays = ["--year", "2017", "--country", "US", "--asset", str(site.id), "--timezone", "America/Los_Angeles"]
        added = context.app.test_cli_runner().invoke(args=["add", "holidays", *holidays])
        assert added.exit_code == 0, added.output
        all_history = {"train-start": "2017-01-01T00:00-08:00", "train-period": "P365D"}
        with_holidays = {**all_history, "annotation-regressors": [{"asset": site.id}]}
        defaults, everything = score(site, 2015, {}), score(site, 2017, with_holidays)
    write_rows(
        [
            ("defaults, not tuned", "the load of the 30 days before; the file's own dates", defaults),
            (
                "all history and public holidays, not tuned",
                "all load before, the holidays, and the year that is simulated",
                everything,
            ),
        ]
    )


def write_rows(rows: list[tuple[str, str, list[float]]]) -> None:
    """Write the table into docs/accuracy.md: a name, what is known, and the scores."""
    scores = json.loads((ROOT / "docs/validation/figures.json").read_text("utf-8"))["scores"]
    (ours,) = (score["mae"] for score in scores if score["name"] == "forest")
    columns = [f"FlexMeasures {version('flexmeasures')}", "MAE / RMSE in kW / MAPE", "what it knows at each start"]
    lines = [f"| {' | '.join(columns)} | MAE / ours |", "| --- | --- | --- | --- |"]
    for name, knows, (mae, rmse, mape) in rows:
        lines.append(f"| {name} | **{mae:.1f}** / {rmse:.1f} / {mape:.1f} % | {knows} | {mae / ours:.2f} |")
    page = ROOT / "docs" / "accuracy.md"
    before, begin, rest = page.read_text("utf-8").partition(f"<!-- measured by {COMMAND}: -->\n\n")
    end = f"\n\n<!-- end of what {COMMAND} measured -->"
    page.write_text(before + begin + "\n".join(lines) + end + rest.partition(end)[2], "utf-8")
    print("\n".join(lines))


def score(site: Asset, year: int, config: dict[str, object]) -> list[float]:
    """Forecast 48 hours, every 48 hours, each time fitted anew and knowing the load until then.

    :returns: MAE and RMSE in kW, MAPE in per cent.
    :param year: what the file's first hour is dated; 2017 is the year whose weekdays and clock changes it has.
    """
    load = pd.read_csv(ROOT / "data" / "SF_hospital_load.csv")["y"].rename("event_value")
    load.index = pd.date_range(f"{year}-01-01T00:00-08:00", periods=len(load), freq="h", name="event_start")
    tested = load.iloc[int(len(load) * TRAINING_SHARE) :]
    sensor = Sensor(
        f"load of {year}", unit="kW", event_resolution="PT1H", timezone="America/Los_Angeles", generic_asset=site
    )
    db.session.add(sensor)
    db.session.flush()
    meter = get_or_create_source("meter", source_type="demo script")
    measured = BeliefsDataFrame(load, sensor=sensor, source=meter, belief_horizon=pd.Timedelta(0))
    save_to_db(measured, save_changed_beliefs_only=False)
    db.session.commit()
    forecasts = []
    with TemporaryDirectory() as models:
        for start in tested.index[:: AHEAD // pd.Timedelta(hours=1)]:
            parameters = {"sensor": sensor.id, "start": start.isoformat(), "model-save-dir": models}
            (result,) = TrainPredictPipeline(config=config).compute(parameters=parameters)
            forecasts.append(
                result["data"]["event_value"].droplevel(["belief_time", "source", "cumulative_probability"])
            )
    errors = (pd.concat(forecasts).tz_convert(tested.index.tz) - tested).dropna()
    assert len(errors) == len(tested)
    scores = [errors.abs().mean(), (errors**2).mean() ** 0.5, 100 * (errors / tested).abs().mean()]
    return [round(float(score), 2) for score in scores]


if __name__ == "__main__":
    main()
