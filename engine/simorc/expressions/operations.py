"""How conditions compute with single values; `arrays` computes with whole axes the same way."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simorc.units import Value

Evaluator = Callable[[Mapping[str, Any]], Any]


class NotVectorisedError(TypeError):
    """This expression has to be evaluated case by case."""


@dataclass(frozen=True)
class Operations:
    """How single values, or arrays of them, are computed with."""

    arithmetic: Mapping[str, Callable[[Any, Any], Any]]
    compare: Callable[[str, Any, Any], Any]
    functions: Mapping[str, Callable[..., Any]]
    number: Callable[[Any], Any]
    every: Callable[[list[Evaluator]], Evaluator]
    some: Callable[[list[Evaluator]], Evaluator]
    negate: Callable[[Any], Any]


def _number(value: Value) -> float:
    if isinstance(value, str):
        raise TypeError(f"'{value}' is text, not a number")
    return float(value)


COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compare(sign: str, left: Value, right: Value) -> bool:
    if sign not in ("==", "!=") and isinstance(left, str) != isinstance(right, str):
        raise TypeError(f"cannot order text and number: {left} {sign} {right}")
    return bool(COMPARE[sign](left, right))


def _power(base: float, exponent: float) -> float:
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError(f"a negative number to the power of {exponent:g} is not a real number")
    return float(result)


def _every(tests: list[Evaluator]) -> Evaluator:
    return lambda values: all(test(values) for test in tests)


def _some(tests: list[Evaluator]) -> Evaluator:
    return lambda values: any(test(values) for test in tests)


SCALAR = Operations(
    arithmetic={
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "%": operator.mod,
        "**": _power,
    },
    compare=_compare,
    functions={
        "abs": abs,
        "sqrt": math.sqrt,
        "log10": math.log10,
        "exp": math.exp,
        "min": lambda *values: min(values),
        "max": lambda *values: max(values),
        "round": lambda value, digits=0.0: round(value, int(digits)),
    },
    number=_number,
    every=_every,
    some=_some,
    negate=operator.not_,
)
