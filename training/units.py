"""Units of power."""

from forecast_core.errors import DataError

POWER_UNITS = ("W", "kW", "MW", "GW", "TW")


def check_power_unit(unit: str) -> None:
    """Refuse a unit that is not one of power.

    :raises DataError: with how to turn energy into power, if it is a unit of energy.
    """
    if unit in POWER_UNITS:
        return
    if unit.removesuffix("h") in POWER_UNITS:
        raise DataError(
            f"--unit {unit} is energy, and this is a model of power: divide each value by the hours of its interval "
            f"(2 {unit} in 15 minutes are 8 {unit.removesuffix('h')}), and name --unit {unit.removesuffix('h')}"
        )
    raise DataError(f"--unit {unit[:40]!r} is no unit of power; known are {', '.join(POWER_UNITS)}")
