"""Statistics of a measurement over cases: spread, quantiles, yield, capability, sensitivities."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simorc.measurements.yield_interval import Yield, yield_of
from simorc.results.frame import Floats, Frame, Texts
from simorc.results.specs import Spec

__all__ = [
    "QUANTILES",
    "Sensitivity",
    "Summary",
    "Yield",
    "capability",
    "correlation",
    "ranks",
    "sensitivities",
    "summarise_values",
    "yield_of",
]
QUANTILES = (0.001, 0.01, 0.05, 0.25, 0.75, 0.95, 0.99, 0.999)
_ROUNDING = 1e-14
"""A spread as small as this, relative to the mean, is rounding and no capability."""
_FEW = 8
"""Below this number of samples the shape of the distribution is not assessed."""


@dataclass(frozen=True)
class Summary:
    """A measurement over its ``n`` values. ``sigma`` is the sample's (n - 1), None for a single value.

    ``normal_p`` is the Jarque-Bera probability of so skewed or peaked a sample if it were normal; None below
    8 values or without spread.
    """

    n: int
    mean: float
    sigma: float | None
    min: float
    max: float
    median: float
    quantiles: tuple[tuple[float, float], ...]
    skew: float | None = None
    excess_kurtosis: float | None = None
    normal_p: float | None = None

    @property
    def normality(self) -> str:
        """The hint in words."""
        if self.normal_p is None:
            return "too few values"
        return (
            "not normal" if self.normal_p < 0.01 else "doubtful" if self.normal_p < 0.05 else "looks normal"
        )


def summarise_values(values: Floats) -> Summary | None:
    """The summary of the finite values, None when there are none."""
    x = values[np.isfinite(values)]
    if not len(x):
        return None
    sigma = deviation(x) if len(x) > 1 else None
    cuts = np.quantile(x, QUANTILES)
    return Summary(
        *(len(x), float(x.mean()), sigma, float(x.min()), float(x.max()), float(np.median(x))),
        tuple(zip(QUANTILES, map(float, cuts), strict=True)),
        *_shape(x),
    )


def deviation(x: Floats) -> float:
    """The sample's standard deviation (n - 1) of at least two values; exactly 0 where they are equal."""
    return float(np.std(x, ddof=1)) if np.ptp(x) > 0 else 0.0


def _shape(x: Floats) -> tuple[float | None, float | None, float | None]:
    """Skew, excess kurtosis and the Jarque-Bera probability."""
    spread = float(np.std(x))
    if len(x) < _FEW or spread <= 1e-12 * float(np.max(np.abs(x))):
        return None, None, None
    z = (x - x.mean()) / spread
    skew, kurtosis = float(np.mean(z**3)), float(np.mean(z**4)) - 3
    jarque_bera = len(x) / 6 * (skew**2 + kurtosis**2 / 4)
    return skew, kurtosis, math.exp(-jarque_bera / 2)


def capability(summary: Summary, spec: Spec) -> tuple[float | None, float | None]:
    """(Cp, Cpk): the span of the limits over 6 sigma (two limits only), and the nearer limit over 3 sigma.

    None where it has no meaning: a single value, no spread, no limit, or corners with limits of their own.
    """
    if spec.corners or not summary.sigma or summary.sigma <= _ROUNDING * abs(summary.mean):
        return None, None
    low, high = spec.limits_in(None)
    cp = (high - low) / (6 * summary.sigma) if math.isfinite(high - low) else None
    sides = [(summary.mean - low), (high - summary.mean)]
    finite = [side for side in sides if math.isfinite(side)]
    return cp, min(finite) / (3 * summary.sigma) if finite else None


@dataclass(frozen=True)
class Sensitivity:
    """How a measurement depends on a parameter.

    ``correlation`` is Pearson's r (the correlation ratio, 0 ... 1, for a parameter of texts), ``rank``
    Spearman's;
    ``slope`` is per unit of the parameter, ``swing`` the slope times the parameter's range. Largest swing
    first.
    """

    parameter: str
    correlation: float
    rank: float | None
    slope: float | None
    swing: float


def sensitivities(frame: Frame, measurement: str) -> list[Sensitivity]:
    """The dependence of a measurement on every parameter that varies over its values, strongest first."""
    values = frame.values_if_measured(measurement)
    there = np.isfinite(values)
    y = values[there]
    if len(y) < 2 or float(np.ptp(y)) <= 1e-15 * float(np.max(np.abs(y))):
        return []
    found = [_sensitivity(name, column[there], y) for name, column in frame.parameters.items()]
    return sorted((each for each in found if each is not None), key=lambda each: -each.swing)


def _sensitivity(name: str, column: Floats | Texts, y: Floats) -> Sensitivity | None:
    if column.dtype == np.object_:
        return _grouped_sensitivity(name, column, y)
    x = np.asarray(column, dtype=np.float64)
    spread = float(np.ptp(x))
    if spread <= 1e-15 * float(np.max(np.abs(x))):
        return None
    slope = float(np.dot(x - x.mean(), y - y.mean()) / np.dot(x - x.mean(), x - x.mean()))
    return Sensitivity(name, correlation(x, y), correlation(ranks(x), ranks(y)), slope, abs(slope) * spread)


def _grouped_sensitivity(name: str, column: Floats | Texts, y: Floats) -> Sensitivity | None:
    _, group = np.unique(column.astype(str), return_inverse=True)
    counts = np.bincount(group)
    if len(counts) < 2:
        return None
    means = np.bincount(group, weights=y) / counts
    between = float(np.dot(counts, (means - y.mean()) ** 2))
    ratio = math.sqrt(min(1.0, between / float(np.sum((y - y.mean()) ** 2))))
    return Sensitivity(name, ratio, None, None, float(np.ptp(means)))


def correlation(x: Floats, y: Floats) -> float:
    """Pearson's r; 0 without spread."""
    a, b = x - x.mean(), y - y.mean()
    size = math.sqrt(float(np.dot(a, a)) * float(np.dot(b, b)))
    return float(np.dot(a, b)) / size if size > 0 else 0.0


def ranks(x: Floats) -> Floats:
    """Ranks from 0, equal values sharing their mean rank."""
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts + 1) / 2)[inverse], dtype=np.float64)
