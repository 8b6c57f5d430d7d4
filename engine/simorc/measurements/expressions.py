"""Evaluates waveform expressions: ``db(v(out)/v(in))``, ``cross(v(out), vdda/2, edge=rise)``.

A function that ngspice's ``let`` has means what it means there (`ngspice_functions`): ``ph`` and ``cph`` are
in radians. ``phase``, without jumps and in degrees, is ours, as are ``at``, ``cross``, ``average``, ...
Every built-in measurement is also a function: ``rise_time(v(out), low=0.2)``. A name
means, in this order: a parameter, another measurement, a vector of the plot.
"""

from __future__ import annotations

import difflib
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simorc.errors import ExpressionError
from simorc.measurements.angle_units import refuse_mixed_angles
from simorc.measurements.arrays import Floats, Trace
from simorc.measurements.builtins.registry import Builtin, builtins_by_name
from simorc.measurements.missing import MeasurementMissing
from simorc.measurements.ngspice_functions import power, remainder
from simorc.measurements.wave_functions import (
    COMPLEX_REMEDY,
    FUNCTIONS,
    REFUSED,
    Quantity,
    combined,
    is_complex,
    number_of,
)
from simorc.measurements.wave_parser import (
    Call,
    Constant,
    DeviceQuantity,
    Name,
    Node,
    Operation,
    Signal,
    Word,
    parse_wave_expression,
)
from simorc.measurements.waves import PREFERENCE, Opening

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": remainder,
    "**": power,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": operator.eq,
    "!=": operator.ne,
    "and": np.logical_and,
    "or": np.logical_or,
}
_OF_REAL = frozenset(("<", "<=", ">", ">=", "and", "or", "%"))
"""Operators that are refused for complex values, of which ngspice compares both parts."""

_CONSTANTS = {"pi": np.pi, "true": 1.0, "false": 0.0}
_AC_FUNCTIONS = frozenset(("db", "ph", "phase", "cph", "cphase", "arg", "group_delay", "gd"))


def no_operating_point(device: str, quantity: str) -> float:
    """The value of ``op(...)`` where there is no case. Raises MeasurementMissing."""
    raise MeasurementMissing(f"op({device}.{quantity}) needs the operating point of a case")


@dataclass(frozen=True)
class Scope:
    """What names mean while an expression is evaluated."""

    waves: Opening
    numbers: Callable[[str], float | None]
    """A parameter or measurement by name, None when there is none of that name."""
    analysis: str | None = None
    operating_point: Callable[[str, str], float] = no_operating_point
    """A quantity of a device by both names."""


@dataclass(frozen=True)
class WaveExpression:
    """A parsed expression. ``names`` are those that are not signals, with the column of their first use;
    ``devices`` the devices whose operating point it needs, each with the quantity.
    """

    text: str
    tree: Node
    names: Mapping[str, int] = field(default_factory=dict)
    signals: tuple[str, ...] = ()
    analyses: tuple[str, ...] = ()
    measures: tuple[Builtin, ...] = ()
    devices: tuple[tuple[str, str], ...] = ()

    def value(self, scope: Scope) -> Quantity:
        """A number or a waveform. Raises MeasurementMissing if a signal is missing."""
        with np.errstate(all="ignore"):
            return _Evaluation(self, scope).of(self.tree)

    def number(self, scope: Scope) -> float:
        """The number it is; a waveform or a complex value is an ExpressionError."""
        value = self.value(scope)
        is_average = isinstance(self.tree, Call) and self.tree.function == "avg"
        if is_average and isinstance(value, Trace) and len(value.y) > 1:
            raise ExpressionError("avg() is ngspice's running average, a waveform: write average()")
        return number_of(value)


