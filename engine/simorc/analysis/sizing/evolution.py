"""CMA-ES: a population that adapts its shape; for circuits on which slopes mislead.

Needs the package `cmaes`, whose ask-and-tell leaves the simulations to simorc.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simorc.analysis.sizing.active_corners import ActiveCorners, worst_goal
from simorc.analysis.sizing.linear_search import Heard, Step
from simorc.analysis.sizing.problem import Judged
from simorc.analysis.sizing.space import Place, Space
from simorc.errors import ToolMissing

FIRST_SPREAD = 0.2
"""The first standard deviation, as a coordinate."""
SMALLEST_SPREAD = 0.003
"""Where the search has converged."""
_VIOLATED = 1e6


class Evolution:
    """Searches from one place until it converges. Raises BudgetSpent, and ToolMissing without `cmaes`."""

    def __init__(self, search: ActiveCorners, space: Space, heard: Heard, seed: int) -> None:
        self._search = search
        self._space = space
        self._heard = heard
        self._seed = seed
        self.measured: list[tuple[Place, int]] = []

    def run(self, start: Place) -> None:
        """Search from `start`; the best place is that of the active corners."""
        try:
            from cmaes import CMA
        except ImportError:
            raise ToolMissing(
                "method cma needs the Python package cmaes", remedy="pip install 'simorc-tui[sizing]'"
            ) from None
        bounds = np.array([[0.0, 1.0]] * len(self._space))
        optimizer = CMA(mean=np.array(start), sigma=FIRST_SPREAD, bounds=bounds, seed=self._seed)
        spread = FIRST_SPREAD
        while spread > SMALLEST_SPREAD and not self._reached():
            asked = [optimizer.ask() for _ in range(optimizer.population_size)]
            places = [self._space.possible(each.tolist()) for each in asked]
            judged = self._search.judged_at(places)
            losses = [_loss(each) for each in judged]
            optimizer.tell(list(zip(asked, losses, strict=True)))
            spread = float(np.std(asked, axis=0).max())
            self._verify(places, judged, losses, spread)

    def _reached(self) -> bool:
        best = self._search.best
        return best is not None and self._search.problem.reached(best.goal)

    def _verify(
        self, places: Sequence[Place], judged: Sequence[list[Judged]], losses: Sequence[float], spread: float
    ) -> None:
        """Verify the best place of a generation at all corners, where it is better than what was verified."""
        first = int(np.argmin(losses))
        met = all(each.met for each in judged[first])
        best = self._search.best
        what = "generation"
        active = list(self._search.active)
        if met and (best is None or worst_goal(judged[first]) < best.goal):
            what = "all corners met" if self._search.verified(places[first]) else "corner added"
        self._heard(Step(what, places[first], self._search.trials.simulations, active, judged[first], spread))


def _loss(judged: Sequence[Judged]) -> float:
    """What the evolution makes smaller: first what is missing to the limits, then the goal."""
    if all(each.met for each in judged):
        return min(worst_goal(judged), _VIOLATED)
    return _VIOLATED + sum(each.violation for each in judged) + 1e-6
