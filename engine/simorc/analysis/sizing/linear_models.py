"""Linear models of all margins and of the goal at a corner, around a place.

Slopes come from finite differences; later steps correct them (Broyden), which costs no simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simorc.analysis.sizing.active_corners import ActiveCorners
from simorc.analysis.sizing.problem import Judged
from simorc.analysis.sizing.space import Place, Space
from simorc.results.frame import Floats

DIFFERENCE = 0.02
"""The step of a finite difference, as a coordinate."""


@dataclass
class LinearModel:
    """Slopes at one corner: of each margin (rows x variables) and of the goal, per coordinate.

    ``measured_at`` is the place of the finite differences; None for slopes taken from another corner.
    """

    margins: Floats
    goal: Floats
    measured_at: Place | None = None

    def copy(self) -> LinearModel:
        """The same slopes, for a corner at which they were not measured."""
        return LinearModel(self.margins.copy(), self.goal.copy())

    def correct(self, step: Floats, before: Judged, after: Judged) -> None:
        """Make the model right about a step that was taken."""
        length = float(step @ step)
        if not length:
            return
        usable = before.known & after.known
        change = np.where(usable, _finite(after.margins) - _finite(before.margins), 0.0)
        error = np.where(usable, change - self.margins @ step, 0.0)
        self.margins = self.margins + np.outer(error, step) / length
        if np.isfinite(before.goal) and np.isfinite(after.goal):
            self.goal = self.goal + (after.goal - before.goal - self.goal @ step) * step / length


def measured_models(
    search: ActiveCorners, space: Space, place: Place, corners: Sequence[int]
) -> list[LinearModel]:
    """Models of several corners by finite differences at a place, simulated together."""
    steps = [neighbour(space, place, number) for number in range(len(space))]
    trials = [(each, corner) for corner in corners for each in (place, *steps)]
    readings = iter(search.trials.at(trials))
    found = []
    for corner in corners:
        base, *moved = [search.problem.judged(next(readings), corner) for _ in range(len(steps) + 1)]
        found.append(_from_differences(place, base, steps, moved))
    return found


def neighbour(space: Space, place: Place, number: int) -> Place:
    """The place one finite difference away in one variable, inside its range."""
    step = max(DIFFERENCE, space.variables[number].smallest_step)
    for signed in (step, -step):
        moved = list(place)
        moved[number] += signed
        if 0 <= moved[number] <= 1 and (there := space.possible(moved)) != place:
            return there
    return space.possible([each + step if at == number else each for at, each in enumerate(place)])


def _from_differences(
    place: Place, base: Judged, steps: Sequence[Place], moved: Sequence[Judged]
) -> LinearModel:
    rows = len(base.margins)
    model = LinearModel(np.zeros((rows, len(steps))), np.zeros(len(steps)), place)
    for number, (there, judged) in enumerate(zip(steps, moved, strict=True)):
        length = there[number] - place[number]
        if not length:
            continue
        usable = base.known & judged.known
        change = np.where(usable, _finite(judged.margins) - _finite(base.margins), 0.0)
        model.margins[:, number] = change / length
        if np.isfinite(judged.goal) and np.isfinite(base.goal):
            model.goal[number] = (judged.goal - base.goal) / length
    return model


def _finite(margins: Floats) -> Floats:
    """Margins without those that have no limit at their corner."""
    return np.where(np.isfinite(margins), margins, 0.0)
