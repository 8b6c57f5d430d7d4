"""Radians and degrees in one expression: refuses wrong factors and sums.

``ph`` and ``cph`` are in radians, ``phase`` is in degrees. ``phase(v(out))*180/pi``, ``180 + ph(v(out))``,
``at(ph(v(out)), 1k) > -135`` and a declared ``unit: deg`` of ``ph(v(out))`` can only be a mistake.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from simorc.errors import ExpressionError
from simorc.measurements.wave_parser import Call, Constant, Name, Node, Operation

_DEGREES, _RADIANS = ("deg", "degree", "degrees", "°"), ("rad", "radian", "radians")
_OF_RADIANS = ("ph", "cph", "cphase", "arg", "atan", "unwrap")
_KEEPING = (
    *("at", "first", "last", "clip", "step", "max", "min", "average", "avg", "mean", "pp", "abs", "mag"),
    *("vecmax", "maximum", "vecmin", "minimum", "re", "real"),
)
_CROSSING = ("cross", "crossing")
_PER_RADIAN = 180 / math.pi
_NEAR = 0.005
_NO_RADIANS = 20.0
"""A number as large as this, added to or compared with an angle, is meant in degrees."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a part of an expression is: an angle (``rad`` or ``deg``, times ``factor``), a number, or else."""

    what: Literal["rad", "deg", "number", ""] = ""
    factor: float = 1.0


_ELSE = _Kind()


def refuse_mixed_angles(tree: Node) -> None:
    """ExpressionError where radians are taken for degrees or the other way round."""
    _settled(_kind(tree))


def refuse_other_angle_unit(tree: Node, unit: str) -> None:
    """ExpressionError where an expression in radians is declared in degrees, or the other way round."""
    found, written = _settled(_kind(tree)).what, unit.strip().lower()
    if found == "rad" and written in _DEGREES:
        raise ExpressionError(f"the unit is {unit}, and ph() is in radians as in ngspice: write phase()")
    if found == "deg" and written in _RADIANS:
        raise ExpressionError(f"the unit is {unit}, and phase() is in degrees: write cph()")


def _kind(tree: Node) -> _Kind:
    if isinstance(tree, Constant):
        return _Kind("number", tree.value)
    if isinstance(tree, Name):
        return _Kind("number", math.pi) if tree.name.lower() == "pi" else _ELSE
    if isinstance(tree, Call):
        return _of_call(tree)
    return _of_operation(tree) if isinstance(tree, Operation) else _ELSE


def _of_call(tree: Call) -> _Kind:
    arguments = [_settled(_kind(each)) for each in tree.arguments]
    named = {name: _settled(_kind(each)) for name, each in tree.named}
    if tree.function in _OF_RADIANS:
        return _Kind("rad")
    if tree.function == "phase":
        return _Kind("deg")
    if tree.function in _CROSSING and arguments:
        level = named.get("level", arguments[1] if len(arguments) > 1 else _ELSE)
        _together(arguments[0], level)
    return arguments[0] if tree.function in _KEEPING and arguments else _ELSE


def _of_operation(tree: Operation) -> _Kind:
    kinds = [_kind(each) for each in tree.operands]
    if len(kinds) == 1:
        return kinds[0]
    first, second = kinds
    if tree.operator in ("*", "/"):
        return _scaled(first, second, tree.operator)
    together = _together(_settled(first), _settled(second))
    return together if tree.operator in ("+", "-") else _ELSE


def _scaled(first: _Kind, second: _Kind, operator: str) -> _Kind:
    if second.what == "number" and first.what:
        factor = second.factor if operator == "*" else 1 / second.factor if second.factor else math.inf
        return _Kind(first.what, first.factor * factor)
    if first.what == "number" and second.what and operator == "*":
        return _Kind(second.what, first.factor * second.factor)
    return _ELSE


def _settled(kind: _Kind) -> _Kind:
    """An angle with its factor worked in: radians times 180/pi are degrees."""
    if kind.what not in ("rad", "deg"):
        return kind
    factor = abs(kind.factor)
    if math.isclose(factor, 1, rel_tol=_NEAR):
        return _Kind(kind.what)
    if math.isclose(factor, _PER_RADIAN, rel_tol=_NEAR):
        if kind.what == "deg":
            raise ExpressionError("phase() is in degrees: leave out 180/pi, or write cph()*180/pi")
        return _Kind("deg")
    if math.isclose(factor, 1 / _PER_RADIAN, rel_tol=_NEAR):
        if kind.what == "rad":
            raise ExpressionError("ph() is in radians as in ngspice: leave out pi/180")
        return _Kind("rad")
    return _ELSE


def _together(first: _Kind, second: _Kind) -> _Kind:
    """The kind of a sum; refused where the parts cannot be in one unit."""
    if {first.what, second.what} == {"rad", "deg"}:
        raise ExpressionError("radians and degrees in one sum: ph() is in radians, phase() in degrees")
    for angle, other in ((first, second), (second, first)):
        if angle.what == "rad" and other.what == "number" and abs(other.factor) >= _NO_RADIANS:
            remedy = "ph() is in radians as in ngspice; write phase() for degrees"
            raise ExpressionError(f"{other.factor:g} beside radians: {remedy}")
    return first if first.what in ("rad", "deg") else second if second.what in ("rad", "deg") else _ELSE
