"""Interpolation of waveforms: values, windows, level crossings, integrals.

Time steps of a simulator are uneven; nothing here assumes even spacing. Transients are taken as straight
lines between points (the simulator chose them so that this holds); AC curves, with few points per decade, go
through a cubic over the four nearest points in log frequency, which keeps the error of a first-order corner
at 10 points per decade near 1e-4.
"""

from __future__ import annotations

import numpy as np

from simorc.measurements.arrays import Array, Floats, Samples, Trace
from simorc.measurements.missing import MeasurementMissing

EDGES = ("rise", "fall", "either")


def crossings(x: Floats, y: Floats, level: float, edge: str = "either") -> Floats:
    """Every ``x`` where ``y`` passes ``level``, by straight lines between points.

    A point exactly on the level counts as above it: a curve that starts on the level and rises has not
    crossed it.
    """
    if edge not in EDGES:
        raise MeasurementMissing(f"edge must be rise, fall or either, not {edge!r}")
    at = crossing_intervals(y, level, edge)
    y0, y1, x0 = y[at], y[at + 1], x[at]
    return np.asarray(x0 + (level - y0) * (x[at + 1] - x0) / (y1 - y0), dtype=np.float64)


def crossing_intervals(y: Floats, level: float, edge: str = "either") -> Array:
    """The indices ``i`` where ``y`` passes ``level`` between ``i`` and ``i + 1``."""
    above = y >= level
    if edge == "rise":
        return np.flatnonzero(above[1:] & ~above[:-1])
    if edge == "fall":
        return np.flatnonzero(above[:-1] & ~above[1:])
    return np.flatnonzero(above[1:] != above[:-1])


def nth_crossing(x: Floats, y: Floats, level: float, n: int = 1, edge: str = "either") -> float:
    """The ``n``-th crossing (from 1; -1 is the last). Raises MeasurementMissing with the number of
    crossings.
    """
    found = crossings(x, y, level, edge)
    index = n - 1 if n > 0 else len(found) + n
    if n == 0 or not 0 <= index < len(found):
        kind = "" if edge == "either" else f"{edge} "
        raise MeasurementMissing(f"no {kind}crossing {n} of {level:g}: there are {len(found)}")
    return float(found[index])


def value_at(x: Floats, y: Samples, at: float) -> float | complex:
    """``y`` at ``at``, by straight lines; outside of the axis the value is missing."""
    low, high = (x[0], x[-1]) if x[0] <= x[-1] else (x[-1], x[0])
    if not low <= at <= high:
        raise MeasurementMissing(f"{at:g} is outside of {low:g} … {high:g}")
    if x[0] > x[-1]:
        x, y = x[::-1], y[::-1]
    found = np.interp(at, x, y)
    return complex(found) if np.iscomplexobj(y) else float(found)


def window(trace: Trace, start: float | None = None, stop: float | None = None) -> Trace:
    """The part between ``start`` and ``stop``, with interpolated points at its ends."""
    x, y = trace.x, trace.y
    if start is None and stop is None:
        return trace
    first = float(x[0]) if start is None else start
    last = float(x[-1]) if stop is None else stop
    if not first < last:
        raise MeasurementMissing(f"the window {first:g} … {last:g} is empty")
    ends = np.array([value_at(x, y, first), value_at(x, y, last)])
    inside = slice(int(np.searchsorted(x, first, "right")), int(np.searchsorted(x, last, "left")))
    return Trace(
        np.concatenate(([first], x[inside], [last])), np.concatenate((ends[:1], y[inside], ends[1:]))
    )


def integral(x: Floats, y: Samples) -> float | complex:
    """The trapezoid integral over the actual spacing."""
    total = np.dot(np.diff(x), y[1:] + y[:-1]) / 2
    return complex(total) if np.iscomplexobj(y) else float(total)


def running_integral(x: Floats, y: Samples) -> Samples:
    """The integral from the first point up to each point; starts at 0."""
    result = np.zeros_like(y)
    np.cumsum(np.diff(x) * (y[1:] + y[:-1]) / 2, out=result[1:])
    return result


def log_axis(frequency: Floats) -> Floats:
    """ln(frequency), or the frequency itself if it contains zero or negative values."""
    return np.log(frequency) if frequency[0] > 0 else np.asarray(frequency, dtype=np.float64)


def smooth_crossing(u: Floats, y: Floats, interval: int, level: float) -> float:
    """Where the cubic through the points around ``interval`` passes ``level``, by bisection."""
    curve = _newton_form(u, y, interval)
    low, high = float(u[interval]), float(u[interval + 1])
    start_above = bool(y[interval] >= level)
    for _ in range(48):
        middle = (low + high) / 2
        if (_newton_value(curve, middle) >= level) == start_above:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def smooth_value(u: Floats, y: Floats, at: float) -> float:
    """``y`` at ``at`` by the polynomial through up to four points around it."""
    interval = int(np.clip(np.searchsorted(u, at, "right") - 1, 0, max(len(u) - 2, 0)))
    return _newton_value(_newton_form(u, y, interval), at)


def _newton_form(u: Floats, y: Floats, interval: int) -> list[tuple[float, float]]:
    """(point, divided difference) of the points around an interval: plain floats, numpy is slow on four."""
    places = range(max(interval - 1, 0), min(interval + 3, len(u)))
    points, differences = [float(u[i]) for i in places], [float(y[i]) for i in places]
    for order in range(1, len(points)):
        for i in range(len(points) - 1, order - 1, -1):
            differences[i] = (differences[i] - differences[i - 1]) / (points[i] - points[i - order])
    return list(zip(points, differences, strict=True))


def _newton_value(curve: list[tuple[float, float]], at: float) -> float:
    total = 0.0
    for point, difference in reversed(curve):
        total = total * (at - point) + difference
    return total


def refined(u: Floats, y: Floats, parts: int) -> tuple[Floats, Floats]:
    """The curve with each interval cut in ``parts`` by the cubics through its neighbours (at least four
    points).
    """
    count = len(u)
    if count < 4:
        return u, y
    base = np.clip(np.arange(count - 1) - 1, 0, count - 4)
    fine = u[:-1, None] + np.diff(u)[:, None] * (np.arange(parts) / parts)
    total = np.zeros_like(fine)
    for index in range(4):
        weight = np.ones_like(fine)
        for other in range(4):
            if other != index:
                spacing = u[base + index] - u[base + other]
                weight *= (fine - u[base + other][:, None]) / spacing[:, None]
        total += weight * y[base + index][:, None]
    return np.append(fine.ravel(), u[-1]), np.append(total.ravel(), y[-1])
