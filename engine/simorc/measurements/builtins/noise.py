"""Built-in measurements of a noise analysis. ``frequency`` in Hz, the density in V/sqrt(Hz) or A/sqrt(Hz)."""

from __future__ import annotations

import numpy as np

from simorc.measurements.arrays import Floats, Samples, Trace
from simorc.measurements.builtins.registry import SIGNAL_UNIT, builtin
from simorc.measurements.interpolation import integral, refined, value_at
from simorc.measurements.missing import MeasurementMissing

_PARTS = 8


@builtin(analysis="noise", unit=SIGNAL_UNIT, units={"low": "Hz", "high": "Hz"})
def integrated_noise(
    frequency: Floats, signal: Samples, *, low: float | None = None, high: float | None = None
) -> float:
    """The root of the integral of the squared density from ``low`` to ``high`` Hz, in V (or A).

    The squared density follows power laws between points (exact for white and 1/f noise), smoothed by cubics
    in log-log. Missing where the band is not within the simulated one.
    """
    power = np.abs(signal) ** 2
    if frequency[0] <= 0 or np.any(power <= 0):
        return float(np.sqrt(np.real(integral(frequency, power))))
    u, p = refined(np.log(frequency), np.log(power), _PARTS)
    first = float(u[0]) if low is None else _inside(low, frequency)
    last = float(u[-1]) if high is None else _inside(high, frequency)
    if not first < last:
        raise MeasurementMissing("the band is empty")
    cut = _cut(Trace(u, p), first, last)
    return float(np.sqrt(_power_law_integral(cut.x, np.real(cut.y))))


def _inside(at: float, frequency: Floats) -> float:
    if not frequency[0] * (1 - 1e-9) <= at <= frequency[-1] * (1 + 1e-9):
        raise MeasurementMissing(f"{at:g} Hz is outside of {frequency[0]:g} … {frequency[-1]:g} Hz")
    return float(np.log(min(max(at, frequency[0]), frequency[-1])))


def _cut(curve: Trace, first: float, last: float) -> Trace:
    inside = (curve.x > first) & (curve.x < last)
    first, last = max(first, float(curve.x[0])), min(last, float(curve.x[-1]))
    ends = [value_at(curve.x, curve.y, first), value_at(curve.x, curve.y, last)]
    x = np.concatenate(([first], curve.x[inside], [last]))
    return Trace(x, np.concatenate((ends[:1], curve.y[inside], ends[1:])))


def _power_law_integral(u: Floats, p: Floats) -> float:
    """The integral of exp(p) over f = exp(u), with p a straight line in u on each interval."""
    steps, growth = np.diff(u), np.diff(u + p)
    density = np.exp(p[:-1] + u[:-1])
    flat = np.abs(growth) < 1e-9
    factor = np.where(flat, 1 + growth / 2, np.expm1(growth) / np.where(flat, 1, growth))
    return float(np.sum(density * steps * factor))
