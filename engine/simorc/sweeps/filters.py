"""The conditions of a plan that select the remaining combinations.

A combination remains if no ``exclude`` is true, every ``include`` and every ``where`` is true, and its corner
is among the selected ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simorc.errors import ExpressionError
from simorc.expressions.conditions import Condition, compile_parameter_condition


@dataclass(frozen=True)
class Filters:
    """``corners`` contains one selection of names per narrowing."""

    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    corners: tuple[tuple[str, ...], ...] = ()

    def compiled(self, names: Iterable[str]) -> dict[str, Condition]:
        """Every expression, checked. Raises ExpressionError with the expression's text."""
        known = frozenset(names)
        return {text: _checked(text, known) for text in (*self.exclude, *self.include, *self.where)}

    def to_json(self) -> dict[str, Any]:
        groups = {"exclude": [*self.exclude], "include": [*self.include], "where": [*self.where]}
        return {**groups, "corners": [[*chosen] for chosen in self.corners]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Filters:
        chosen = tuple(tuple(names) for names in data["corners"])
        return cls(tuple(data["exclude"]), tuple(data["include"]), tuple(data["where"]), chosen)


def _checked(text: str, names: frozenset[str]) -> Condition:
    try:
        return compile_parameter_condition(text, names)
    except ExpressionError as error:
        message = error.message if error.message.startswith(f"{text}: ") else f"{text}: {error.message}"
        raise ExpressionError(message, column=error.column, text=text) from error
