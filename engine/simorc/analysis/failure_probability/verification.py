"""The probability that a limit is violated, with an interval, by the method that fits the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from simorc.analysis.failure_probability.failure_search import WorstCase
from simorc.analysis.failure_probability.importance import Estimate, importance_sampling
from simorc.analysis.failure_probability.limit_states import Margin
from simorc.analysis.failure_probability.normal import CONFIDENCE
from simorc.analysis.failure_probability.regions import further_regions, relevant
from simorc.analysis.failure_probability.subset_sampling import subset_sampling

_SEARCHING = 0.35
"""The share of the simulations that looks for further failure regions."""
_LEVELS = 4
"""How many levels of subset sampling share the simulations."""

_FEWEST_FAILURES = 60
_MOST_VARIATION = 0.25
"""What importance sampling needs for its interval to mean something."""


def verified(
    margin: Margin,
    found: Sequence[WorstCase],
    nominal: float,
    samples: int,
    seed: int,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """Estimate the probability of a negative margin with about this many simulations.

    `found` are the worst-case points of the search, `nominal` is the margin at the nominal point. Importance
    sampling around the points of all regions; subset sampling where the search has not settled, or where
    there are more regions than could be searched.
    """
    settled = [each for each in found if each.settled]
    dimensions = len(found[0].point)
    if not settled:
        return subset_sampling(margin, dimensions, samples // _LEVELS, seed, confidence)
    regions = further_regions(margin, settled, nominal, seed, int(_SEARCHING * samples))
    left = samples - regions.simulations
    if not regions.complete:
        estimate = subset_sampling(margin, dimensions, left // _LEVELS, seed, confidence)
    else:
        centres = [each.point for each in relevant(regions.points)]
        estimate = importance_sampling(margin, centres, left, seed, confidence)
        if (
            estimate.failures < _FEWEST_FAILURES or estimate.variation > _MOST_VARIATION
        ):  # they are elsewhere than the worst-case points say
            used = estimate.samples
            estimate = subset_sampling(margin, dimensions, samples // _LEVELS, seed, confidence)
            estimate = replace(estimate, samples=estimate.samples + used)
    return replace(estimate, samples=estimate.samples + regions.simulations)
