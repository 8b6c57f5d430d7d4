"""The probability that a limit is violated, by subset sampling: no worst-case point is needed.

The limit is approached in levels, each of which a tenth of the samples of the level before reach. The samples
of a level come from chains that begin at those (Au and Beck; the steps are those of Papaioannou: correlated
normal samples, accepted where they stay in the level).
"""

from __future__ import annotations

import math

import numpy as np

from simorc.analysis.failure_probability.importance import Estimate
from simorc.analysis.failure_probability.limit_states import Array, Margin
from simorc.analysis.failure_probability.normal import CONFIDENCE, quantile

_SHARE = 0.1
_MOST_LEVELS = 12
_CORRELATION = 0.8
_CAUTION = 1.25
"""The levels depend on each other, which their separate variations do not show."""


def subset_sampling(
    margin: Margin, dimensions: int, per_level: int, seed: int, confidence: float = CONFIDENCE
) -> Estimate:
    """Estimate the probability of a negative margin; `per_level` samples are simulated at each level.

    The same seed gives the same samples.
    """
    rng = np.random.default_rng(seed)
    samples = rng.standard_normal((per_level, dimensions))
    margins = margin(samples)
    unknown, simulated = int((~np.isfinite(margins)).sum()), per_level
    margins = np.where(np.isfinite(margins), margins, -np.inf)
    variance, probability = 0.0, 1.0
    chains = per_level
    for _ in range(_MOST_LEVELS):
        order = np.argsort(margins, kind="stable")
        kept = max(2, int(_SHARE * per_level))
        level = float(margins[order[kept - 1]])
        if level <= 0 or not math.isfinite(level):
            break
        variance += _variation(margins <= level, chains) ** 2
        probability *= kept / per_level
        seeds = order[:kept]
        samples, margins, lost = _chains(margin, samples[seeds], margins[seeds], level, per_level, rng)
        unknown, simulated = unknown + lost, simulated + per_level - kept
        chains = kept
    failing = margins < 0
    count = int(failing.sum())
    if not count:
        high = probability * min(1.0, -math.log((1 - confidence) / 2) * 3 / per_level)
        return Estimate(0.0, 0.0, high, math.inf, simulated, 0, unknown, 0, "subset sampling")
    variance += _variation(failing, chains) ** 2
    probability *= count / per_level
    variation = _CAUTION * math.sqrt(variance)
    reach = math.exp(quantile(1 - (1 - confidence) / 2) * variation)
    low = 0.0 if unknown else probability / reach
    ends = (low, min(1.0, probability * reach))
    return Estimate(probability, *ends, variation, simulated, count, unknown, 0, "subset sampling")


def _chains(
    margin: Margin, starts: Array, at_starts: Array, level: float, count: int, rng: np.random.Generator
) -> tuple[Array, Array, int]:
    """`count` samples inside a level, chain after chain, with their margins; and the simulations that failed.

    A simulation that fails is not accepted, so that no chain is lost in it.
    """
    samples, margins = [starts], [at_starts]
    unknown, size, correlation = 0, len(starts), _CORRELATION
    while size < count:
        steps = min(len(starts), count - size)
        before, values = samples[-1][:steps], margins[-1][:steps]
        noise = math.sqrt(1 - correlation**2) * rng.standard_normal(before.shape)
        candidates = correlation * before + noise
        found = margin(candidates)
        unknown += int((~np.isfinite(found)).sum())
        accepted = np.isfinite(found) & (found <= level)
        samples.append(np.where(accepted[:, np.newaxis], candidates, before))
        margins.append(np.where(accepted, found, values))
        correlation = _adapted(correlation, float(accepted.mean()))
        size += steps
    return np.vstack(samples), np.concatenate(margins), unknown


def _adapted(correlation: float, accepted: float) -> float:
    """Steps of which nearly half are accepted."""
    spread = math.sqrt(1 - correlation**2) * math.exp((accepted - 0.44) / 2)
    return math.sqrt(1 - min(0.999, spread) ** 2)


def _variation(reached: Array | np.ndarray[tuple[int], np.dtype[np.bool_]], chains: int) -> float:
    """The coefficient of variation of the share that reached a level, whose samples form this many chains.

    Samples of one chain resemble each other: the correlation between them is estimated, and counted.
    """
    count = len(reached)
    share = float(np.mean(reached))
    if share in (0.0, 1.0):
        return 0.0
    plain = math.sqrt((1 - share) / (share * count))
    length = count // chains
    if length < 2:
        return plain
    rows = np.asarray(reached, dtype=float)[: chains * length].reshape(length, chains)
    centred = rows - share
    whole = float((centred**2).mean())
    correlated = 0.0
    for lag in range(1, length):
        rho = float((centred[lag:] * centred[:-lag]).mean()) / whole
        correlated += 2 * (1 - lag / length) * max(0.0, rho)
    return plain * math.sqrt(1 + correlated)