def compile_wave_expression(text: str) -> WaveExpression:
    """Parse and check an expression; ExpressionError with column and nearest name."""
    tree = parse_wave_expression(text)
    refuse_mixed_angles(tree)
    names: dict[str, int] = {}
    signals: list[str] = []
    preferred: list[str] = []
    measures: list[Builtin] = []
    devices = [(each.device, each.quantity) for each in walked(tree) if isinstance(each, DeviceQuantity)]
    for node in walked(tree):
        if isinstance(node, Name) and node.name.lower() not in _CONSTANTS:
            names.setdefault(node.name, node.column)
        elif isinstance(node, Signal) and node.plot is None:
            signals.append(node.signal)
        elif isinstance(node, Call):
            preferred += _checked_call(node)
            measures += [found] if (found := builtins_by_name().get(node.function)) else []
    return WaveExpression(
        *(text, tree, names, tuple(dict.fromkeys(signals)), tuple(dict.fromkeys(preferred))),
        tuple(measures),
        tuple(dict.fromkeys(devices)),
    )


def walked(tree: Node) -> Iterator[Node]:
    """Every part of a tree, the outer before the inner."""
    yield tree
    children: Iterable[Node] = ()
    if isinstance(tree, Operation):
        children = tree.operands
    elif isinstance(tree, Call):
        children = (*tree.arguments, *(node for _, node in tree.named))
    for child in children:
        yield from walked(child)


