"""Contributions of random variables to the variance of a measurement."""

from __future__ import annotations

import numpy as np
import pytest

from simorc.analysis.failure_probability.limit_states import Array
from simorc.analysis.local_model import from_samples, from_star, least_samples, star


def linear(z: Array) -> Array:
    return np.asarray(5.0 + z @ np.array([3.0, -4.0, 0.0]))


def curved(z: Array) -> Array:
    return np.asarray(1.0 + z @ np.array([1.0, 0.0, 0.0]) + 2.0 * z[:, 1] ** 2)


def test_a_star_is_the_nominal_point_and_each_variable_both_ways() -> None:
    samples = star(3, 0.5)
    assert samples.shape == (7, 3) and not samples[0].any()
    assert samples[1, 0] == 0.5 and samples[6, 2] == -0.5 and (samples != 0).sum() == 6


def test_a_linear_measurement_is_described_exactly() -> None:
    model = from_star(linear(star(3, 0.5)), 0.5)
    assert model.nominal == 5.0 and model.sigma == pytest.approx(5.0)
    assert model.shares == pytest.approx([0.36, 0.64, 0.0]) and model.r_squared == pytest.approx(1.0)
    assert model.normal_distance(20.0) == pytest.approx(3.0)


def test_quadratic_terms_count_where_linear_ones_do_not_suffice() -> None:
    """The variance of 2 z² is 8."""
    model = from_star(curved(star(3)))
    assert model.r_squared == pytest.approx(1 / 9) and not model.is_linear
    assert model.shares == pytest.approx([1 / 9, 8 / 9, 0.0]) and model.sigma == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("measurement", "shares"), [(linear, [0.36, 0.64, 0.0]), (curved, [1 / 9, 8 / 9, 0])]
)
def test_a_regression_on_samples_gives_the_same(measurement: object, shares: list[float]) -> None:
    assert callable(measurement)
    samples = np.random.default_rng(1).standard_normal((400, 3))
    model = from_samples(samples, measurement(samples))
    assert model.shares == pytest.approx(shares, abs=0.01)


def test_what_no_term_explains_lowers_r_squared() -> None:
    rng = np.random.default_rng(2)
    samples = rng.standard_normal((500, 2))
    model = from_samples(samples, samples[:, 0] + rng.standard_normal(500))
    assert model.r_squared == pytest.approx(0.5, abs=0.07)


def test_a_regression_refuses_too_few_samples() -> None:
    with pytest.raises(ValueError, match="needs 31 samples, not 12"):
        from_samples(np.zeros((12, 20)), np.zeros(12))
    assert least_samples(20) == 31


def test_a_measurement_that_does_not_vary_has_no_shares() -> None:
    model = from_star(np.full(7, 2.0))
    assert not model.shares.any() and model.r_squared == 1.0 and model.normal_distance(3.0) == float("inf")
