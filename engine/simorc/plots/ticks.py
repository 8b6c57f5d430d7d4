"""Ticks of an axis: round values with SI prefixes, decades on a logarithmic axis."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simorc.units import format_si

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
# Phases in parts of a turn, gains in 20 dB a decade.
_DEGREES = (1.0, 1.5, 3.0, 4.5, 9.0, 10.0)
_STEPS_OF = {"°": _DEGREES, "deg": _DEGREES, "dB": (1.0, 2.0, 4.0, 10.0)}
_MOST_DIGITS = 12
_MOST_MORE = 4


@dataclass(frozen=True)
class Tick:
    """A mark at `place`, 0 ... 1 along the axis."""

    place: float
    label: str


def ticks(low: float, high: float, most: int, *, log: bool = False, unit: str = "") -> list[Tick]:
    """At most `most` ticks between `low` and `high`, in data units; on a log axis both must be positive."""
    if not low < high or most < 1 or (log and math.log10(low) == math.log10(high)):
        return []
    values = _decades(low, high, most) if log else []
    steps = _STEPS_OF.get(unit, _STEPS)
    for more in range(most, most + _MOST_MORE):
        # One tick alone shows no scale: a little crowding is better.
        if len(values) < 2:
            values = _round_values(low, high, more, steps)
    kept = [value for value in values if not log or value > 0]
    # Rounding may put the outermost value a hair outside.
    places = [fraction(min(max(value, low), high), low, high, log=log) for value in kept]
    return [Tick(place, label) for place, label in zip(places, _labels(kept, unit), strict=True)]


def fraction(value: float, low: float, high: float, *, log: bool = False) -> float:
    """The position of `value` between `low` (0) and `high` (1)."""
    if log:
        value, low, high = math.log10(value), math.log10(low), math.log10(high)
    return (value - low) / (high - low)


def value_at(place: float, low: float, high: float, *, log: bool = False) -> float:
    """The value at `place`, 0 ... 1 between `low` and `high`."""
    if log:
        return float(10.0 ** (math.log10(low) + place * (math.log10(high) - math.log10(low))))
    return low + place * (high - low)


def _round_values(low: float, high: float, most: int, steps: tuple[float, ...]) -> list[float]:
    rough = (high - low) / most
    if rough <= 0 or not math.isfinite(rough):
        return []
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in steps if factor * power >= rough * (1 - 1e-9)), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, min(last, first + most) + 1)]


def _decades(low: float, high: float, most: int) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    stride = max(1, math.ceil((last - first + 1) / most))
    decades = [10.0**power for power in range(first, last + 1, stride)]
    if last - first >= 2 or most < 3:
        return decades
    finer = [factor * 10.0**power for power in range(first - 1, last + 1) for factor in (1, 2, 5)]
    within = [value for value in finer if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
    return within if len(within) <= most else decades


def _labels(values: list[float], unit: str) -> list[str]:
    """As few digits as distinguish every tick from its neighbours."""
    for digits in range(3, _MOST_DIGITS):
        labels = [format_si(value, unit, digits) for value in values]
        exact = all(_close(value, float(f"{value:.{digits - 1}e}"), values) for value in values)
        if exact and len(set(labels)) == len(labels):
            return labels
    return [f"{value:.{_MOST_DIGITS}g}" for value in values]


def _close(value: float, written: float, values: list[float]) -> bool:
    step = abs(values[1] - values[0]) if len(values) > 1 else abs(value)
    return abs(value - written) <= 0.02 * step
