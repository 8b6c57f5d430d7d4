"""Built-in measurements of a transient: edges, settling, cycles, levels.

``time`` in seconds, ascending, unevenly spaced; straight lines between points, so the error of a crossing
time is at most ``h^2/8 |y''/y'|`` for a local time step ``h``.
"""

from __future__ import annotations

import numpy as np

from simorc.measurements.arrays import Floats, Trace
from simorc.measurements.builtins.registry import SIGNAL_UNIT, builtin
from simorc.measurements.interpolation import crossings, integral, nth_crossing, window
from simorc.measurements.missing import MeasurementMissing

_LEVELS = {"bottom": SIGNAL_UNIT, "top": SIGNAL_UNIT}


def span(signal: Floats) -> tuple[float, float]:
    """Minimum and maximum; missing for a signal that does not move beyond rounding."""
    low, high = float(np.min(signal)), float(np.max(signal))
    if not high - low > 1e-12 * max(abs(low), abs(high)):
        raise MeasurementMissing("the signal is constant")
    return low, high


def levels(signal: Floats, bottom: float | None, top: float | None) -> tuple[float, float]:
    """The low and high level of an edge.

    Where not given: the first and last value if they differ by at least half of the peak-to-peak value (a
    step response, whose overshoot is not a level), else minimum and maximum (pulses).
    """
    low, high = span(signal)
    ends = sorted((float(signal[0]), float(signal[-1])))
    if ends[1] - ends[0] >= (high - low) / 2:
        low, high = ends
    low = low if bottom is None else bottom
    high = high if top is None else top
    if not low < high:
        raise MeasurementMissing(f"the bottom level {low:g} is not below the top level {high:g}")
    return low, high


def _edge_time(
    time: Floats, signal: Floats, edge: str, shares: tuple[float, float], swing: tuple[float, float], n: int
) -> float:
    """The duration of the ``n``-th edge between two shares of the swing from one level to another, in s."""
    (base, crest), (low, high) = swing, shares
    lower, upper = base + low * (crest - base), base + high * (crest - base)
    return _rise(time, signal, lower, upper, n) if edge == "rise" else _rise(time, -signal, -upper, -lower, n)


def _rise(time: Floats, signal: Floats, lower: float, upper: float, n: int) -> float:
    ends = crossings(time, signal, upper, "rise")
    starts = crossings(time, signal, lower, "rise")
    before = np.searchsorted(starts, ends, "right") - 1
    ends, before = ends[before >= 0], before[before >= 0]
    _, firsts = np.unique(before, return_index=True)
    edges = ends[firsts] - starts[before[firsts]]
    index = n - 1 if n > 0 else len(edges) + n
    if n == 0 or not 0 <= index < len(edges):
        raise MeasurementMissing(f"no edge {n} from {lower:g} to {upper:g}: there are {len(edges)}")
    return float(edges[index])


@builtin(analysis="tran", unit="s", units=_LEVELS)
def rise_time(
    time: Floats,
    signal: Floats,
    *,
    low: float = 0.1,
    high: float = 0.9,
    bottom: float | None = None,
    top: float | None = None,
    n: int = 1,
) -> float:
    """The time of the ``n``-th rising edge from 10 % to 90 % of the swing, in s.

    From the last crossing of the lower level before the upper one is first reached. ``low`` and ``high`` are
    fractions; ``bottom`` and ``top`` the levels they count from (by default the first and last value of a
    step, minimum and maximum of pulses). ``n: -1`` is the last edge.
    """
    return _edge_time(time, signal, "rise", (low, high), levels(signal, bottom, top), n)


@builtin(analysis="tran", unit="s", units=_LEVELS)
def fall_time(
    time: Floats,
    signal: Floats,
    *,
    low: float = 0.1,
    high: float = 0.9,
    bottom: float | None = None,
    top: float | None = None,
    n: int = 1,
) -> float:
    """The time of the ``n``-th falling edge from 90 % to 10 % of the swing, in s; arguments as for
    ``rise_time``.
    """
    return _edge_time(time, signal, "fall", (low, high), levels(signal, bottom, top), n)