def _checked_call(call: Call) -> list[str]:
    """Raise for an unknown function or argument; returns the analyses that the function measures."""
    if call.function in FUNCTIONS:
        known = FUNCTIONS[call.function]
        _check_arguments(call, known.least - _named_count(call, known.names), known.most, known.names)
        return ["ac"] if call.function in _AC_FUNCTIONS else []
    measures = builtins_by_name()
    if call.function in REFUSED:
        raise ExpressionError(REFUSED[call.function], column=call.column)
    if call.function not in measures:
        near = difflib.get_close_matches(call.function, [*FUNCTIONS, *measures], n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise ExpressionError(f"unknown function {call.function}{hint}", column=call.column)
    found = measures[call.function]
    _check_arguments(call, len(found.required_signals), len(found.signals), tuple(found.arguments))
    _check_required(call, found)
    return [found.analysis]


def _named_count(call: Call, names: tuple[str, ...]) -> int:
    return sum(name in names for name, _ in call.named)


def _check_arguments(call: Call, least: int, most: int, names: tuple[str, ...]) -> None:
    count = len(call.arguments)
    if not least <= count <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        raise ExpressionError(f"{call.function} takes {wanted} arguments, not {count}", column=call.column)
    for name, _ in call.named:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise ExpressionError(f"{call.function} has no argument {name}{hint}", column=call.column)


def _check_required(call: Call, found: Builtin) -> None:
    absent = found.required - {name for name, _ in call.named}
    if absent:
        raise ExpressionError(f"{call.function} needs {', '.join(sorted(absent))}", column=call.column)


class _Evaluation:
    """One walk over the tree."""

    def __init__(self, expression: WaveExpression, scope: Scope) -> None:
        self._expression = expression
        self._scope = scope
        self._plot: int | None = None

    def of(self, node: Node) -> Quantity:
        if isinstance(node, Constant):
            return node.value
        if isinstance(node, Signal):
            plot = self._chosen_plot() if node.plot is None else node.plot
            return self._scope.waves().trace(node.signal, plot)
        if isinstance(node, Name):
            return self._named(node)
        if isinstance(node, DeviceQuantity):
            return self._scope.operating_point(node.device, node.quantity)
        if isinstance(node, Operation):
            return self._operation(node)
        if isinstance(node, Call):
            return self._call(node)
        raise ExpressionError(f"{node.text} is only valid as an argument of a function")

    def _chosen_plot(self) -> int:
        """One plot for the whole expression, so that its waveforms share an axis."""
        if self._plot is None:
            waves, expression = self._scope.waves(), self._expression
            vectors = [name for name in expression.names if self._scope.numbers(name) is None]
            signals = (*expression.signals, *vectors)
            self._plot = waves.choose(self._scope.analysis, signals, expression.analyses)
            if self._scope.analysis is None:
                _refuse_unsuited(expression.measures, waves.analysis_at(self._plot))
        return self._plot

    def _named(self, node: Name) -> Quantity:
        if node.name.lower() in _CONSTANTS:
            return _CONSTANTS[node.name.lower()]
        found = self._scope.numbers(node.name)
        if found is not None:
            return found
        return self._scope.waves().trace(node.name, self._chosen_plot())

    def _operation(self, node: Operation) -> Quantity:
        values = [self.of(operand) for operand in node.operands]
        if len(values) == 2:
            return self._combined(node.operator, values)
        if node.operator == "-":
            return combined(operator.mul, -1.0, values[0])
        return values[0] if node.operator == "+" else combined(operator.eq, values[0], 0.0)

    def _combined(self, operator_: str, values: list[Quantity]) -> Quantity:
        if operator_ in _OF_REAL and any(map(is_complex, values)):
            raise ExpressionError(f"{operator_} of complex values: {COMPLEX_REMEDY}")
        return combined(_BINARY[operator_], values[0], values[1])

    def _call(self, node: Call) -> Quantity:
        self._refuse_bare_current(node)
        arguments = [self._argument(each, index) for index, each in enumerate(node.arguments)]
        named = {name: self._argument(value, 1) for name, value in node.named}
        if node.function in FUNCTIONS:
            return FUNCTIONS[node.function].function(*arguments, **named)
        return run_builtin(builtins_by_name()[node.function], arguments, named)

    def _refuse_bare_current(self, node: Call) -> None:
        """``im(v1)`` is of a vector v1, which ngspice does not have where v1 is a source."""
        (name,) = node.arguments if node.function == "im" and len(node.arguments) == 1 else (None,)
        if not isinstance(name, Name) or self._scope.numbers(name.name) is not None:
            return
        waves, place = self._scope.waves(), self._chosen_plot()
        if not waves.has(f"v({name.name})", place) and waves.has(f"i({name.name})", place):
            current = f"i({name.name})"
            raise ExpressionError(f"im({name.name}): write im({current}), or mag({current})")

    def _argument(self, node: Node, index: int) -> Any:
        if isinstance(node, Word):
            return node.text
        value = self.of(node)
        return value if index == 0 or isinstance(value, Trace) else number_of(value)


def _refuse_unsuited(measures: Sequence[Builtin], analysis: str) -> None:
    """MeasurementMissing where the plot found by default is of an analysis that a built-in does not mean."""
    for found in measures:
        if analysis in PREFERENCE and not found.suits(analysis):
            where = f"{found.name} is measured in a {found.analysis} analysis"
            raise MeasurementMissing(f"{where}, and the signal is in the {analysis} one")


def run_builtin(found: Builtin, signals: list[Quantity], arguments: Mapping[str, Any]) -> float:
    """A built-in on waveforms of one axis, with its arguments as numbers and words."""
    traces = [_as_trace(signal, found) for signal in signals]
    x = traces[0].x
    if any(len(trace.x) != len(x) for trace in traces[1:]):
        raise ExpressionError(f"the signals of {found.name} come from different analyses")
    _check_axis(x, found.name)
    given = {name: round(v) if found.arguments.get(name) == "integer" else v for name, v in arguments.items()}
    way = 1 if x[0] <= x[-1] else -1
    with np.errstate(all="ignore"):
        return float(found.function(x[::way], *(trace.y[::way] for trace in traces), **given))


def _as_trace(signal: Quantity, found: Builtin) -> Trace:
    """A waveform; a complex one only where phase or magnitude is what is measured."""
    if not isinstance(signal, Trace):
        raise ExpressionError(f"{found.name} needs a waveform, not a number")
    if np.iscomplexobj(signal.y) and found.analysis not in ("ac", "noise"):
        raise ExpressionError(f"{found.name} of a complex waveform: {COMPLEX_REMEDY}")
    return signal


def _check_axis(x: Floats, name: str) -> None:
    if len(x) < 2:
        raise MeasurementMissing(f"{name} needs a sweep, and there is a single point")
    steps = np.diff(x)
    if steps.min() < 0 < steps.max():
        raise MeasurementMissing("the axis restarts (nested sweep): select one part with step(signal, n)")
