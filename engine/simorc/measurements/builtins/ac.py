"""Built-in measurements of an AC analysis.

``frequency`` in Hz, ascending; the signal is a complex transfer such as ``v(out)/v(in)`` (``v(out)`` alone
when the source has an amplitude of 1). Between points curves follow a cubic in log frequency.
"""

from __future__ import annotations

import numpy as np

from simorc.measurements.arrays import Floats, Samples
from simorc.measurements.builtins.registry import builtin
from simorc.measurements.interpolation import crossing_intervals, log_axis, smooth_crossing, smooth_value
from simorc.measurements.missing import MeasurementMissing

HALF_POWER = 10 * np.log10(2)
"""3.0103 dB."""


def decibels(signal: Samples) -> Floats:
    """20 log10 |signal|; -inf where the signal is zero."""
    with np.errstate(divide="ignore"):
        return np.asarray(20 * np.log10(np.abs(signal)), dtype=np.float64)


def relative_phase(signal: Samples) -> Floats:
    """The continuous phase in degrees, counted from 0 for a transfer that inverts or does not.

    A first point beyond +45 or below -135 degrees is taken for an inverting transfer, whose 180 degrees are
    taken away; an integrator (-90) and an inverting integrator (+90) so both start at -90.
    """
    phase = np.degrees(np.unwrap(np.angle(signal)))
    if phase[0] > 45:
        phase = phase - 180
    elif phase[0] < -135:
        phase = phase + 180
    return np.asarray(phase, dtype=np.float64)


def _first_frequency(frequency: Floats, curve: Floats, level: float, edge: str, what: str) -> float:
    intervals = crossing_intervals(curve, level, edge)
    if not len(intervals):
        raise MeasurementMissing(f"{what} between {frequency[0]:g} and {frequency[-1]:g} Hz")
    axis = log_axis(frequency)
    at = smooth_crossing(axis, curve, int(intervals[0]), level)
    return float(np.exp(at)) if frequency[0] > 0 else at


def _at(frequency: Floats, curve: Floats, at: float) -> float:
    if not frequency[0] <= at <= frequency[-1]:
        raise MeasurementMissing(f"{at:g} Hz is outside of {frequency[0]:g} … {frequency[-1]:g} Hz")
    axis = log_axis(frequency)
    return smooth_value(axis, curve, float(np.log(at)) if frequency[0] > 0 else at)


@builtin(analysis="ac", unit="dB")
def dc_gain(frequency: Floats, signal: Samples) -> float:
    """The gain at the lowest simulated frequency, ``20 log10 |h(f0)|``, in dB.

    Missing where the signal is exactly zero.
    """
    if signal[0] == 0:
        raise MeasurementMissing(f"the signal is zero at {frequency[0]:g} Hz")
    return float(decibels(signal[:1])[0])


@builtin(analysis="ac", unit="dB", units={"at": "Hz"})
def gain_at(frequency: Floats, signal: Samples, *, at: float) -> float:
    """The gain at the frequency ``at``, in dB. Missing outside of the simulated range."""
    return _at(frequency, decibels(signal), at)


@builtin(analysis="ac", unit="Hz", units={"drop": "dB"})
def bandwidth_3db(
    frequency: Floats, signal: Samples, *, drop: float = HALF_POWER, reference: str = "dc"
) -> float:
    """The frequency where the gain has fallen by 3.0103 dB (half the power), in Hz.

    ``reference: dc`` counts from the lowest frequency, upwards to the first such point. ``reference: peak``
    counts from the maximum and answers the width between the points on both sides; a lower side that never
    falls so far counts as 0 Hz. Missing where the upper point is not reached.
    """
    gain = decibels(signal)
    if reference == "dc":
        return _first_frequency(
            frequency, gain, gain[0] - drop, "fall", f"the gain never falls by {drop:.4g} dB"
        )
    if reference != "peak":
        raise MeasurementMissing(f"reference must be dc or peak, not {reference!r}")
    peak = int(np.argmax(gain))
    level, what = gain[peak] - drop, f"the gain never falls {drop:.4g} dB below its peak"
    upper = _first_frequency(frequency[peak:], gain[peak:], level, "fall", what)
    below = crossing_intervals(gain[: peak + 1], level, "rise")
    if not len(below):
        return upper
    lower = smooth_crossing(log_axis(frequency), gain, int(below[-1]), level)
    return upper - (float(np.exp(lower)) if frequency[0] > 0 else lower)


@builtin(analysis="ac", unit="Hz")
def unity_gain_frequency(frequency: Floats, signal: Samples) -> float:
    """The first frequency where the gain falls through 0 dB, in Hz.

    Missing for a gain that starts below 0 dB or never falls to it.
    """
    return _first_frequency(frequency, decibels(signal), 0.0, "fall", "the gain does not cross 0 dB")


@builtin(analysis="ac", unit="deg")
def phase_margin(frequency: Floats, signal: Samples) -> float:
    """180 degrees plus the phase at the unity-gain frequency, in degrees; negative means unstable.

    The signal is the loop gain; the phase is continuous and relative to the (inverting or not) low-frequency
    one.
    """
    unity = unity_gain_frequency(frequency, signal)
    return 180 + _at(frequency, relative_phase(signal), unity)


@builtin(analysis="ac", unit="dB")
def gain_margin(frequency: Floats, signal: Samples) -> float:
    """How far the loop gain lies below 0 dB where its phase first falls through -180 degrees, in dB.

    Missing where the phase never reaches -180 degrees (unconditionally stable within the simulated range).
    """
    what = "the phase does not cross -180 degrees"
    at = _first_frequency(frequency, relative_phase(signal), -180.0, "fall", what)
    return -_at(frequency, decibels(signal), at)


@builtin(analysis="ac", unit="dB", units={"at": "Hz"})
def psrr(
    frequency: Floats, signal: Samples, gain: Samples | None = None, *, at: float | None = None
) -> float:
    """Power supply rejection ``20 log10 (|gain| / |signal|)`` at ``at`` (the lowest frequency by default), in
    dB.

    ``signal`` is the transfer from the supply to the output, ``gain`` the one from the input (1 when not
    given, as for a reference or regulator). Missing where the supply does not reach the output at all.
    """
    curve = (0.0 if gain is None else decibels(gain)) - decibels(signal)
    found = float(curve[0]) if at is None else _at(frequency, curve, at)
    if not np.isfinite(found):
        raise MeasurementMissing("the transfer from the supply is zero")
    return found
