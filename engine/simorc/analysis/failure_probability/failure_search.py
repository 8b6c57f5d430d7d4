"""Finds the most probable point at which a limit is violated: the worst-case point.

In standard normal variables it is the point of the limit nearest to the nominal one; its distance is the
worst-case distance in sigma. The search is that of Hasofer and Lind, Rackwitz and Fiessler (HL-RF): it steps
to the nearest point of the limit's tangent. Between two fresh gradients, each step corrects the gradient by
what it has found (Broyden), so that most steps cost one simulation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from simorc.analysis.failure_probability.limit_states import Array, Margin
from simorc.analysis.failure_probability.normal import tail

_STEP = 0.1
"""Of a forward difference, in sigma: large against the simulator's tolerances, small against curvature."""
_NEAR = 0.004
"""How near the limit a point has to be, in sigma."""
_MOST_ROUNDS = 12
_MOST_STEPS = 6
_LARGEST_STEP = 3.0
_FARTHEST = 12.0
"""A limit farther than this, in sigma, is not searched for: no process is normal so far out."""


@dataclass(frozen=True)
class WorstCase:
    """Where a search has ended.

    `point` are the random variables there, `distance` its distance from the nominal point in sigma: negative
    if the nominal point violates the limit already. `settled`: it is on the limit, and the nearest point of
    it around; otherwise `reason` says why the search ended. `gradient` is that of the margin at the point.
    """

    point: Array
    distance: float
    settled: bool
    gradient: Array
    reason: str = ""

    @property
    def probability(self) -> float:
        """Of violating a limit that is flat around the worst-case point (first order)."""
        return tail(self.distance)


@dataclass
class _State:
    """Where the search is: the point, its margin and gradient."""

    point: Array
    margin: float
    gradient: Array
    fresh: bool
    steps: int = 0


@dataclass
class _Search:
    margin: Margin
    tried: list[tuple[Array, float]] = field(default_factory=list)

    def at(self, point: Array) -> float:
        value = float(self.margin(point[np.newaxis, :])[0])
        self.tried.append((point, value))
        return value

    def gradient(self, point: Array, margin: float) -> Array | None:
        """By forward differences towards the outside; None where a simulation failed."""
        signs = np.where(point < 0, -1.0, 1.0)
        moved = point + _STEP * np.diag(signs)
        values = self.margin(moved)
        return None if not np.all(np.isfinite(values)) else np.asarray((values - margin) / (_STEP * signs))


def find_worst_case(margin: Margin, nominal: float, gradient: Array, start: Array | None = None) -> WorstCase:
    """The worst-case point of a limit with the margin `nominal` and this gradient at the nominal point.

    `start` is another point to begin at, such as one of another failure region.
    """
    search = _Search(margin)
    side = 1.0 if nominal >= 0 else -1.0
    if start is None:
        state = _State(np.zeros_like(gradient), nominal, gradient, fresh=True)
    else:
        value = search.at(start)
        found = search.gradient(start, value) if math.isfinite(value) else None
        if found is None:
            return _ended(_State(start, value, gradient, fresh=False), side, "a simulation failed")
        state = _State(start, value, found, fresh=True)
    for _ in range(_MOST_ROUNDS):
        reason = _to_the_limit(search, state)
        if reason:
            return _ended(state, side, reason)
        if not state.fresh:
            renewed = search.gradient(state.point, state.margin)
            if renewed is None:
                return _ended(state, side, "a simulation failed")
            state.gradient, state.fresh = renewed, True
        if _is_nearest(state):
            return WorstCase(state.point, _distance(state, side), True, state.gradient)
    return _ended(state, side, f"not settled after {_MOST_ROUNDS} gradients")


