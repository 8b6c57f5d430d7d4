"""Looks for failure regions besides those that are known.

Samples of a wide distribution are simulated. One that violates the limit although no known worst-case point
explains it begins a search of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from simorc.analysis.failure_probability.failure_search import WorstCase, find_worst_case
from simorc.analysis.failure_probability.limit_states import Array, Margin

_BATCH = 25
_QUIET = 9
"""Batches without a new region after which there is none."""
_SLACK = 0.3
"""How far inside the limit of a known region, in sigma, a sample still belongs to it."""
_SAME = 0.7
"""Worst-case points nearer to each other than this, in sigma, are one."""
_RELEVANT = 2.0
"""Regions farther out than the nearest by more than this, in sigma, bring next to nothing."""
_NARROWEST, _WIDEST = 1.2, 3.0


@dataclass
class Regions:
    """The worst-case points of a limit. `complete`: a further search found nothing new before its budget of
    simulations was used.
    """

    points: list[WorstCase]
    complete: bool = True
    simulations: int = 0
    _repeats: int = field(default=0, repr=False)

    @property
    def nearest(self) -> WorstCase:
        return min(self.points, key=lambda each: each.distance)

    def explains(self, sample: Array) -> bool:
        """Whether a failing sample lies beyond the limit of a known region."""
        for each in self.points:
            length = float(np.linalg.norm(each.point))
            if length > 0 and float(sample @ each.point) / length > abs(each.distance) - _SLACK:
                return True
        return False

    def knows(self, found: WorstCase) -> bool:
        return any(float(np.linalg.norm(each.point - found.point)) < _SAME for each in self.points)


def further_regions(
    margin: Margin, known: Sequence[WorstCase], nominal: float, seed: int, budget: int
) -> Regions:
    """Search for regions beside `known`, with about `budget` simulations.

    `nominal` is the margin at the nominal point. The same seed gives the same samples.
    """
    regions = Regions(list(known))
    counted = _Counted(margin, regions)
    rng = np.random.default_rng(seed)
    dimensions = len(known[0].point)
    width = float(np.clip(regions.nearest.distance / 1.7, _NARROWEST, _WIDEST))
    quiet = 0
    while regions.simulations < budget and quiet < _QUIET + dimensions // 5:
        samples = width * rng.standard_normal((_BATCH, dimensions))
        margins = counted(samples)
        failing = samples[np.isfinite(margins) & (margins < 0)]
        if len(failing) > _BATCH // 2 and width > _NARROWEST:
            width = max(_NARROWEST, 0.8 * width)
        new = _searched(counted, regions, failing, nominal, budget)
        quiet = 0 if new else quiet + 1
    regions.complete = quiet >= _QUIET
    return regions


class _Counted:
    def __init__(self, margin: Margin, regions: Regions) -> None:
        self._margin = margin
        self._regions = regions

    def __call__(self, samples: Array) -> Array:
        self._regions.simulations += len(samples)
        return self._margin(samples)


def _searched(margin: Margin, regions: Regions, failing: Array, nominal: float, budget: int) -> bool:
    """Search from the failing samples that are not explained; whether anything new was found, or is left."""
    order = np.argsort((failing**2).sum(axis=1))
    for place in order:
        sample = failing[place]
        if regions.explains(sample):
            continue
        if regions.simulations + len(sample) + 4 > budget:
            return True
        found = find_worst_case(margin, nominal, np.zeros_like(sample), start=_on_the_limit(margin, sample))
        if not found.settled or regions.knows(found):
            regions._repeats += 1
            if regions._repeats > 3:
                continue
            return False
        regions._repeats = 0
        regions.points.append(found)
        return True
    return False


def _on_the_limit(margin: Margin, sample: Array) -> Array:
    """A point near the limit on the way from the nominal point to a failing sample."""
    low, high = 0.0, 1.0
    for _ in range(4):
        middle = (low + high) / 2
        value = float(margin((middle * sample)[np.newaxis, :])[0])
        low, high = (low, middle) if value < 0 else (middle, high)
    return high * sample


def relevant(points: Sequence[WorstCase]) -> list[WorstCase]:
    """Those that bring a part of the probability that counts, the nearest first."""
    ordered = sorted(points, key=lambda each: each.distance)
    return [each for each in ordered if each.distance < ordered[0].distance + _RELEVANT]
