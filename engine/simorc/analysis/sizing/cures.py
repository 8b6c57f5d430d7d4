"""What would cure a violated spec: how much each variable changes it, and at what cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from simorc.analysis.sizing.linear_models import neighbour
from simorc.analysis.sizing.problem import Key, Problem, Readings
from simorc.analysis.sizing.space import Place, Space
from simorc.analysis.sizing.trials import Trials

CHANGE = 0.1
"""The relative change of a variable that a cure is about."""


@dataclass(frozen=True)
class Cure:
    """A variable changed by `change` (0.1 or -0.1): the violated measurement changes by `gain`, the one that
    is minimised or maximised by `cost` (NaN without), both in their units.
    """

    variable: str
    change: float
    gain: float
    cost: float


@dataclass(frozen=True)
class Cures:
    """The cures of one violated spec at a corner, the strongest first."""

    key: Key
    corner: str
    value: float
    limit: float
    cures: Sequence[Cure]


def cures_of(
    problem: Problem, trials: Trials, space: Space, measured: Sequence[tuple[Place, int]]
) -> list[Cures]:
    """Cures of every spec that is violated where slopes were `measured` (place, corner)."""
    found: dict[tuple[Key, bool], tuple[float, Cures]] = {}
    for place, corner in measured:
        (base,) = trials.at([(place, corner)])
        judged = problem.judged(base, corner)
        for number, row in enumerate(problem.rows):
            margin = float(judged.margins[number])
            key = (row.key, row.upper)
            if row.wish or not judged.known[number] or margin >= 0:
                continue
            if key in found and found[key][0] <= margin:
                continue
            cures = _cures(problem, trials, space, place, corner, row.key, row.upper)
            limit = problem.limit(number, corner)
            found[key] = (
                margin,
                Cures(row.key, problem.corners[corner].label, base.values[row.key], limit, cures),
            )
    return [cures for _, cures in found.values() if cures.cures]


def _cures(
    problem: Problem, trials: Trials, space: Space, place: Place, corner: int, key: Key, upper: bool
) -> list[Cure]:
    (base,) = trials.at([(place, corner)])
    wanted = -1.0 if upper else 1.0
    cures = []
    for number, variable in enumerate(space.variables):
        there = neighbour(space, place, number)
        if not trials.knows(there, corner):
            continue
        (moved,) = trials.at([(there, corner)])
        before, after = variable.at(place[number]), variable.at(there[number])
        factor = CHANGE * before / (after - before) if after != before else math.nan
        gain = factor * _change(base, moved, key)
        cost = math.nan if problem.wish is None else factor * _change(base, moved, problem.wish.key)
        if math.isfinite(gain) and gain:
            sign = math.copysign(1.0, gain * wanted)
            cures.append(Cure(variable.name, sign * CHANGE, sign * gain, sign * cost))
    return sorted(cures, key=lambda each: -abs(each.gain))


def _change(base: Readings, moved: Readings, key: Key) -> float:
    return moved.values.get(key, math.nan) - base.values.get(key, math.nan)
