"""Evaluates conditions over whole axes. Raises where numpy and the plain evaluator could differ.

``exp``, ``log10``, ``**`` and ``round`` to digits may differ from the C library in the last bit, and a filter
must select the same cases on every machine; a division by zero may be guarded by an ``and``.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from simorc.expressions.operations import COMPARE, Evaluator, NotVectorisedError, Operations


def quietly(evaluate: Evaluator, values: Mapping[str, Any]) -> Any:
    """Evaluate over arrays; every trap numpy would only warn about becomes NotVectorisedError."""
    try:
        with np.errstate(all="raise", under="ignore"):
            return evaluate(values)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise NotVectorisedError(str(error)) from None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, np.ndarray) and value.dtype.kind == "U")


def _number(value: Any) -> Any:
    if _is_text(value):
        raise NotVectorisedError("text, not a number")
    return (
        value if isinstance(value, np.ndarray) and value.dtype.kind == "f" else np.asarray(value, dtype=float)
    )


def _compare(sign: str, left: Any, right: Any) -> Any:
    if _is_text(left) != _is_text(right):
        raise NotVectorisedError("text against a number")
    return COMPARE[sign](left, right)


def _truth(value: Any) -> Any:
    return np.asarray(value != "") if _is_text(value) else np.asarray(value, dtype=bool)


def _every(tests: list[Evaluator]) -> Evaluator:
    return lambda values: functools.reduce(np.logical_and, [_truth(test(values)) for test in tests], np.True_)


def _some(tests: list[Evaluator]) -> Evaluator:
    return lambda values: functools.reduce(np.logical_or, [_truth(test(values)) for test in tests], np.False_)


def _refuse(*values: Any) -> Any:
    raise NotVectorisedError("evaluated only case by case")


def _round(value: Any, *digits: Any) -> Any:
    return _refuse() if digits else np.round(value)


def _reduce(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda *values: functools.reduce(function, values)


_COMPUTE: Mapping[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "round": _round,
    "min": _reduce(np.minimum),
    "max": _reduce(np.maximum),
}


def _compute(name: str, *values: Any) -> Any:
    function: Callable[..., Any] = _COMPUTE.get(name, _refuse)
    return function(*map(_number, values))


VECTOR = Operations(
    value=operator.itemgetter,
    arithmetic=_compute,
    compare=_compare,
    call=_compute,
    number=_number,
    match=_refuse,
    missing=_refuse,
    truth=_truth,
    every=_every,
    some=_some,
    negate=lambda value: np.logical_not(_truth(value)),
)
