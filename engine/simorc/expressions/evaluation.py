"""Evaluates conditions over a mapping from names to values, or to arrays of values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simorc.expressions.condition_tree import (
    Call,
    Comparison,
    Constant,
    Contains,
    Like,
    Missing,
    Name,
    Node,
    Operation,
    Search,
    Warned,
)
from simorc.expressions.operations import Evaluator, Operations, match


def evaluator(node: Node, how: Operations) -> Evaluator:
    """The function that gives the value of a node."""
    if isinstance(node, Constant):
        constant = node.value
        return lambda values: constant
    if isinstance(node, Name):
        return how.value(node.name)
    if isinstance(node, Operation | Call):
        return _computation(node, how)
    if isinstance(node, Search | Warned):
        return _of_texts(node, how)
    return _test(node, how)


def _computation(node: Operation | Call, how: Operations) -> Evaluator:
    if isinstance(node, Call):
        arguments = [evaluator(argument, how) for argument in node.arguments]
        return lambda values: how.call(node.function, *(argument(values) for argument in arguments))
    operands = [evaluator(operand, how) for operand in node.operands]
    if node.operator in ("and", "or"):
        return (how.every if node.operator == "and" else how.some)(operands)
    first = operands[0]
    if node.operator == "not":
        return lambda values: how.negate(first(values))
    if len(operands) == 1:
        return _negative(first, how) if node.operator == "-" else lambda values: how.number(first(values))
    second, sign = operands[1], node.operator
    return lambda values: how.arithmetic(sign, first(values), second(values))


def _negative(inner: Evaluator, how: Operations) -> Evaluator:
    def evaluate(values: Mapping[str, Any]) -> Any:
        number = how.number(inner(values))
        return None if number is None else -number

    return evaluate


def _test(node: Comparison | Like | Contains | Missing, how: Operations) -> Evaluator:
    if isinstance(node, Comparison):
        left, right = evaluator(node.left, how), evaluator(node.right, how)
        return lambda values: how.compare(node.operator, left(values), right(values))
    value = evaluator(node.value, how)
    if isinstance(node, Missing):
        return lambda values: how.missing(value(values))
    if isinstance(node, Like):
        return lambda values: how.match("like", node.pattern, value(values))
    return lambda values: how.match("contains", node.text, value(values))


def _of_texts(node: Search | Warned, how: Operations) -> Evaluator:
    if isinstance(node, Search):
        values_of = [how.value(name) for name in node.names]
        return lambda values: any(_contains(node.text, value(values)) for value in values_of)
    return lambda values: any(_warned(node, *warning) for warning in values.get("warning", ()))


def _contains(text: str, value: Any) -> bool:
    return isinstance(value, str) and bool(match("contains", text, value))


def _warned(node: Warned, kind: str, message: str) -> bool:
    return any(match("like", pattern, kind) for pattern in node.kinds) or any(
        match("contains", text, message) for text in node.texts
    )
