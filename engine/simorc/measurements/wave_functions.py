"""The functions of waveform expressions: per point, along the axis, and reductions to one number."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from simorc.errors import ExpressionError
from simorc.measurements import ngspice_functions as ng
from simorc.measurements.arrays import Floats, Trace
from simorc.measurements.builtins.ac import decibels
from simorc.measurements.builtins.tran import average, peak_to_peak, rms
from simorc.measurements.fourier import spectrum
from simorc.measurements.interpolation import integral, nth_crossing, running_integral, value_at, window
from simorc.measurements.missing import MeasurementMissing

Quantity: TypeAlias = Trace | float | complex
"""What an expression is made of: waveforms and numbers."""

COMPLEX_REMEDY = "apply mag(), db(), ph(), re() or im() first"


def _single(value: Any) -> float | complex:
    return complex(value) if np.iscomplexobj(value) else float(value)


def mapped(function: Callable[[Any], Any]) -> Callable[[Quantity], Quantity]:
    """A function of numbers as one of waveforms."""

    def over(value: Quantity) -> Quantity:
        if isinstance(value, Trace):
            return Trace(value.x, function(value.y))
        return _single(function(np.asarray(value)))

    return over


def combined(function: Callable[[Any, Any], Any], first: Quantity, second: Quantity) -> Quantity:
    """Two quantities by an operator, point by point; waveforms of different axes cannot be combined."""
    if not isinstance(first, Trace) and not isinstance(second, Trace):
        found = function(np.asarray(first), np.asarray(second))
        return complex(found) if np.iscomplexobj(found) else float(found)
    x = _shared_axis(first, second)
    a = first.y if isinstance(first, Trace) else first
    b = second.y if isinstance(second, Trace) else second
    y = function(a, b)
    return Trace(x, y.astype(np.float64) if y.dtype == np.bool_ else y)


def _shared_axis(first: Quantity, second: Quantity) -> Any:
    if not isinstance(second, Trace):
        assert isinstance(first, Trace)
        return first.x
    if isinstance(first, Trace) and first.x is not second.x and not np.array_equal(first.x, second.x):
        raise ExpressionError("waveforms of different analyses cannot be combined point by point")
    return second.x


def is_complex(value: Quantity) -> bool:
    """Whether a waveform or a number is complex."""
    return np.iscomplexobj(value.y if isinstance(value, Trace) else value)


def trace_of(value: Quantity, function: str) -> Trace:
    """The waveform an argument has to be."""
    if not isinstance(value, Trace):
        raise ExpressionError(f"{function} needs a waveform, not a number")
    return value


def real_trace(value: Quantity, function: str) -> Trace:
    """A waveform without imaginary part; complex ones are refused rather than cut."""
    trace = trace_of(value, function)
    if np.iscomplexobj(trace.y):
        raise ExpressionError(f"{function} of a complex waveform: {COMPLEX_REMEDY}")
    return trace


POINTWISE: dict[str, Callable[[Quantity], Quantity]] = {
    **dict.fromkeys(("mag", "magnitude", "abs"), mapped(np.abs)),
    **dict.fromkeys(("ph", "arg"), mapped(ng.phase_of)),
    **dict.fromkeys(("cph", "cphase"), mapped(ng.continuous_phase)),
    "phase": mapped(ng.degrees_of),
    "unwrap": mapped(ng.unwrapped),
    **dict.fromkeys(("re", "real"), mapped(np.real)),
    **dict.fromkeys(("im", "imag"), mapped(ng.imaginary)),
    "j": mapped(lambda y: 1j * y),
    "conj": mapped(np.conj),
    "db": mapped(decibels),
    "sqrt": mapped(ng.square_root),
    **dict.fromkeys(("ln", "log"), mapped(np.log)),
    "log10": mapped(ng.logarithm10),
    "exp": mapped(np.exp),
    "sin": mapped(np.sin),
    "cos": mapped(np.cos),
    "tan": mapped(np.tan),
    "sinh": mapped(np.sinh),
    "cosh": mapped(np.cosh),
    "tanh": mapped(np.tanh),
    "atan": mapped(ng.real_only("atan", np.arctan)),
    "pos": mapped(lambda y: np.where(np.real(y) > 0, 1.0, 0.0)),
    "nint": mapped(ng.by_parts(np.rint)),
    "floor": mapped(ng.by_parts(np.floor)),
    "ceil": mapped(ng.by_parts(np.ceil)),
    "norm": mapped(ng.normalised),
    "avg": mapped(ng.running_average),
    "vecd": mapped(ng.differences),
}
"""Functions whose result has a value for every point."""

_OF_POINTS: dict[str, Callable[[Any], Any]] = {
    "mean": ng.mean_of_points,
    "stddev": ng.deviation_of_points,
    "length": np.size,
    **dict.fromkeys(("vecmax", "maximum"), ng.largest_parts),
    **dict.fromkeys(("vecmin", "minimum"), ng.smallest_parts),
}
"""Functions of all points together, however they are spaced."""


def _of_points(function: Callable[[Any], Any]) -> Callable[[Quantity], Quantity]:
    def reduce(value: Quantity) -> Quantity:
        return _single(function(value.y if isinstance(value, Trace) else np.atleast_1d(value)))

    return reduce


def _once_through(trace: Trace, function: str) -> Trace:
    """A waveform whose axis does not start over."""
    if len(inner_sweeps(trace.x)) > 1:
        raise MeasurementMissing(f"{function} of a nested sweep: select one part with step(signal, n)")
    return trace


def _deriv(value: Quantity) -> Quantity:
    trace = _once_through(trace_of(value, "deriv"), "deriv")
    return Trace(trace.x, ng.slope(trace.x, trace.y))


def _group_delay(value: Quantity) -> Quantity:
    trace = _once_through(trace_of(value, "group_delay"), "group_delay")
    return Trace(trace.x, ng.group_delay(trace.x, trace.y))


def _integ(value: Quantity, start: float | None = None, stop: float | None = None) -> Quantity:
    trace = _once_through(trace_of(value, "integ"), "integ")
    if start is None and stop is None:
        return Trace(trace.x, running_integral(trace.x, trace.y))
    part = window(trace, start, stop)
    return integral(part.x, part.y)


def _at(value: Quantity, at: float) -> Quantity:
    trace = trace_of(value, "at")
    return value_at(trace.x, trace.y, at)


def _cross(value: Quantity, level: float, n: float = 1, edge: str = "either") -> Quantity:
    trace = real_trace(value, "cross")
    return nth_crossing(trace.x, np.real(trace.y), level, round(n), edge)


def _extreme(name: str) -> Callable[..., Quantity]:
    choose, of_two = (np.max, ng.larger) if name == "max" else (np.min, ng.smaller)

    def extreme(value: Quantity, *others: Quantity) -> Quantity:
        if not others:
            return float(choose(real_trace(value, name).y))
        return functools.reduce(lambda first, second: combined(of_two, first, second), (value, *others))

    return extreme


def _extreme_at(name: str) -> Callable[[Quantity], Quantity]:
    def position(value: Quantity) -> Quantity:
        trace = real_trace(value, name)
        index = np.argmax(trace.y) if name == "xmax" else np.argmin(trace.y)
        return float(trace.x[index])

    return position


def _windowed(name: str, function: Callable[..., float]) -> Callable[..., Quantity]:
    def reduce(value: Quantity, start: float | None = None, stop: float | None = None) -> Quantity:
        trace = real_trace(value, name)
        return function(trace.x, np.real(trace.y), start=start, stop=stop)

    return reduce


def _clip(value: Quantity, start: float, stop: float) -> Quantity:
    return window(trace_of(value, "clip"), start, stop)


def _spectrum(
    value: Quantity, start: float | None = None, stop: float | None = None, window: str = "hann"
) -> Quantity:
    return spectrum(real_trace(value, "spectrum"), start, stop, window)


def _end(index: int, name: str) -> Callable[[Quantity], Quantity]:
    def end(value: Quantity) -> Quantity:
        return _single(trace_of(value, name).y[index])

    return end


def _axis(value: Quantity) -> Quantity:
    trace = trace_of(value, "axis")
    return Trace(trace.x, trace.x)


def inner_sweeps(x: Floats) -> list[slice]:
    """The parts of an axis that starts over (a nested sweep), each running one way."""
    steps = np.diff(x)
    if not len(steps):
        return [slice(0, len(x))]
    forward = steps[np.flatnonzero(steps)[0]] > 0 if np.any(steps) else True
    back = np.flatnonzero(steps < 0 if forward else steps > 0) + 1
    edges = [0, *(int(each) for each in back), len(x)]
    return [slice(start, stop) for start, stop in itertools.pairwise(edges)]


def _step(value: Quantity, n: float) -> Quantity:
    trace = trace_of(value, "step")
    parts = inner_sweeps(trace.x)
    index = round(n) - 1 if n > 0 else len(parts) + round(n)
    if not 0 <= index < len(parts):
        raise MeasurementMissing(f"no inner sweep {n:g}: there are {len(parts)}")
    return Trace(trace.x[parts[index]], trace.y[parts[index]])


@dataclass(frozen=True, slots=True)
class WaveFunction:
    """How many positional arguments a function takes, and the names of those that may be given by name."""

    function: Callable[..., Quantity]
    least: int
    most: int
    names: tuple[str, ...] = ()


_WINDOW = ("start", "stop")
FUNCTIONS: dict[str, WaveFunction] = {
    **{name: WaveFunction(function, 1, 1) for name, function in POINTWISE.items()},
    **{name: WaveFunction(_of_points(function), 1, 1) for name, function in _OF_POINTS.items()},
    "deriv": WaveFunction(_deriv, 1, 1),
    **dict.fromkeys(("group_delay", "gd"), WaveFunction(_group_delay, 1, 1)),
    "integ": WaveFunction(_integ, 1, 3, _WINDOW),
    "at": WaveFunction(_at, 2, 2),
    "cross": WaveFunction(_cross, 2, 4, ("level", "n", "edge")),
    "max": WaveFunction(_extreme("max"), 1, 20),
    "min": WaveFunction(_extreme("min"), 1, 20),
    "xmax": WaveFunction(_extreme_at("xmax"), 1, 1),
    "xmin": WaveFunction(_extreme_at("xmin"), 1, 1),
    "average": WaveFunction(_windowed("average", average), 1, 3, _WINDOW),
    "rms": WaveFunction(_windowed("rms", rms), 1, 3, _WINDOW),
    "pp": WaveFunction(_windowed("pp", peak_to_peak), 1, 3, _WINDOW),
    "spectrum": WaveFunction(_spectrum, 1, 4, (*_WINDOW, "window")),
    "clip": WaveFunction(_clip, 3, 3),
    "step": WaveFunction(_step, 2, 2),
    "first": WaveFunction(_end(0, "first"), 1, 1),
    "last": WaveFunction(_end(-1, "last"), 1, 1),
    "axis": WaveFunction(_axis, 1, 1),
}


REFUSED = {
    "fft": "the result of fft() depends on the ngspice build: use spectrum(), the amplitude over Hz",
    "rnd": "random numbers are not supported in measurements",
    "sunif": "random numbers are not supported in measurements",
    "sgauss": "random numbers are not supported in measurements",
}
"""Functions of ngspice that there are not, and why."""


def number_of(value: Quantity) -> float:
    """A quantity as a real number; the error describes how to get one. One point (op) is a number."""
    if isinstance(value, Trace):
        if len(value.y) != 1:
            raise ExpressionError("the result is a waveform: reduce it with at(), max(), average(), last()")
        return number_of(_single(value.y[0]))
    if isinstance(value, (complex, np.complexfloating)):
        raise ExpressionError(f"the result is complex: {COMPLEX_REMEDY}")
    return float(value)