@builtin(analysis="tran", unit="V/s", units=_LEVELS)
def slew_rate(
    time: Floats,
    signal: Floats,
    *,
    edge: str = "rise",
    low: float = 0.1,
    high: float = 0.9,
    bottom: float | None = None,
    top: float | None = None,
    n: int = 1,
) -> float:
    """The mean slope between 10 % and 90 % of the ``n``-th edge, ``(high - low) swing / time``, in V/s;
    positive.
    """
    if edge not in ("rise", "fall"):
        raise MeasurementMissing(f"edge must be rise or fall, not {edge!r}")
    base, crest = levels(signal, bottom, top)
    duration = _edge_time(time, signal, edge, (low, high), (base, crest), n)
    return (high - low) * (crest - base) / duration


@builtin(analysis="tran", unit="s", units={"start": "s", "initial": SIGNAL_UNIT, "final": SIGNAL_UNIT})
def settling_time(
    time: Floats,
    signal: Floats,
    *,
    tolerance: float = 0.01,
    start: float | None = None,
    initial: float | None = None,
    final: float | None = None,
) -> float:
    """From ``start`` until the signal stays within ``tolerance`` times the step of its final value, in s.

    ``start`` is the instant of the step (the first point by default), ``initial`` the value there, ``final``
    the last value. 0 for a signal that never leaves the band; missing where the last point is outside of it
    or there is no step.
    """
    part = window(Trace(time, signal), start)
    x, y = part.x, np.real(part.y)
    goal = float(y[-1]) if final is None else final
    band = tolerance * abs(goal - (float(y[0]) if initial is None else initial))
    if not band > 0:
        raise MeasurementMissing("there is no step to settle from")
    error = np.abs(y - goal)
    if error[-1] > band:
        raise MeasurementMissing(f"not settled within {tolerance:g} of the step at {x[-1]:g} s")
    outside = np.flatnonzero(error > band)
    if not len(outside):
        return 0.0
    last = int(outside[-1])
    edge = goal + np.copysign(band, y[last] - goal)
    share = (edge - y[last]) / (y[last + 1] - y[last])
    return float(x[last] + share * (x[last + 1] - x[last]) - x[0])


@builtin(analysis="tran", unit="%", units={"start": "s", "initial": SIGNAL_UNIT, "final": SIGNAL_UNIT})
def overshoot(
    time: Floats,
    signal: Floats,
    *,
    start: float | None = None,
    initial: float | None = None,
    final: float | None = None,
) -> float:
    """How far the response passes its final value, in % of the step, ``100 (peak - final) / (final -
    initial)``.

    0 for a response that does not pass it; missing where there is no step.
    """
    part = window(Trace(time, signal), start)
    y = np.real(part.y)
    goal = float(y[-1]) if final is None else final
    step = goal - (float(y[0]) if initial is None else initial)
    if step == 0:
        raise MeasurementMissing("there is no step to overshoot")
    peak = np.max(y) if step > 0 else np.min(y)
    return max(0.0, float(100 * (peak - goal) / step))


@builtin(
    analysis="tran",
    unit="s",
    units={"trigger_level": SIGNAL_UNIT, "target_level": SIGNAL_UNIT, "start": "s"},
)
def delay(
    time: Floats,
    trigger: Floats,
    target: Floats,
    *,
    trigger_level: float | None = None,
    target_level: float | None = None,
    trigger_edge: str = "either",
    target_edge: str = "either",
    n: int = 1,
    start: float | None = None,
) -> float:
    """From the ``n``-th crossing of ``trigger`` to the next crossing of ``target``, in s.

    Levels default to the middle between minimum and maximum of each signal. Missing where either does not
    cross.
    """
    first = Trace(time, trigger) if start is None else window(Trace(time, trigger), start)
    begin = nth_crossing(first.x, np.real(first.y), _middle(trigger, trigger_level), n, trigger_edge)
    ends = crossings(time, target, _middle(target, target_level), target_edge)
    later = ends[ends >= begin]
    if not len(later):
        raise MeasurementMissing(f"the target does not cross its level after {begin:g} s")
    return float(later[0] - begin)


