"""Expressions over parameters: ``corner == 'ff' and temp > 100``, ``cl in [1p, 10p]``, ``abs(vdda - 3.3) <
0.1``.

Numbers may carry SI suffixes and compare numerically with parameters; text compares with text. Truth values
come out of ``and``, ``or``, ``not`` and comparisons. Nothing else of Python is reachable.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simorc.config.names import did_you_mean
from simorc.errors import ExpressionError
from simorc.expressions.operations import SCALAR, Evaluator, Operations
from simorc.expressions.syntax import Call, Comparison, Constant, Listing, Name, Node, Operation, parse
from simorc.units import Value

_EQUALITY = frozenset({"==", "!=", "in", "not in"})


@dataclass(frozen=True)
class Expression:
    """A checked expression. ``names`` are the parameters it uses, in the order they first appear."""

    text: str
    names: tuple[str, ...]
    _tree: Node

    @functools.cached_property
    def _scalar(self) -> Evaluator:
        return _build(self._tree, SCALAR)

    @functools.cached_property
    def _vector(self) -> Evaluator:
        from simorc.expressions.arrays import VECTOR  # numpy is loaded only where axes are computed at once

        return _build(self._tree, VECTOR)

    def evaluate(self, values: Mapping[str, Value]) -> float | str | bool:
        """The value for one case. Raises ExpressionError: text where a number is needed, division by zero,
        ...
        """
        try:
            result: float | str | bool = self._scalar(values)
        except KeyError as error:
            raise ExpressionError(f"{self.text}: {error.args[0]} has no value") from None
        except OverflowError:
            raise ExpressionError(f"{self.text}: the result is too large") from None
        except (ArithmeticError, TypeError, ValueError) as error:
            raise ExpressionError(f"{self.text}: {error}") from None
        return result

    def compared_texts(self) -> list[tuple[str, str]]:
        """The names compared for being equal to a text, each with that text."""
        return [pair for node in _comparisons(self._tree) for pair in _name_and_text(node)]

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether the condition is true for one case."""
        return bool(self.evaluate(values))

    def evaluate_arrays(self, values: Mapping[str, Any]) -> Any:
        """The same over numpy arrays (float64 or text) that broadcast together.

        Raises NotVectorisedError where only `evaluate`, case by case, gives the right answer.
        """
        from simorc.expressions.arrays import quietly

        return quietly(self._vector, values)


def compile_expression(text: str, names: Iterable[str]) -> Expression:
    """Check an expression against the names it may use.

    Raises ExpressionError with a column: bad syntax, an unknown name (with the nearest known one), too large.
    """
    known = set(names)
    tree, used = parse(text)
    for name, column in used.items():
        if name not in known:
            hint = did_you_mean(name, known) or f" (text needs quotes: '{name}')"
            raise ExpressionError(f"{text}: {name} is not a parameter{hint}", column=column)
    return Expression(text, tuple(used), tree)


def _comparisons(node: Node) -> Iterator[Comparison]:
    if isinstance(node, Comparison):
        yield node
    parts: tuple[Node, ...] = ()
    if isinstance(node, Operation):
        parts = node.operands
    elif isinstance(node, Call):
        parts = node.arguments
    for part in parts:
        yield from _comparisons(part)


def _name_and_text(node: Comparison) -> Iterator[tuple[str, str]]:
    left = node.first
    for sign, right in node.rest:
        items = right.items if isinstance(right, Listing) else (right,)
        for one, other in [(left, item) for item in items] + [(item, left) for item in items]:
            if sign not in _EQUALITY or not isinstance(one, Name) or not isinstance(other, Constant):
                continue
            if isinstance(other.value, str):
                yield one.name, other.value
        left = right


def _build(node: Node, how: Operations) -> Evaluator:
    if isinstance(node, Constant):
        constant = node.value
        return lambda values: constant
    if isinstance(node, Name):
        return operator.itemgetter(node.name)
    if isinstance(node, Operation):
        return _build_operation(node, how)
    if isinstance(node, Comparison):
        return _build_comparison(node, how)
    if isinstance(node, Call):
        return _build_call(node, how)
    raise TypeError("a list is only valid after in")


def _build_operation(node: Operation, how: Operations) -> Evaluator:
    operands = [_build(operand, how) for operand in node.operands]
    if node.operator in ("and", "or"):
        return (how.every if node.operator == "and" else how.some)(operands)
    first, number = operands[0], how.number
    if node.operator == "not":
        return lambda values: how.negate(first(values))
    if len(operands) == 1:
        return (
            (lambda values: -number(first(values)))
            if node.operator == "-"
            else lambda values: number(first(values))
        )
    compute, second = how.arithmetic[node.operator], operands[1]
    return lambda values: compute(number(first(values)), number(second(values)))


def _build_comparison(node: Comparison, how: Operations) -> Evaluator:
    links = []
    left = _build(node.first, how)
    for sign, right_node in node.rest:
        if isinstance(right_node, Listing):
            links.append(_build_membership(left, sign, right_node, how))
            continue
        right = _build(right_node, how)
        links.append(_build_link(left, sign, right, how))
        left = right
    return links[0] if len(links) == 1 else how.every(links)


def _build_link(left: Evaluator, sign: str, right: Evaluator, how: Operations) -> Evaluator:
    compare = how.compare
    return lambda values: compare(sign, left(values), right(values))


def _build_membership(left: Evaluator, sign: str, listing: Listing, how: Operations) -> Evaluator:
    tests = [_build_link(left, "==", _build(item, how), how) for item in listing.items]
    among = how.some(tests)
    return among if sign == "in" else lambda values: how.negate(among(values))


def _build_call(node: Call, how: Operations) -> Evaluator:
    function, number = how.functions[node.function], how.number
    arguments = [_build(argument, how) for argument in node.arguments]
    return lambda values: function(*(number(argument(values)) for argument in arguments))
