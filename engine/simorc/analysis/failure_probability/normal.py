"""Probabilities of the standard normal distribution and the sigmas that they correspond to."""

from __future__ import annotations

import math
from statistics import NormalDist

_STANDARD = NormalDist()
_LEAST = 1e-300
CONFIDENCE = 0.99
"""Of the intervals of sampled probabilities. An interval at 95 % is wrong in one analysis of twenty; a limit
that is judged by it deserves better.
"""


def tail(sigma: float) -> float:
    """The probability beyond `sigma`: 0.00135 for 3, 0.5 for 0."""
    return 0.5 * math.erfc(sigma / math.sqrt(2.0))


def sigma_of(probability: float) -> float:
    """The sigma beyond which `probability` lies; infinite for 0 and minus infinity for 1."""
    if probability >= 1.0:
        return -math.inf
    if probability < _LEAST:
        return math.inf
    return -_STANDARD.inv_cdf(probability)


def quantile(confidence: float) -> float:
    """How many standard errors a two-sided interval reaches to each side: 1.96 for 0.95."""
    return sigma_of((1.0 - confidence) / 2.0)
