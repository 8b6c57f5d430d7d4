"""Successive linear programs: a step to the best place of a linear model, as far as the model is trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from simorc.analysis.sizing.active_corners import ActiveCorners, worst_goal
from simorc.analysis.sizing.linear_models import LinearModel, measured_models
from simorc.analysis.sizing.linear_program import elastic_step
from simorc.analysis.sizing.problem import Judged
from simorc.analysis.sizing.space import Place, Space
from simorc.results.frame import Floats

FIRST_RADIUS = 0.15
LARGEST_RADIUS = 0.4
SMALLEST_RADIUS = 0.006
"""Where the search has converged, as a coordinate."""
RESERVE = 0.03
"""The margin aimed at until all corners are met for the first time."""
LATER_RESERVE = 0.003
VIOLATION_WEIGHT = 20.0
"""How much goal one unit of violation is worth."""
WORTH_VERIFYING = 0.05
"""The improvement of the goal after which a place is verified at all corners."""
NO_GOAL = 1e3
"""The goal of a place at which it has no value."""
EARLY_GOAL = 0.02
"""The weight of the goal until all corners are met."""


@dataclass(frozen=True)
class Step:
    """What happened in one step of a search, for people and for the record."""

    what: str
    place: Place
    simulations: int
    active: Sequence[int]
    judged: Sequence[Judged]
    radius: float = 0.0


Heard = Callable[[Step], None]


@dataclass
class _State:
    """The current place, what is known there, and how far its models are trusted."""

    place: Place
    judged: list[Judged]
    radius: float = FIRST_RADIUS
    models: dict[int, LinearModel] = field(default_factory=dict)
    goal_verified: float = np.inf
    rejected: set[Place] = field(default_factory=set)


class LinearSearch:
    """Searches from one place until it converges. Raises BudgetSpent when the budget is spent."""

    def __init__(self, search: ActiveCorners, space: Space, heard: Heard) -> None:
        self._search = search
        self._space = space
        self._heard = heard
        self.measured: list[tuple[Place, int]] = []
        """Where slopes were measured: place and corner."""

    def run(self, start: Place) -> None:
        """Search from `start`; the best place is that of the active corners."""
        state = _State(start, self._search.judged(start))
        self._tell("start", state)
        while self._converged(state) and self._corner_added_at_last(state):
            pass

    def _converged(self, state: _State) -> bool:
        """Step until the search has converged (true) or the goal is reached (false)."""
        while state.radius >= SMALLEST_RADIUS:
            if self._finished(state):
                return False
            self._model(state)
            if not self._stepped(state):
                self._refresh_or_shrink(state)
        return True

    # Verification -------------------------------------------------------------------------------------------

    def _finished(self, state: _State) -> bool:
        """Verify the current place where that is worth it; whether the goal is reached."""
        while all(each.met for each in state.judged) and self._worth_verifying(state):
            if self._search.verified(state.place):
                state.goal_verified = worst_goal(state.judged)
                self._tell("all corners met", state)
                break
            if not self._add_corner(state):
                break
        best = self._search.best
        return best is not None and self._search.problem.reached(best.goal)

    def _worth_verifying(self, state: _State) -> bool:
        return worst_goal(state.judged) < state.goal_verified - WORTH_VERIFYING

    def _corner_added_at_last(self, state: _State) -> bool:
        """Verify the last place where it is better than the best one; whether the search has to go on."""
        if not all(each.met for each in state.judged) or worst_goal(state.judged) >= state.goal_verified:
            return False
        if self._search.verified(state.place):
            state.goal_verified = worst_goal(state.judged)
            self._tell("all corners met", state)
            return False
        return self._add_corner(state)

    def _add_corner(self, state: _State) -> bool:
        """Look at one more corner from here on; false if there was none to add."""
        if len(state.judged) == len(self._search.active):
            return False
        state.judged = self._search.judged(state.place)
        state.rejected.clear()  # with other corners they may be better
        state.radius = max(state.radius, FIRST_RADIUS / 2)
        self._tell("corner added", state)
        return True

    # Steps --------------------------------------------------------------------------------------------------

    def _model(self, state: _State) -> None:
        """Give every active corner a model: one is measured where most is missing, the others begin as it."""
        if not state.models:
            violations = [each.violation for each in state.judged]
            self._measure(state, [self._search.active[int(np.argmax(violations))]])
        for corner in self._search.active:
            if corner not in state.models:
                state.models[corner] = next(iter(state.models.values())).copy()

    def _measure(self, state: _State, corners: Sequence[int]) -> None:
        """Measure the slopes at some corners by differences."""
        models = measured_models(self._search, self._space, state.place, corners)
        state.models |= dict(zip(corners, models, strict=True))
        self.measured += [(state.place, corner) for corner in corners]

    @property
    def _reserve(self) -> float:
        return RESERVE if self._search.met_after is None else LATER_RESERVE

    def _merit(self, judged: Sequence[Judged]) -> float:
        """What a step makes smaller: the goal, and the sum of what is missing to the limits."""
        missing = sum(float(np.maximum(self._reserve - each.margins, 0.0).sum()) for each in judged)
        weight = EARLY_GOAL if self._search.met_after is None else 1.0
        return weight * min(worst_goal(judged), NO_GOAL) / VIOLATION_WEIGHT + missing

    def _stepped(self, state: _State) -> bool:
        """Take the step of the linear program if it is as good as expected, more or less."""
        step, expected = self._program(state)
        trial = self._space.possible((np.array(state.place) + step).tolist())
        if trial in (state.place, *state.rejected) or expected < 1e-9:
            return False
        judged = self._search.judged(trial)
        taken = np.array(trial) - np.array(state.place)
        for corner, before, after in zip(self._search.active, state.judged, judged, strict=True):
            state.models[corner].correct(taken, before, after)
            state.models[corner].measured_at = None
        actual = self._merit(state.judged) - self._merit(judged)
        ratio = actual / expected if np.isfinite(actual) else -1.0
        if not ratio > 0.05:
            self._tell("rejected", _State(trial, judged, state.radius))
            state.rejected.add(trial)
            return False
        state.radius = min(
            LARGEST_RADIUS, state.radius * (2.0 if ratio > 0.75 else 1.0 if ratio > 0.25 else 0.5)
        )
        state.place, state.judged = trial, judged
        self._tell("step", state)
        return True

    def _program(self, state: _State) -> tuple[Floats, float]:
        """The step of the linear program, and how much smaller it makes the merit by the models."""
        place = np.array(state.place)
        low, high = np.maximum(-state.radius, -place), np.minimum(state.radius, 1 - place)
        models = [state.models[corner] for corner in self._search.active]
        worst = int(np.argmax([each.goal for each in state.judged]))
        slopes = np.vstack([each.margins for each in models])
        margins = np.concatenate([each.margins for each in state.judged])
        there = np.isfinite(margins)
        slopes, wanted = slopes[there], self._reserve - margins[there]
        weight = (EARLY_GOAL if self._search.met_after is None else 1.0) / VIOLATION_WEIGHT
        step = elastic_step(weight * models[worst].goal, slopes, wanted, low, high)
        before = np.maximum(wanted, 0).sum()
        after = np.maximum(wanted - slopes @ step, 0).sum()
        return step, float(before - after - weight * models[worst].goal @ step)

    def _refresh_or_shrink(self, state: _State) -> None:
        """Measure slopes that were only corrected so far; where all are measured here, make shorter steps."""
        stale = [each for each in self._search.active if state.models[each].measured_at != state.place]
        wanted = [each for each in stale if not self._is_idle(state, each)] or stale
        if wanted:
            self._measure(state, wanted)
            state.radius *= 0.7
        else:
            state.radius *= 0.4

    def _is_idle(self, state: _State, corner: int) -> bool:
        """Whether no margin of a corner is near its limit."""
        judged = state.judged[self._search.active.index(corner)]
        return bool((judged.margins > 0.3).all())

    def _tell(self, what: str, state: _State) -> None:
        self._heard(
            Step(
                *(what, state.place, self._search.trials.simulations),
                *(list(self._search.active), list(state.judged), state.radius),
            )
        )