def search_from_star(margin: Margin, margins: Array, step: float = 1.0) -> WorstCase:
    """The worst-case point of a limit from its margins at the samples of `local_model.star`.

    Begins at the nominal point; where that leads nowhere, such as where the measurement is symmetric around
    it, at a point in the direction of the smallest margins.
    """
    variables = (len(margins) - 1) // 2
    nominal, above, below = float(margins[0]), margins[1 : variables + 1], margins[variables + 1 :]
    if not np.all(np.isfinite(margins)):
        still = np.zeros(variables)
        return WorstCase(still, 0.0, False, still, "a simulation near the nominal point failed")
    found = find_worst_case(margin, nominal, (above - below) / (2 * step))
    if found.settled:
        return found
    drops = np.where(above <= below, nominal - above, below - nominal)
    length = float(np.linalg.norm(drops))
    if length == 0:
        return found
    again = find_worst_case(margin, nominal, found.gradient, start=2.0 * drops / length)
    return again if again.settled else found


def _ended(state: _State, side: float, reason: str) -> WorstCase:
    return WorstCase(state.point, _distance(state, side), False, state.gradient, reason)


def _distance(state: _State, side: float) -> float:
    """Of the limit near the point: what is left to it counts along the gradient."""
    steep = float(np.linalg.norm(state.gradient))
    left = state.margin / steep if steep > 0 and math.isfinite(state.margin) else 0.0
    return side * (float(np.linalg.norm(state.point)) + side * left)


def _to_the_limit(search: _Search, state: _State) -> str:
    """Step to the limit; why that was not possible, or nothing."""
    for _ in range(_MOST_STEPS):
        steep = float(np.linalg.norm(state.gradient))
        if not steep > 0 or not math.isfinite(steep):
            return "nothing that varies changes the measurement"
        target = _nearest_on_tangent(state, steep)
        if float(np.linalg.norm(target)) > _FARTHEST:
            return f"the limit is more than {_FARTHEST:g} sigma away"
        if _close(state, target, steep):
            return ""
        if not _step(search, state, target):
            return "a simulation failed"
    return ""


def _nearest_on_tangent(state: _State, steep: float) -> Array:
    along = (float(state.gradient @ state.point) - state.margin) / steep**2
    return np.asarray(along * state.gradient)


def _close(state: _State, target: Array, steep: float) -> bool:
    on_limit = abs(state.margin) / steep <= _NEAR
    return on_limit and _sideways(state.point, target) <= _NEAR


def _sideways(point: Array, target: Array) -> float:
    """How much nearer than `point` the target is that is beside it on the limit, in sigma."""
    distance = float(np.linalg.norm(point))
    move = float(np.linalg.norm(target - point))
    return move**2 / (2.0 * max(distance, 0.1))


def _is_nearest(state: _State) -> bool:
    steep = float(np.linalg.norm(state.gradient))
    return steep > 0 and _close(state, _nearest_on_tangent(state, steep), steep)


def _step(search: _Search, state: _State, target: Array) -> bool:
    """Move towards the target, less far where the simulation fails or the margin grows; whether it moved."""
    move = target - state.point
    length = float(np.linalg.norm(move))
    share = min(1.0, _LARGEST_STEP / length) if length > 0 else 1.0
    for _ in range(4):
        point = state.point + share * move
        value = search.at(point)
        if math.isfinite(value) and _is_better(state, point, value):
            _corrected(state, point, value)
            return True
        share /= 2.0
    if not math.isfinite(value):
        return False
    _corrected(state, point, value)
    return True


def _is_better(state: _State, point: Array, value: float) -> bool:
    """By the merit ½|z|² + c|margin|, which falls towards the worst-case point."""
    steep = float(np.linalg.norm(state.gradient))
    weight = 2.0 * max(float(np.linalg.norm(state.point)), float(np.linalg.norm(point)), 1.0) / steep
    before = 0.5 * float(state.point @ state.point) + weight * abs(state.margin)
    return 0.5 * float(point @ point) + weight * abs(value) < before + 1e-9


def _corrected(state: _State, point: Array, value: float) -> None:
    """Take a step; the gradient is corrected along it by what the step has shown."""
    move = point - state.point
    size = float(move @ move)
    if size > 0:
        missing = value - state.margin - float(state.gradient @ move)
        state.gradient = state.gradient + missing * move / size
    state.point, state.margin, state.fresh = point, value, False
    state.steps += 1
