"""The functions of ``let`` and ``print`` in ngspice, with the same meaning and arithmetic.

Angles are in radians (ngspice's default). Sums run in ngspice's order and a slope is made by ngspice's
steps, so that the results are the same doubles wherever the C library gives the same sine. Where ngspice
answers with nonsense or stops, the value is refused: ``im`` of a real vector, ``atan`` of a complex one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from simorc.errors import ExpressionError
from simorc.measurements.arrays import Array, Floats
from simorc.measurements.missing import MeasurementMissing

TURN = 2 * np.pi


def phase_of(y: Array) -> Floats:
    """The angle in radians, -pi ... pi; 0 of a real vector, whatever its sign."""
    return np.angle(y) if np.iscomplexobj(y) else np.zeros(np.shape(y))


def continuous_phase(y: Array) -> Floats:
    """The angle in radians without jumps of a turn."""
    return unwrapped(phase_of(y))


def unwrapped(angle: Array) -> Floats:
    """Angles in radians without jumps of more than half a turn."""
    angle = np.asarray(_real(angle, "unwrap"))
    if not angle.ndim:
        return angle
    turns = np.cumsum(np.floor(np.diff(angle) / TURN + 0.5))
    return np.concatenate((angle[:1], angle[1:] - TURN * turns))


def degrees_of(y: Array) -> Floats:
    """The continuous phase in degrees."""
    return np.degrees(continuous_phase(y))


def imaginary(y: Array) -> Floats:
    """The imaginary part; a real vector is refused, of which ngspice gives back the vector itself."""
    if not np.iscomplexobj(y):
        raise ExpressionError("im() of a real waveform")
    return np.asarray(np.imag(y))


def square_root(y: Array) -> Array:
    """The root; complex if any value is negative. Right of the imaginary axis and below the real one ngspice
    takes the root with the negative real part.
    """
    if not np.iscomplexobj(y):
        return np.asarray(np.emath.sqrt(y))
    root = np.sqrt(y)
    return np.where((np.real(y) >= 0) & (np.imag(y) < 0), -root, root)


def logarithm10(y: Array) -> Array:
    """log10; of a complex value log10 of its magnitude, and its angle as imaginary part."""
    return np.log10(np.abs(y)) + 1j * np.angle(y) if np.iscomplexobj(y) else np.log10(y)


def by_parts(function: Callable[[Any], Any]) -> Callable[[Array], Array]:
    """A function of real numbers, for complex ones of both parts."""

    def parts(y: Array) -> Array:
        if np.iscomplexobj(y):
            return np.asarray(function(np.real(y)) + 1j * function(np.imag(y)))
        return np.asarray(function(y))

    return parts


def real_only(name: str, function: Callable[[Any], Any]) -> Callable[[Array], Array]:
    """A function that is refused for complex values."""
    return lambda y: np.asarray(function(_real(y, name)))


def _real(y: Array, name: str) -> Array:
    if np.iscomplexobj(y):
        raise ExpressionError(f"{name}() of a complex value: apply re(), im(), mag() or ph() first")
    return y


def normalised(y: Array) -> Array:
    """Divided by the largest magnitude."""
    largest = float(np.max(np.abs(y)))
    if largest == 0:
        raise MeasurementMissing("norm of a waveform that is zero everywhere")
    return y / largest


def running_average(y: Array) -> Array:
    """At each point the mean of the points so far, however they are spaced."""
    return np.asarray(np.cumsum(y) / np.arange(1.0, np.size(y) + 1))


def mean_of_points(y: Array) -> Any:
    """The mean of the points, however they are spaced."""
    return np.cumsum(y)[-1] / np.size(y)


def deviation_of_points(y: Array) -> Any:
    """The standard deviation of the points (n - 1), however they are spaced."""
    if np.size(y) < 2:
        raise MeasurementMissing("stddev needs two points")
    away = y - mean_of_points(y)
    squares = np.real(away) ** 2 + np.imag(away) ** 2 if np.iscomplexobj(y) else away * away
    return np.sqrt(np.cumsum(squares)[-1] / (np.size(y) - 1.0))


def differences(y: Array) -> Array:
    """ngspice's ``vecd``: the next value minus the one before; at the ends to the only neighbour."""
    if np.size(y) < 2:
        raise MeasurementMissing("vecd needs two points")
    return np.concatenate((y[1:2] - y[:1], y[2:] - y[:-2], y[-1:] - y[-2:-1]))


