"""Conditions: the language of ``--where``, ``--filter``, ``exclude``, ``include`` and the filter line.

    corner == 'ff' and temp > 100
    status:failed vdd=1.6..1.8 -corner=s*
    abs(vdda - 3.3) < 0.1 or missing(gain)

A condition is true, false or unknown: a comparison with a missing value is unknown, and what is unknown is
not chosen, also behind ``not``. `case_sql` turns the same tree into SQL over the cases of a run.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simorc.errors import ExpressionError
from simorc.expressions.condition_parser import parse_condition
from simorc.expressions.condition_tree import Comparison, Constant, Name, Node, walked
from simorc.expressions.evaluation import evaluator
from simorc.expressions.operations import SCALAR, STRICT, Evaluator
from simorc.expressions.vocabulary import Vocabulary, parameters
from simorc.units import Value


@dataclass(frozen=True)
class Condition:
    """A checked condition. ``names`` are the names it uses, in the order they first appear."""

    text: str
    names: tuple[str, ...]
    tree: Node

    @functools.cached_property
    def _scalar(self) -> Evaluator:
        return evaluator(self.tree, SCALAR)

    @functools.cached_property
    def _vector(self) -> Evaluator:
        from simorc.expressions.arrays import VECTOR  # numpy is loaded only where axes are computed at once

        return evaluator(self.tree, VECTOR)

    def truth(self, values: Mapping[str, Any]) -> bool | None:
        """Whether the condition is true; None if that is unknown. Values that are None or absent are
        missing.
        """
        result: bool | None = SCALAR.truth(self._scalar(values))
        return result

    def evaluate(self, values: Mapping[str, Value]) -> float | str | bool:
        """The value for one case whose values are all known.

        Raises ExpressionError where there is none: text where a number is needed, division by zero, ...
        """
        result: float | str | bool | None = self._scalar(values)
        return self._explained(values) if result is None else result

    def _explained(self, values: Mapping[str, Value]) -> float | str | bool:
        try:
            result: float | str | bool = evaluator(self.tree, STRICT)(values)
        except KeyError as error:
            raise ExpressionError(f"{self.text}: {error.args[0]} has no value") from None
        except OverflowError:
            raise ExpressionError(f"{self.text}: the result is too large") from None
        except (ArithmeticError, TypeError, ValueError) as error:
            raise ExpressionError(f"{self.text}: {error}") from None
        return result

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether the condition is true for one case whose values are all known. Raises as `evaluate`."""
        return bool(self.evaluate(values))

    def compared_texts(self) -> list[tuple[str, str]]:
        """The names compared for being equal to a text, each with that text."""
        comparisons = (node for node in walked(self.tree) if isinstance(node, Comparison))
        return [
            (name.name, constant.value)
            for node in comparisons
            if node.operator in ("==", "!=")
            for name, constant in ((node.left, node.right), (node.right, node.left))
            if isinstance(name, Name) and isinstance(constant, Constant) and isinstance(constant.value, str)
        ]

    def evaluate_arrays(self, values: Mapping[str, Any]) -> Any:
        """The same as `evaluate` over numpy arrays (float64 or text) that broadcast together.

        Raises NotVectorisedError where only `evaluate`, case by case, gives the right answer.
        """
        from simorc.expressions.arrays import quietly

        return quietly(self._vector, values)


def compile_condition(text: str, vocabulary: Vocabulary) -> Condition:
    """Check a condition against the names it may use.

    Raises ExpressionError with the column (from 1): bad syntax, an unknown name, too large.
    """
    tree = parse_condition(text, vocabulary)
    names = dict.fromkeys(node.name for node in walked(tree) if isinstance(node, Name))
    return Condition(text, tuple(names), tree)


def compile_parameter_condition(text: str, names: Iterable[str]) -> Condition:
    """A condition over the parameters of a sweep. Raises ExpressionError as `compile_condition`."""
    return compile_condition(text, parameters(names))
