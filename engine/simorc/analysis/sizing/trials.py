"""The simulations of a sizing: each place and corner once, counted against the budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simorc.analysis.sizing.problem import Readings
from simorc.analysis.sizing.space import Place

Trial = tuple[Place, int]
"""A place and a corner, by its place among all."""

Measure = Callable[[Sequence[Trial]], Sequence[Readings]]
"""Simulates trials; the readings are in their order."""


class BudgetSpent(Exception):
    """The simulations asked for are more than the budget leaves."""


class Trials:
    """Simulates through `measure`. A trial costs `cost` simulations; `budget` is how many may be made."""

    def __init__(self, measure: Measure, *, budget: int, cost: int = 1) -> None:
        self.simulations = 0
        self.budget = budget
        self._measure = measure
        self._cost = cost
        self._known: dict[Trial, Readings] = {}

    def at(self, asked: Sequence[Trial]) -> list[Readings]:
        """The readings of trials. Raises BudgetSpent before any simulation."""
        new = [trial for trial in dict.fromkeys(asked) if trial not in self._known]
        if self.simulations + self._cost * len(new) > self.budget:
            raise BudgetSpent
        if new:
            self.simulations += self._cost * len(new)
            self._known |= dict(zip(new, self._measure(new), strict=True))
        return [self._known[trial] for trial in asked]

    def knows(self, place: Place, corner: int) -> bool:
        """Whether a trial has been simulated."""
        return (place, corner) in self._known
