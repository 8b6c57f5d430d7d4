"""Worst-case points and probabilities of limits that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simorc.analysis.failure_probability.failure_search import WorstCase, search_from_star
from simorc.analysis.failure_probability.importance import importance_sampling, interval
from simorc.analysis.failure_probability.limit_states import Array, Margin
from simorc.analysis.failure_probability.normal import quantile, sigma_of, tail
from simorc.analysis.failure_probability.regions import further_regions, relevant
from simorc.analysis.failure_probability.subset_sampling import subset_sampling
from simorc.analysis.failure_probability.verification import verified
from simorc.analysis.local_model import star
from tests.analysis.analytic_limits import (
    KNOWN,
    Known,
    both_sides,
    half_planes,
    linear,
    quadratic,
    two_regions,
)


class Counted:
    """A margin that counts its samples."""

    def __init__(self, margin: Margin) -> None:
        self.margin = margin
        self.count = 0

    def __call__(self, samples: Array) -> Array:
        self.count += len(samples)
        return self.margin(samples)


def searched(known: Known) -> tuple[WorstCase, int]:
    """The worst case, and how many simulations it took after the star."""
    counted = Counted(known.margin)
    margins = known.margin(star(known.dimensions))
    return search_from_star(counted, margins), counted.count


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_the_worst_case_distance_is_that_of_the_nearest_point(known: Known) -> None:
    found, _ = searched(known)
    if not found.settled:
        assert found.reason and known.name == "half-planes-50-50"
        return
    assert found.distance == pytest.approx(known.distance, abs=0.01)
    assert abs(float(known.margin(found.point[np.newaxis])[0])) < 0.02


@pytest.mark.parametrize(("distance", "dimensions"), [(3.0, 6), (6.0, 4), (4.5, 50)])
def test_a_linear_limit_takes_one_step_and_one_gradient(distance: float, dimensions: int) -> None:
    found, simulations = searched(linear(distance, dimensions))
    assert found.settled and simulations <= dimensions + 3


def test_a_curved_limit_takes_few_gradients() -> None:
    """An exponential, as the current of a mirror in weak inversion."""
    known = Known("exponential", lambda z: 3.4 - np.exp(0.2 * z.sum(axis=1) / 2), 4, 0.0, math.log(3.4) / 0.2)
    found, simulations = searched(known)
    assert found.distance == pytest.approx(known.distance, abs=0.01) and simulations <= 26


def test_a_nominal_point_beyond_the_limit_has_a_negative_distance() -> None:
    found, _ = searched(linear(-1.5, 3))
    assert found.settled and found.distance == pytest.approx(-1.5, abs=0.01)
    assert found.probability == pytest.approx(tail(-1.5), rel=0.01)


def test_a_limit_that_nothing_changes_has_no_worst_case() -> None:
    found, _ = searched(Known("flat", lambda z: np.full(len(z), 2.0), 3, 0.0, math.inf))
    assert not found.settled and "nothing that varies" in found.reason


def test_failed_simulations_end_a_search_with_their_reason() -> None:
    found, _ = searched(Known("nan", lambda z: np.full(len(z), np.nan), 3, 0.0, math.inf))
    assert not found.settled and "simulation" in found.reason

    def fails_far_out(z: Array) -> Array:
        return np.where((z**2).sum(axis=1) > 2.0, np.nan, 3.0 - z[:, 0])

    found, _ = searched(Known("far", fails_far_out, 3, 0.0, 3.0))
    assert not found.settled and found.reason == "a simulation failed"


@pytest.mark.parametrize(
    "known",
    [
        linear(3.0, 2),
        linear(4.5, 10),
        quadratic(3.0, -0.05, 10),
        two_regions(3.0, 3.2, 10),
        both_sides(3.5, 10),
        half_planes(3.0, 5, 10),
        half_planes(4.0, 10, 50),
    ],
    ids=lambda known: known.name,
)
def test_the_interval_contains_the_probability(known: Known) -> None:
    """At 99 %: of 40 seeds at most three may miss it (benchmarks/analysis.py counts 100 of every kind)."""
    found, _ = searched(known)
    nominal = float(known.margin(np.zeros((1, known.dimensions)))[0])
    inside = 0
    for seed in range(40):
        estimate = verified(known.margin, [found], nominal, 2000, seed)
        inside += estimate.low <= known.probability <= estimate.high
    assert inside >= 37


def test_importance_sampling_at_six_sigma_varies_by_less_than_eight_percent() -> None:
    known = linear(6.0, 6)
    found, _ = searched(known)
    estimate = importance_sampling(known.margin, [found.point], 2000, seed=1)
    assert estimate.variation <= 0.08 and estimate.sigma == pytest.approx(6.0, abs=0.05)
    assert estimate.sigma_interval[0] < 6.0 < estimate.sigma_interval[1]
    again = importance_sampling(known.margin, [found.point], 2000, seed=1)
    assert again == estimate and importance_sampling(known.margin, [found.point], 2000, seed=2) != estimate


def test_regions_at_other_places_are_found() -> None:
    known = half_planes(3.0, 3, 6)
    found, _ = searched(known)
    regions = further_regions(known.margin, [found], 3.0, seed=1, budget=700)
    assert regions.complete and len(relevant(regions.points)) == 3
    assert all(each.distance == pytest.approx(3.0, abs=0.02) for each in regions.points)


def test_failed_simulations_widen_the_interval_to_both_sides() -> None:
    known = linear(2.0, 3)

    def fails_sometimes(z: Array) -> Array:
        return np.where(np.abs(z[:, 2]) < 0.1, np.nan, known.margin(z))

    found, _ = searched(known)
    whole = importance_sampling(known.margin, [found.point], 2000, seed=1)
    partly = importance_sampling(fails_sometimes, [found.point], 2000, seed=1)
    assert partly.unknown > 0 and partly.low < whole.low and partly.high > whole.high


def test_subset_sampling_needs_no_point() -> None:
    known = half_planes(4.0, 8, 30)
    inside = 0
    for seed in range(20):
        estimate = subset_sampling(known.margin, known.dimensions, 500, seed)
        inside += estimate.low <= known.probability <= estimate.high
    assert inside >= 18 and estimate.method == "subset sampling"


def test_no_failure_seen_leaves_an_upper_end() -> None:
    mean, low, high, variation = interval(np.zeros(100), np.ones(100), 0.95)
    assert (mean, low, variation) == (0.0, 0.0, math.inf) and 0.01 < high < 0.1


@pytest.mark.parametrize("sigma", [-3.0, 0.0, 1.0, 4.5, 8.0, 20.0])
def test_sigma_and_probability_are_inverse(sigma: float) -> None:
    assert sigma_of(tail(sigma)) == pytest.approx(sigma, abs=1e-6)


def test_ends_of_the_normal_distribution() -> None:
    assert sigma_of(0.0) == math.inf and sigma_of(1.0) == -math.inf
    assert quantile(0.95) == pytest.approx(1.959964)
