"""The corners that a sizing looks at: the first one, and those that a verification found to fail.

Most corners never decide anything. A place that meets the specs at the active corners is verified at all; the
corner where most is missing then becomes active.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simorc.analysis.sizing.problem import Judged, Problem
from simorc.analysis.sizing.space import Place
from simorc.analysis.sizing.trials import Trials


@dataclass(frozen=True)
class Best:
    """A place that meets every spec at every corner; ``goal`` is that of its worst corner."""

    place: Place
    goal: float


class ActiveCorners:
    """The active corners of a problem, and the best place that was verified at all corners."""

    def __init__(self, problem: Problem, trials: Trials) -> None:
        self.problem = problem
        self.trials = trials
        self.active: list[int] = [0]
        self.best: Best | None = None
        self.met_after: int | None = None
        """Simulations until a place was verified at all corners for the first time."""

    def judged(self, place: Place) -> list[Judged]:
        """A place at the active corners, in their order."""
        return self.judged_at([place])[0]

    def judged_at(self, places: Sequence[Place]) -> list[list[Judged]]:
        """Several places at the active corners, simulated together."""
        readings = iter(self.trials.at([(place, corner) for place in places for corner in self.active]))
        return [[self.problem.judged(next(readings), corner) for corner in self.active] for _ in places]

    def verified(self, place: Place) -> bool:
        """Simulate a place at all corners. Where it fails, one more corner becomes active, if any is left."""
        every = range(len(self.problem.corners))
        readings = self.trials.at([(place, corner) for corner in every])
        judged = [self.problem.judged(each, corner) for corner, each in enumerate(readings)]
        failing = [corner for corner in every if not judged[corner].met and corner not in self.active]
        if failing:
            self.active.append(max(failing, key=lambda corner: judged[corner].violation))
        if not all(each.met for each in judged):
            return False
        goal = worst_goal(judged)
        if self.best is None or goal < self.best.goal:
            self.best = Best(place, goal)
        if self.met_after is None:
            self.met_after = self.trials.simulations
        return True

    def continued(self, problem: Problem) -> ActiveCorners:
        """The same corners for the next wish, from the best place."""
        following = ActiveCorners(problem, self.trials)
        following.active = self.active
        following.met_after = self.met_after
        return following


def worst_goal(judged: Sequence[Judged]) -> float:
    """The largest goal of several corners; infinite where one has none."""
    goals = np.array([each.goal for each in judged])
    return float(np.inf) if np.isnan(goals).any() else float(goals.max())