def _middle(signal: Floats, level: float | None) -> float:
    return sum(span(signal)) / 2 if level is None else level


def _rising_edges(
    time: Floats, signal: Floats, level: float | None, start: float | None, stop: float | None
) -> tuple[Trace, float, Floats]:
    part = window(Trace(time, signal), start, stop)
    y = np.real(part.y)
    middle = _middle(y, level)
    edges = crossings(part.x, y, middle, "rise")
    if len(edges) < 2:
        raise MeasurementMissing(f"no whole cycle: {len(edges)} rising crossings of {middle:g}")
    return part, middle, edges


_CYCLES = {"level": SIGNAL_UNIT, "start": "s", "stop": "s"}


@builtin(analysis="tran", unit="s", units=_CYCLES)
def period(
    time: Floats,
    signal: Floats,
    *,
    level: float | None = None,
    start: float | None = None,
    stop: float | None = None,
) -> float:
    """The mean time between rising crossings of ``level`` (the middle by default) in the window, in s."""
    _, _, edges = _rising_edges(time, signal, level, start, stop)
    return float((edges[-1] - edges[0]) / (len(edges) - 1))


@builtin(analysis="tran", unit="Hz", units=_CYCLES)
def frequency(
    time: Floats,
    signal: Floats,
    *,
    level: float | None = None,
    start: float | None = None,
    stop: float | None = None,
) -> float:
    """One over ``period``, in Hz."""
    return 1 / period(time, signal, level=level, start=start, stop=stop)


@builtin(analysis="tran", unit="%", units=_CYCLES)
def duty_cycle(
    time: Floats,
    signal: Floats,
    *,
    level: float | None = None,
    start: float | None = None,
    stop: float | None = None,
) -> float:
    """The share of whole cycles spent above ``level``, in %."""
    part, middle, edges = _rising_edges(time, signal, level, start, stop)
    falls = crossings(part.x, np.real(part.y), middle, "fall")
    falls = falls[(falls >= edges[0]) & (falls <= edges[-1])]
    return float(100 * (np.sum(falls) - np.sum(edges[:-1])) / (edges[-1] - edges[0]))


_WINDOW = {"start": "s", "stop": "s"}


@builtin(analysis="tran", unit=SIGNAL_UNIT, units=_WINDOW)
def rms(time: Floats, signal: Floats, *, start: float | None = None, stop: float | None = None) -> float:
    """The root of the mean square over the window, exact for straight lines between points."""
    part = window(Trace(time, signal), start, stop)
    y, steps = np.abs(part.y), np.diff(part.x)
    squares = y[1:] ** 2 + y[1:] * y[:-1] + y[:-1] ** 2
    return float(np.sqrt(np.dot(steps, squares) / 3 / _duration(part)))


@builtin(analysis="tran", unit=SIGNAL_UNIT, units=_WINDOW)
def average(time: Floats, signal: Floats, *, start: float | None = None, stop: float | None = None) -> float:
    """The integral over the window divided by its length (not the mean of unevenly spaced points)."""
    part = window(Trace(time, signal), start, stop)
    return float(np.real(integral(part.x, part.y)) / _duration(part))


def _duration(part: Trace) -> float:
    duration = float(part.x[-1] - part.x[0])
    if duration == 0:
        raise MeasurementMissing("the waveform is a single point")
    return duration


@builtin(analysis="tran", unit=SIGNAL_UNIT, units=_WINDOW)
def peak_to_peak(
    time: Floats, signal: Floats, *, start: float | None = None, stop: float | None = None
) -> float:
    """Maximum minus minimum over the window."""
    part = np.real(window(Trace(time, signal), start, stop).y)
    return float(np.max(part) - np.min(part))


@builtin(analysis="tran", unit="s", units={"level": SIGNAL_UNIT})
def crossing(time: Floats, signal: Floats, *, level: float, n: int = 1, edge: str = "either") -> float:
    """The time of the ``n``-th crossing of ``level`` (-1 is the last); ``edge`` is rise, fall or either."""
    return nth_crossing(time, signal, level, n, edge)
