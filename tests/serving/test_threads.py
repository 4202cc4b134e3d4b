"""The app may be used from several threads, though a server uses one."""

from concurrent.futures import ThreadPoolExecutor

from forecast_core.calendar import Label
from forecast_core.forecast import Forecaster


def test_threads_do_not_mix_up_their_rows() -> None:
    from serve import app

    forecaster: Forecaster = app.state.forecaster

    labels = [Label(number % 24, number % 7, number % 366 + 1) for number in range(4000)]
    with ThreadPoolExecutor(8) as threads:
        one_by_one = list(threads.map(forecaster.predict, labels))
    assert one_by_one == [forecaster.predict(label) for label in labels]
