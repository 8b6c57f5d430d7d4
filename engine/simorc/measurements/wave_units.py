"""The unit of a waveform expression, derived from its parts: ``i(vdd)*v(vdd)`` is in W."""

from __future__ import annotations

from collections.abc import Callable

from simorc.measurements.wave_parser import Call, Constant, DeviceQuantity, Name, Node, Operation, Signal
from simorc.operating_point.quantities import unit_of_quantity

UnitOf = Callable[[str], str]
"""The unit of a signal by its name, '' where it is not known."""

_RADIANS = ("ph", "cph", "cphase", "arg", "atan", "unwrap")
_OWN = {"db": "dB", "phase": "°", "group_delay": "s", "gd": "s"} | dict.fromkeys(_RADIANS, "rad")
_KEEPING = (
    *("mag", "magnitude", "abs", "re", "real", "im", "imag", "conj", "clip", "step", "at", "first", "last"),
    *("max", "min", "avg", "mean", "stddev", "average", "rms", "pp", "spectrum", "vecd"),
    *("vecmax", "maximum", "vecmin", "minimum"),
)
_PRODUCTS = {("V", "A"): "W", ("A", "Ohm"): "V", ("V", "S"): "A", ("W", "s"): "J", ("A", "s"): "C"}
_PRODUCTS |= {("V", "V"): "V^2", ("A", "A"): "A^2", ("s", "Hz"): ""}
_QUOTIENTS = {("V", "A"): "Ohm", ("A", "V"): "S", ("W", "V"): "A", ("W", "A"): "V", ("V", "Ohm"): "A"}


def unit_of_tree(tree: Node, unit_of: UnitOf, x_unit: str = "") -> str:
    """The unit of an expression over an axis in `x_unit`; '' where it is a plain number or not known."""
    if isinstance(tree, Signal):
        return unit_of(tree.signal)
    if isinstance(tree, Name):
        return unit_of(tree.name)
    if isinstance(tree, DeviceQuantity):
        return unit_of_quantity(tree.quantity)
    if isinstance(tree, Operation):
        return _of_operation(tree, [unit_of_tree(each, unit_of, x_unit) for each in tree.operands])
    if isinstance(tree, Call):
        return _of_call(tree, unit_of, x_unit)
    return ""


def _of_operation(tree: Operation, units: list[str]) -> str:
    if len(units) == 1:
        return "" if tree.operator == "not" else units[0]
    first, second = units
    match tree.operator:
        case "+" | "-":
            plain = any(isinstance(each, Constant) for each in tree.operands)
            return first if first == second else (first or second) if plain else ""
        case "*":
            return _product(first, second)
        case "/":
            return _quotient(first, second)
        case _:
            return ""


def _product(first: str, second: str) -> str:
    if not first or not second:
        return first or second
    return _PRODUCTS.get((first, second), _PRODUCTS.get((second, first), ""))


def _quotient(first: str, second: str) -> str:
    if not second:
        return first
    return _QUOTIENTS.get((first, second), "")


def _of_call(tree: Call, unit_of: UnitOf, x_unit: str) -> str:
    if tree.function in _OWN:
        return _OWN[tree.function]
    inner = unit_of_tree(tree.arguments[0], unit_of, x_unit) if tree.arguments else ""
    if tree.function in _KEEPING:
        return inner
    if tree.function == "axis":
        return x_unit
    if tree.function == "deriv":
        return f"{inner}/{x_unit}" if inner and x_unit else ""
    return _product(inner, x_unit) if tree.function == "integ" and inner and x_unit else ""
