"""The probability that a limit is violated, by importance sampling around its worst-case points.

Samples are drawn from normal distributions around the worst-case points and from the nominal distribution;
each counts by the ratio of its densities, which is bounded. A first share of the samples moves the centres to
where the failures are; the estimate comes from the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simorc.analysis.failure_probability.limit_states import Array, Margin
from simorc.analysis.failure_probability.normal import CONFIDENCE, quantile, sigma_of

_LEARNING = 0.25
"""The share of the samples that improves the distribution."""
_ROUNDS = 2
_NOMINAL = 0.1
"""The share of samples from the nominal distribution, which bounds the ratio of densities."""
_TRUSTED, _TRUSTED_EACH = 8.0, 2.0
"""How many effective samples, and how many for each variable, a centre needs to be moved halfway to their
mean: the mean of few samples of many variables is mostly noise.
"""


@dataclass(frozen=True)
class Estimate:
    """A probability with its interval at 99 %, each from 0 to 1.

    `variation` is the coefficient of variation of the estimate, `samples` how many were simulated, `failures`
    how many of them violated the limit, `unknown` how many simulations failed: the interval reaches from all
    of them meeting the limit to all of them violating it. `regions` is how many centres were used.
    """

    probability: float
    low: float
    high: float
    variation: float
    samples: int
    failures: int
    unknown: int = 0
    regions: int = 1
    method: str = "importance sampling"

    @property
    def sigma(self) -> float:
        """The probability as a number of sigma."""
        return sigma_of(self.probability)

    @property
    def sigma_interval(self) -> tuple[float, float]:
        """The interval in sigma, the smaller number first."""
        return sigma_of(self.high), sigma_of(self.low)


@dataclass(frozen=True)
class _Mixture:
    """Normal distributions of unit spread around centres, with weights, and the nominal one."""

    centres: Array
    weights: Array

    def drawn(self, count: int, rng: np.random.Generator) -> Array:
        shares = np.append((1 - _NOMINAL) * self.weights, _NOMINAL)
        which = rng.choice(len(shares), size=count, p=shares / shares.sum())
        samples = rng.standard_normal((count, self.centres.shape[1]))
        around = which < len(self.centres)
        samples[around] += self.centres[which[around]]
        return samples

    def ratios(self, samples: Array) -> Array:
        """The nominal density over that of the mixture, for each sample."""
        shifted = samples @ self.centres.T - 0.5 * (self.centres**2).sum(axis=1)
        logs = np.column_stack(
            [
                shifted + np.log((1 - _NOMINAL) * self.weights),
                np.full(len(samples), math.log(_NOMINAL)),
            ]
        )
        top = logs.max(axis=1)
        return np.asarray(np.exp(-top) / np.exp(logs - top[:, np.newaxis]).sum(axis=1))


def importance_sampling(
    margin: Margin, centres: Sequence[Array], samples: int, seed: int, confidence: float = CONFIDENCE
) -> Estimate:
    """Estimate the probability of a negative margin with this many samples.

    `centres` are the worst-case points found, at least one. The same seed gives the same samples.
    """
    rng = np.random.default_rng(seed)
    mixture = _Mixture(np.array(centres, dtype=float), np.full(len(centres), 1.0 / len(centres)))
    each_round = int(_LEARNING * samples) // _ROUNDS
    seen: list[tuple[Array, Array]] = []
    for _ in range(_ROUNDS):
        drawn = mixture.drawn(each_round, rng)
        margins = margin(drawn)
        failing = np.isfinite(margins) & (margins < 0)
        seen.append((drawn[failing], mixture.ratios(drawn[failing])))
        mixture = _improved(mixture, seen)
    drawn = mixture.drawn(samples - _ROUNDS * each_round, rng)
    margins = margin(drawn)
    return _estimate(margins, mixture.ratios(drawn), samples, len(mixture.centres), confidence)


def _improved(mixture: _Mixture, seen: Sequence[tuple[Array, Array]]) -> _Mixture:
    """The mixture with its centres where the failures are, each weighted by its share of the probability."""
    failures = np.vstack([each for each, _ in seen])
    weights = np.concatenate([each for _, each in seen])
    if not len(failures):
        return mixture
    nearest = np.argmin(_distances(failures, mixture.centres), axis=1)
    moved, shares = [], []
    for number, centre in enumerate(mixture.centres):
        own = nearest == number
        total = float(weights[own].sum())
        effective = total**2 / float((weights[own] ** 2).sum()) if total > 0 else 0.0
        trust = effective / (effective + _TRUSTED + _TRUSTED_EACH * len(centre))
        mean = weights[own] @ failures[own] / total if total > 0 else centre
        moved.append((1 - trust) * centre + trust * mean)
        shares.append(total)
    return _Mixture(np.array(moved), _smoothed(np.array(shares)))


def _smoothed(shares: Array) -> Array:
    """Weights that leave every centre a part, for a share may be underestimated so far."""
    total = float(shares.sum())
    equal = np.full(len(shares), 1.0 / len(shares))
    return np.asarray(0.7 * shares / total + 0.3 * equal if total > 0 else equal)


def _distances(samples: Array, centres: Array) -> Array:
    """The squared distance of each sample from each centre."""
    return np.asarray(
        (samples**2).sum(axis=1)[:, np.newaxis] - 2 * samples @ centres.T + (centres**2).sum(axis=1)
    )


def _estimate(margins: Array, ratios: Array, samples: int, regions: int, confidence: float) -> Estimate:
    unknown = ~np.isfinite(margins)
    failing = ~unknown & (margins < 0)
    probability, low, high, variation = interval(np.where(failing, ratios, 0.0), ratios, confidence)
    if unknown.any():
        high = interval(np.where(failing | unknown, ratios, 0.0), ratios, confidence)[2]
    counts = (samples, int(failing.sum()), int(unknown.sum()), regions)
    return Estimate(probability, low, high, variation, *counts)


def interval(counted: Array, ratios: Array, confidence: float) -> tuple[float, float, float, float]:
    """The mean of `counted`, its interval, and its coefficient of variation.

    The interval is on a logarithmic scale, and wide enough where the estimate of the spread is uncertain
    itself: half the error probability is kept for that. Without any failure the upper end is where one would
    have been expected to be seen.
    """
    count = len(counted)
    mean = float(counted.mean())
    error = (1.0 - confidence) / 2.0
    if mean == 0.0:
        return 0.0, 0.0, min(1.0, -math.log(error) * float(ratios.max(initial=1.0)) / count), math.inf
    variation = float(counted.std(ddof=1)) / mean / math.sqrt(count)
    reach = math.exp(quantile(1.0 - error) * variation)
    return mean, mean / reach, min(1.0, mean * reach), variation