def slope(x: Floats, y: Array) -> Array:
    """dy/dx by parabolas through three points each, at the ends those of the first and last three."""
    if len(x) < 3:
        raise MeasurementMissing("deriv needs three points")
    if np.iscomplexobj(y):
        return np.asarray(slope(x, np.real(y)) + 1j * slope(x, np.imag(y)))
    coefficients = _parabolas(x, y)
    window = np.minimum(np.maximum(np.arange(len(x)) - 1, 0), len(x) - 3)
    first, second = coefficients[window, 1], coefficients[window, 2]
    return np.asarray(2 * second * x + first)


def _parabolas(x: Floats, y: Floats) -> Floats:
    """Coefficients, shape (windows, 3), by Gauss-Jordan elimination in ngspice's order of steps."""
    points = np.stack((x[:-2], x[1:-1], x[2:]), axis=1)
    matrix = np.stack((np.ones_like(points), points, points * points), axis=2)
    right = np.stack((y[:-2], y[1:-1], y[2:]), axis=1).astype(np.float64)
    for row in range(3):
        _pivot(matrix, right, row)
        for other in range(row + 1, 3):
            _eliminate(matrix, right, row, other)
    for row in (2, 1):
        for other in range(row - 1, -1, -1):
            _eliminate(matrix, right, row, other)
    found = np.stack([right[:, row] / matrix[:, row, row] for row in range(3)], axis=1)
    found[~np.isfinite(found).all(axis=1)] = np.nan
    return found


def _pivot(matrix: Floats, right: Floats, row: int) -> None:
    chosen = row + np.argmax(np.abs(matrix[:, row:, row]), axis=1)
    every = np.arange(len(matrix))
    for table in (matrix, right):
        kept = table[every, row].copy()
        table[every, row] = table[every, chosen]
        table[every, chosen] = kept


def _eliminate(matrix: Floats, right: Floats, row: int, other: int) -> None:
    factor = matrix[:, other, row] / matrix[:, row, row]
    matrix[:, other] -= factor[:, None] * matrix[:, row]
    right[:, other] -= factor * right[:, row]


def group_delay(x: Floats, y: Array) -> Floats:
    """-d(phase)/d(omega) over a frequency axis, in s."""
    if not np.iscomplexobj(y):
        raise ExpressionError("group_delay needs the complex waveform of an AC analysis")
    return np.asarray(-slope(x, continuous_phase(y)) * (1.0 / TURN))


def remainder(first: Array, second: Array) -> Floats:
    """``%``: the remainder of whole numbers, both without sign and cut to whole ones before."""
    if np.iscomplexobj(first) or np.iscomplexobj(second):
        raise ExpressionError("% of complex values")
    whole = np.floor(np.abs(second))
    return np.asarray(np.where(whole > 0, np.floor(np.abs(first)) % np.where(whole > 0, whole, 1), np.nan))


def power(base: Array, exponent: Array) -> Array:
    """``^`` and ``**``; a negative base with a broken exponent has no real power (NaN)."""
    if not np.iscomplexobj(base) and not np.iscomplexobj(exponent):
        return np.asarray(np.power(np.asarray(base, np.float64), exponent))
    angle = np.where(np.imag(base) != 0, np.angle(base), 0.0)
    there = np.abs(base) != 0
    logarithm = np.log(np.where(there, np.abs(base), 1.0)) + 1j * angle
    return np.asarray(np.where(there, np.exp(exponent * logarithm), 0.0))


def larger(first: Array, second: Array) -> Array:
    """The larger one, point by point."""
    return np.asarray(np.maximum(_real(first, "max"), _real(second, "max")))


def smaller(first: Array, second: Array) -> Array:
    """The smaller one, point by point."""
    return np.asarray(np.minimum(_real(first, "min"), _real(second, "min")))


def largest_parts(y: Array) -> Any:
    """The largest value; of complex values the largest real and the largest imaginary part."""
    return complex(np.max(np.real(y)), np.max(np.imag(y))) if np.iscomplexobj(y) else np.max(y)


def smallest_parts(y: Array) -> Any:
    """The smallest value; of complex values the smallest real and the smallest imaginary part."""
    return complex(np.min(np.real(y)), np.min(np.imag(y))) if np.iscomplexobj(y) else np.min(y)
