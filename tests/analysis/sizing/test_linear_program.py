"""The linear program of a step, beside scipy's."""

from __future__ import annotations

import numpy as np
import pytest

from simorc.analysis.sizing.linear_program import elastic_step
from simorc.results.frame import Floats


def value(step: Floats, cost: Floats, slopes: Floats, wanted: Floats) -> float:
    return float(cost @ step + np.maximum(wanted - slopes @ step, 0).sum())


@pytest.mark.parametrize("seed", range(60))
def test_the_step_is_as_good_as_that_of_scipy(seed: int) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    draw = np.random.default_rng(seed)
    rows, columns = int(draw.integers(1, 40)), int(draw.integers(1, 10))
    slopes = draw.normal(size=(rows, columns)) * draw.integers(0, 2, size=(rows, columns))
    cost, wanted = 0.3 * draw.normal(size=columns), draw.normal(size=rows)
    low, high = -draw.uniform(0, 1, columns), draw.uniform(0, 1, columns)
    step = elastic_step(cost, slopes, wanted, low, high)
    assert (low <= step).all() and (step <= high).all()
    known = optimize.linprog(
        np.concatenate([cost, np.ones(rows)]),
        A_ub=np.hstack([-slopes, -np.eye(rows)]),
        b_ub=-wanted,
        bounds=[*zip(low, high, strict=True), *[(0, None)] * rows],
    )
    assert value(step, cost, slopes, wanted) == pytest.approx(known.fun, abs=1e-9)


def test_equal_constraints_and_a_range_of_nothing_are_solved() -> None:
    slopes = np.array([[1.0, 0.0]] * 6)
    step = elastic_step(np.zeros(2), slopes, np.full(6, 0.5), np.array([0.0, 0.0]), np.array([1.0, 0.0]))
    assert step[0] >= 0.5 and step[1] == 0


def test_without_constraints_the_cost_decides() -> None:
    found = elastic_step(np.array([1.0, -1.0]), np.zeros((0, 2)), np.zeros(0), np.full(2, -1.0), np.ones(2))
    assert found.tolist() == [-1.0, 1.0]
