"""Yield: the fraction of good samples and its Wilson interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True)
class Yield:
    """``passed`` of ``total``, and the Wilson interval of the true yield at ``confidence``; 0 ... 1."""

    passed: int
    total: int
    low: float
    high: float
    confidence: float = 0.95

    @property
    def fraction(self) -> float:
        return self.passed / self.total if self.total else math.nan


def yield_of(passed: int, total: int, confidence: float = 0.95) -> Yield:
    """The yield with its Wilson score interval; 0 ... 1 when nothing is known."""
    if total == 0:
        return Yield(0, 0, 0.0, 1.0, confidence)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, weight = passed / total, z * z / total
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / total + weight / 4 / total)
    return Yield(passed, total, max(0.0, middle - half), min(1.0, middle + half), confidence)
