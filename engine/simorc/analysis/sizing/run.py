"""Sizes a circuit: searches, verifies at all corners, and says what it found."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simorc.analysis.sizing.active_corners import ActiveCorners, Best
from simorc.analysis.sizing.cures import Cures, cures_of
from simorc.analysis.sizing.evolution import Evolution
from simorc.analysis.sizing.linear_search import Heard, LinearSearch, Step
from simorc.analysis.sizing.problem import Key, Problem, Wish
from simorc.analysis.sizing.space import Place, Space
from simorc.analysis.sizing.trials import BudgetSpent, Trials

_MOST_STARTS = 50


@dataclass(frozen=True)
class Reached:
    """A spec at its worst corner among those that were simulated."""

    key: Key
    upper: bool
    value: float | None
    limit: float
    margin: float
    corner: str
    met: bool


@dataclass(frozen=True)
class Found:
    """What a sizing found.

    ``met``: `place` meets every spec at every corner, verified. Otherwise it is the place where least is
    missing, and ``reached`` knows the corners that were simulated there. ``goal`` is the measurement that was
    minimised or maximised, at its worst corner.
    """

    met: bool
    place: Place
    reached: Sequence[Reached]
    goal: float | None
    wish: Wish | None
    simulations: int
    met_after: int | None
    active: Sequence[str]
    cures: Sequence[Cures]
    budget_spent: bool


class SizingRun:
    """Sizes for each wish in turn (None: the specs alone). `heard` is called after every step."""

    def __init__(
        self,
        space: Space,
        problem_of: Callable[[Wish | None], Problem],
        wishes: Sequence[Wish],
        trials: Trials,
        *,
        heard: Heard,
        method: str = "linear",
        seed: int = 1,
    ) -> None:
        self._space = space
        self._trials = trials
        self._wishes: Sequence[Wish | None] = wishes or [None]
        self._problem_of = problem_of
        self._heard = heard
        self._method = method
        self._seed = seed
        self._measured: list[tuple[Place, int]] = []
        self._closest: tuple[float, Place] | None = None

    def run(self) -> Found:
        """Search until it has converged or the budget is spent."""
        search = ActiveCorners(self._problem_of(self._wishes[0]), self._trials)
        start = self._space.start
        budget, spent = self._trials.budget, False
        for number, wish in enumerate(self._wishes):
            if number:
                best = search.best
                if best is None or wish is None:
                    break
                search, start = search.continued(search.problem.after(best.goal, wish)), best.place
                search.verified(best.place)
            left = len(self._wishes) - number
            used = self._trials.simulations
            self._trials.budget = used + (budget - used) // left
            spent = self._searched(search, start)
        self._trials.budget = budget
        return self._found(search, spent)

    def _searched(self, search: ActiveCorners, start: Place) -> bool:
        """Search from `start`, then from random places until one is found; whether the budget ended."""
        draw = random.Random(self._seed)
        try:
            for number in range(_MOST_STARTS):
                method = self._searcher(search, number)
                try:
                    method.run(start)
                finally:
                    self._measured += method.measured
                if search.best is not None:
                    return False
                start = self._space.possible([draw.uniform(0.1, 0.9) for _ in range(len(self._space))])
        except BudgetSpent:
            return True
        return False

    def _searcher(self, search: ActiveCorners, number: int) -> LinearSearch | Evolution:
        if self._method == "cma":
            return Evolution(search, self._space, self._tell, self._seed + number)
        return LinearSearch(search, self._space, self._tell)

    def _tell(self, step: Step) -> None:
        missing = sum(each.violation for each in step.judged)
        if self._closest is None or missing < self._closest[0] or step.what == "corner added":
            self._closest = missing, step.place
        self._heard(step)

    # What was found -----------------------------------------------------------------------------------------

    def _found(self, search: ActiveCorners, spent: bool) -> Found:
        problem, best = search.problem, search.best
        place = self._place(best)
        goal = None if best is None or problem.wish is None else problem.shown(best.goal)
        measured = [each for each in self._measured if self._trials.knows(*each)]
        return Found(
            met=best is not None,
            place=place,
            reached=reached_at(problem, self._trials, place),
            goal=goal,
            wish=problem.wish,
            simulations=self._trials.simulations,
            met_after=search.met_after,
            active=[problem.corners[corner].label for corner in search.active],
            cures=cures_of(problem, self._trials, self._space, measured),
            budget_spent=spent,
        )

    def _place(self, best: Best | None) -> Place:
        if best is not None:
            return best.place
        return self._closest[1] if self._closest is not None else self._space.start


def reached_at(problem: Problem, trials: Trials, place: Place) -> list[Reached]:
    """Every spec at the worst corner that was simulated at a place."""
    corners = [each for each in range(len(problem.corners)) if trials.knows(place, each)]
    readings = trials.at([(place, corner) for corner in corners])
    judged = [problem.judged(each, corner) for each, corner in zip(readings, corners, strict=True)]
    found = []
    for number, row in enumerate(problem.rows):
        if row.wish or not corners:
            continue
        worst = min(range(len(corners)), key=lambda at: float(judged[at].margins[number]))
        margin = float(judged[worst].margins[number])
        if not math.isfinite(margin):
            continue
        value = readings[worst].values.get(row.key)
        label = problem.corners[corners[worst]].label
        met = problem.meets(number, readings[worst], corners[worst])
        limit = problem.limit(number, corners[worst])
        found.append(Reached(row.key, row.upper, value, limit, margin, label, met))
    return found
