"""Operators and functions of conditions on single values; `arrays` computes the same on whole axes.

A value is a number, a text or None (missing). What has no result is unknown, which is None as well: a
comparison with a missing value, an order of a text and a number, a division by zero.
"""

from __future__ import annotations

import fnmatch
import functools
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simorc.units import parse_value

Evaluator = Callable[[Mapping[str, Any]], Any]


class NotVectorisedError(TypeError):
    """This expression has to be evaluated case by case."""


@dataclass(frozen=True)
class Operations:
    """How single values, or arrays of them, are computed with."""

    value: Callable[[str], Evaluator]
    """The value of a name."""
    arithmetic: Callable[[str, Any, Any], Any]
    compare: Callable[[str, Any, Any], Any]
    call: Callable[..., Any]
    """A function, by its name, of some values."""
    number: Callable[[Any], Any]
    match: Callable[[str, str, Any], Any]
    """``like`` or ``contains``, the pattern or text, and the value."""
    missing: Callable[[Any], Any]
    truth: Callable[[Any], Any]
    every: Callable[[list[Evaluator]], Evaluator]
    some: Callable[[list[Evaluator]], Evaluator]
    negate: Callable[[Any], Any]


COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


# Values ---------------------------------------------------------------------------------------------


def number_of(value: Any) -> float | int | None:
    """The number a value is: a text is one if the grammar of numbers reads it. None for what is none."""
    if isinstance(value, str):
        read = parse_value(value)
        return float(read) if isinstance(read, float) else None
    if not isinstance(value, int | float) or (isinstance(value, float) and math.isnan(value)):
        return None
    return int(value) if isinstance(value, bool) else value


def text_of(value: Any) -> str | None:
    """The text of a value: of a number its 15 significant digits; None for a missing one."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and math.isnan(value):
        return None
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)


def plain_value(value: Any) -> Any:
    """A value of a mapping as a number, a text or None: NaN is missing, anything else becomes its text."""
    if value is None or isinstance(value, str):
        return value
    return number_of(value) if isinstance(value, int | float) else str(value)


def lowered(text: str) -> str:
    """The text with the letters of ASCII in lower case, as SQLite compares."""
    return text.translate(_LOWER)


_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


# Operations on single values --------------------------------------------------------------------------


def compare(sign: str, left: Any, right: Any) -> bool | None:
    """Two texts by their characters, anything else as numbers. A text that is no number equals none."""
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str):
        return bool(COMPARE[sign](left, right))
    one, other = number_of(left), number_of(right)
    if one is None or other is None:
        return {"==": False, "!=": True}.get(sign)
    return bool(COMPARE[sign](one, other))


@functools.lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern), re.DOTALL)


def match(kind: str, wanted: str, value: Any) -> bool | None:
    """Whether the text of a value is ``like`` a pattern, or ``contains`` a text; None without a value."""
    text = text_of(value)
    if text is None:
        return None
    if kind == "contains":
        return lowered(wanted) in lowered(text)
    return _pattern(wanted).match(text) is not None


def truth(value: Any) -> bool | None:
    """A number is true unless it is 0, a text unless it is empty."""
    return None if value is None else bool(value != "" if isinstance(value, str) else value)


def _power(base: float, exponent: float) -> float:
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError(f"a negative number to the power of {exponent:g} is not a real number")
    return float(result)


_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "**": _power,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "sqrt": math.sqrt,
    "log10": math.log10,
    "exp": math.exp,
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "round": lambda value, digits=0.0: round(value, int(digits)),
}


def compute(name: str, *values: Any) -> float:
    """An operator of arithmetic or a function. Raises TypeError, ValueError or ArithmeticError."""
    function = _ARITHMETIC.get(name) or _FUNCTIONS[name]
    return float(function(*map(_number, values)))


def computed(name: str, *values: Any) -> float | None:
    """The same; None where there is no result."""
    try:
        result = compute(name, *values)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return None if math.isnan(result) else result


def _number(value: Any) -> float:
    found = number_of(value)
    if found is None:
        raise TypeError("a value is missing" if value is None else f"'{value}' is text, not a number")
    return float(found)


def _compare_or_fail(sign: str, left: Any, right: Any) -> bool:
    result = compare(sign, left, right)
    if result is None:
        raise TypeError(f"cannot order text and number: {left} {sign} {right}")
    return result


def _every(tests: list[Evaluator]) -> Evaluator:
    """False if one is, unknown if one of the others is."""

    def evaluate(values: Mapping[str, Any]) -> bool | None:
        unknown = False
        for test in tests:
            result = truth(test(values))
            if result is False:
                return False
            unknown = unknown or result is None
        return None if unknown else True

    return evaluate


def _some(tests: list[Evaluator]) -> Evaluator:
    """True if one is, unknown if one of the others is."""
    opposite = _every([_opposite(test) for test in tests])
    return lambda values: _negate(opposite(values))


def _opposite(test: Evaluator) -> Evaluator:
    return lambda values: _negate(test(values))


def _negate(value: Any) -> bool | None:
    result = truth(value)
    return None if result is None else not result


def _name(name: str) -> Evaluator:
    return lambda values: plain_value(values.get(name))


SCALAR = Operations(
    value=_name,
    arithmetic=computed,
    compare=compare,
    call=computed,
    number=number_of,
    match=match,
    missing=lambda value: value is None,
    truth=truth,
    every=_every,
    some=_some,
    negate=_negate,
)
"""Three-valued: None is unknown."""

SQL_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "condition_compare": compare,
    "condition_compute": computed,
    "condition_number": lambda value: None if (number := number_of(value)) is None else float(number),
    "condition_text": text_of,
    "condition_truth": truth,
}
"""What the SQL of conditions calls; a store's connection makes them known to SQLite."""

STRICT = replace(
    SCALAR,
    value=lambda name: operator.itemgetter(name),
    arithmetic=compute,
    compare=_compare_or_fail,
    call=compute,
    number=_number,
)
"""Raises TypeError, ValueError, ArithmeticError or KeyError where `SCALAR` gives None."""
