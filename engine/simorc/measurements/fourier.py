"""The spectrum of a transient: interpolation to an even grid, a window, an FFT.

Between points of about even spacing the grid follows a cubic through four neighbours (an error of h^4, so
that 40 points a period leave spurs below -80 dB); where the spacing jumps, as at the edges of a pulse,
straight lines, which cannot overshoot.
"""

from __future__ import annotations

import numpy as np

from simorc.errors import ExpressionError
from simorc.measurements.arrays import Floats, Trace
from simorc.measurements.interpolation import window
from simorc.measurements.missing import MeasurementMissing

TAPERS: dict[str, tuple[float, ...]] = {
    "hann": (0.5, 0.5),
    "blackman": (0.35875, 0.48829, 0.14128, 0.01168),
    "flattop": (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
    "rectangular": (1.0,),
}
"""Coefficients of the cosines of each taper; ``blackman`` is the four-term Blackman-Harris."""

LEAST_POINTS = 8
MOST_POINTS = 1 << 21
_UNEVEN = 3.0


def spectrum(
    trace: Trace, start: float | None = None, stop: float | None = None, taper: str = "hann"
) -> Trace:
    """The amplitude (peak, in the signal's unit) over the frequency in Hz, of x between `start` and `stop`.

    The first value is the mean. A sine between two lines of the spectrum is read low: by at most 1.4 dB with
    ``hann``, 0.8 dB with ``blackman``, 0.01 dB with ``flattop``, 3.9 dB with ``rectangular``.
    MeasurementMissing below 8 points; ExpressionError for a taper that is none.
    """
    if taper not in TAPERS:
        raise ExpressionError(f"unknown window {taper} of spectrum: use {', '.join(TAPERS)}")
    part = window(trace, start, stop)
    if len(part.x) < LEAST_POINTS:
        raise MeasurementMissing(f"{len(part.x)} points in the window: a spectrum needs {LEAST_POINTS}")
    time, values = resampled(part.x, np.asarray(np.real(part.y), dtype=np.float64))
    mean = float(np.mean(values))
    weights = _taper(len(values), TAPERS[taper])
    amplitude = np.abs(np.fft.rfft((values - mean) * weights)) * 2 / np.sum(weights)
    amplitude[0] = abs(mean)
    length = len(values) * (time[1] - time[0])
    return Trace(np.arange(len(amplitude)) / length, amplitude)


def resampled(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """As even points from the first x to just before the last: a power of two, no fewer than there are."""
    x, kept = np.unique(x, return_index=True)
    y = y[kept]
    if not np.isfinite(y).all():
        raise MeasurementMissing("the waveform has gaps: it has no spectrum")
    count = min(MOST_POINTS, 1 << max(6, int(np.ceil(np.log2(len(x))))))
    even = x[0] + (x[-1] - x[0]) * np.arange(count) / count
    return even, _interpolated(x, y, even)


def _interpolated(x: Floats, y: Floats, at: Floats) -> Floats:
    place = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    found = np.interp(at, x, y)
    steps = np.diff(x)
    inner = (place >= 1) & (place <= len(x) - 3)
    near = np.stack([steps[np.clip(place + side, 0, len(steps) - 1)] for side in (-1, 0, 1)])
    smooth = inner & (near.max(axis=0) <= _UNEVEN * near.min(axis=0))
    found[smooth] = _cubic(x, y, at[smooth], place[smooth] - 1)
    return np.asarray(found, dtype=np.float64)


def _cubic(x: Floats, y: Floats, at: Floats, first: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Floats:
    """Lagrange's cubic through the four points from `first` on."""
    found = np.zeros(len(at))
    for own in range(4):
        weight = np.ones(len(at))
        for other in range(4):
            if other != own:
                weight *= (at - x[first + other]) / (x[first + own] - x[first + other])
        found += weight * y[first + own]
    return found


def _taper(count: int, cosines: tuple[float, ...]) -> Floats:
    angle = 2 * np.pi * np.arange(count) / count
    terms = ((-1) ** order * value * np.cos(order * angle) for order, value in enumerate(cosines))
    return np.asarray(sum(terms, np.zeros(count)), dtype=np.float64)
