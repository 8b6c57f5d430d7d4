"""Distortion and noise of a sine in a transient, from a least-squares fit of its harmonics.

The model ``a0 + sum_k a_k cos(k w t) + b_k sin(k w t)`` is fitted to the points where the simulator put them,
each weighted by the time it stands for: exact for a signal that is a sum of harmonics, at any spacing and
without windowing or resampling. Where the fundamental is not given, its frequency is fitted as well (IEEE Std
1057).
"""

from __future__ import annotations

import numpy as np

from simorc.measurements.arrays import Array, Floats, Trace
from simorc.measurements.builtins.registry import builtin
from simorc.measurements.builtins.tran import period
from simorc.measurements.interpolation import window
from simorc.measurements.missing import MeasurementMissing

_CHUNK = 1 << 15


def _basis(time: Floats, omega: float, harmonics: int) -> Floats:
    """Columns 1, cos wt, sin wt, cos 2wt, ...; shape (points, 2 harmonics + 1)."""
    turn = np.exp(1j * omega * time)
    columns = np.empty((len(time), 2 * harmonics + 1))
    columns[:, 0] = 1
    power = turn
    for k in range(harmonics):
        columns[:, 2 * k + 1], columns[:, 2 * k + 2] = power.real, power.imag
        power = power * turn
    return columns


def _weights(time: Floats) -> Floats:
    steps = np.diff(time)
    weights = np.zeros(len(time))
    weights[:-1] += steps / 2
    weights[1:] += steps / 2
    return weights


def fit_harmonics(time: Floats, signal: Floats, omega: float, harmonics: int) -> tuple[Floats, float]:
    """The coefficients of the fit and the mean square of what it leaves."""
    weights = _weights(time)
    size = 2 * harmonics + 1
    normal, right, power = np.zeros((size, size)), np.zeros(size), 0.0
    for start in range(0, len(time), _CHUNK):
        part = slice(start, start + _CHUNK)
        columns = _basis(time[part], omega, harmonics)
        weighted = columns * weights[part, None]
        normal += weighted.T @ columns
        right += weighted.T @ signal[part]
    coefficients: Floats = np.asarray(_solve(normal, right), dtype=np.float64)
    for start in range(0, len(time), _CHUNK):
        part = slice(start, start + _CHUNK)
        rest = signal[part] - _basis(time[part], omega, harmonics) @ coefficients
        power += float(np.dot(weights[part], rest * rest))
    return coefficients, power / float(np.sum(weights))


def _solve(normal: Floats, right: Floats) -> Array:
    try:
        return np.linalg.solve(normal, right)
    except np.linalg.LinAlgError:
        raise MeasurementMissing("too few points for this many harmonics") from None


def fitted_frequency(time: Floats, signal: Floats) -> float:
    """The angular frequency of the fundamental: from crossings, then by Gauss-Newton steps."""
    omega = 2 * np.pi / period(time, signal)
    weights = np.sqrt(_weights(time))
    stride = max(1, len(time) // 200_000)
    t, y, w = time[::stride], signal[::stride], weights[::stride]
    for _ in range(6):
        cosine, sine = np.cos(omega * t), np.sin(omega * t)
        offset, a, b = np.linalg.lstsq(
            np.column_stack((np.ones_like(t), cosine, sine)) * w[:, None], y * w, rcond=None
        )[0]
        slope = t * (b * cosine - a * sine)
        columns = np.column_stack((np.ones_like(t), cosine, sine, slope)) * w[:, None]
        step = float(np.linalg.lstsq(columns, (y - offset - a * cosine - b * sine) * w, rcond=None)[0][3])
        omega += step
        if abs(step) <= 1e-13 * omega:
            break
    return float(omega)


def _fit(
    time: Floats,
    signal: Floats,
    fundamental: float | None,
    harmonics: int,
    start: float | None,
    stop: float | None,
) -> tuple[Floats, float]:
    if harmonics < 2:
        raise MeasurementMissing("harmonics must be 2 or more")
    part = window(Trace(time, signal), start, stop)
    x, y = part.x, np.asarray(np.real(part.y), dtype=np.float64)
    x = x - x[0]
    omega = fitted_frequency(x, y) if fundamental is None else 2 * np.pi * fundamental
    cycles = x[-1] * omega / (2 * np.pi)
    if cycles < 0.999:
        raise MeasurementMissing(f"{cycles:.3g} cycles of the fundamental: at least one is needed")
    keep = x <= np.floor(cycles + 1e-3) * 2 * np.pi / omega * (1 + 1e-9)
    return fit_harmonics(x[keep], y[keep], omega, harmonics)


def _amplitudes(coefficients: Floats) -> Floats:
    amplitudes = np.hypot(coefficients[1::2], coefficients[2::2])
    if amplitudes[0] == 0:
        raise MeasurementMissing("the fundamental is zero")
    return np.asarray(amplitudes, dtype=np.float64)


_UNITS = {"fundamental": "Hz", "start": "s", "stop": "s"}


@builtin(analysis="tran", unit="%", units=_UNITS)
def thd(
    time: Floats,
    signal: Floats,
    *,
    fundamental: float | None = None,
    harmonics: int = 10,
    start: float | None = None,
    stop: float | None = None,
) -> float:
    """Total harmonic distortion ``100 sqrt(A2^2 + ... + An^2) / A1``, in %.

    ``harmonics`` is the highest one counted. The window is cut to whole cycles; give ``start`` to leave out
    the settling. Missing below one cycle.
    """
    coefficients, _ = _fit(time, signal, fundamental, harmonics, start, stop)
    amplitudes = _amplitudes(coefficients)
    return float(100 * np.sqrt(np.sum(amplitudes[1:] ** 2)) / amplitudes[0])


@builtin(analysis="tran", unit="dB", units=_UNITS)
def snr(
    time: Floats,
    signal: Floats,
    *,
    fundamental: float | None = None,
    harmonics: int = 10,
    start: float | None = None,
    stop: float | None = None,
) -> float:
    """Power of the fundamental over the power of everything that is neither offset nor harmonic, in dB.

    Missing where nothing is left (a noiseless signal has no ratio).
    """
    coefficients, rest = _fit(time, signal, fundamental, harmonics, start, stop)
    power = _amplitudes(coefficients)[0] ** 2 / 2
    if rest <= power * 1e-30:
        raise MeasurementMissing("the signal has no noise besides the harmonics")
    return float(10 * np.log10(power / rest))
