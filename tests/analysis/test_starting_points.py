"""Worst-case points of limits with several failure regions."""

from __future__ import annotations

import numpy as np
import pytest

from simorc.analysis.failure_probability.failure_search import WorstCase, search_from_star
from simorc.analysis.failure_probability.limit_states import Array
from simorc.analysis.failure_probability.starting_points import worst_cases
from simorc.analysis.local_model import star
from tests.analysis.analytic_limits import Known, both_sides, half_planes, linear, quadratic, two_regions


class Counted:
    def __init__(self, known: Known) -> None:
        self.known = known
        self.count = 0

    def __call__(self, samples: Array) -> Array:
        self.count += len(samples)
        return self.known.margin(samples)


def found_of(known: Known, starts: int = 0) -> tuple[list[WorstCase], int]:
    counted = Counted(known)
    margins = known.margin(star(known.dimensions))
    return worst_cases(counted, margins, 1.0, starts, seed=1), counted.count


@pytest.mark.parametrize(
    ("known", "distances"),
    [
        (two_regions(3.0, 3.2, 2), [3.0, 3.2]),
        (two_regions(3.0, 3.2, 10), [3.0, 3.2]),
        (two_regions(2.0, 2.5, 50), [2.0, 2.5]),
    ],
    ids=lambda each: each.name if isinstance(each, Known) else "",
)
def test_regions_that_the_star_shows_are_found_without_samples(known: Known, distances: list[float]) -> None:
    found, _ = found_of(known)
    assert [each.distance for each in found] == pytest.approx(distances, abs=0.01)


@pytest.mark.parametrize("known", [both_sides(3.5, 2), both_sides(3.5, 10)], ids=lambda known: known.name)
def test_both_sides_of_an_absolute_value_are_found(known: Known) -> None:
    found, _ = found_of(known)
    assert [each.distance for each in found] == pytest.approx([3.5, 3.5], abs=0.01)
    assert found[0].point == pytest.approx(-found[1].point, abs=0.02)


@pytest.mark.parametrize("known", [linear(3.0, 10), quadratic(3.0, -0.05, 10)], ids=lambda known: known.name)
def test_a_single_region_costs_no_simulation_more(known: Known) -> None:
    counted = Counted(known)
    margins = known.margin(star(known.dimensions))
    alone = search_from_star(counted, margins)
    found, count = found_of(known)
    assert len(found) == 1 and count == counted.count
    assert np.array_equal(found[0].point, alone.point)


def test_random_directions_find_what_the_star_does_not_show() -> None:
    known = half_planes(3.0, 2, 2)
    few, _ = found_of(known)
    found, _ = found_of(known, starts=6)
    assert [each.distance for each in found] == pytest.approx([3.0, 3.0], abs=0.02)
    assert len(few) <= len(found)
    again, _ = found_of(known, starts=6)
    assert [each.point.tolist() for each in again] == [each.point.tolist() for each in found]


def test_a_nominal_point_beyond_the_limit_has_one_point() -> None:
    known = two_regions(-1.0, 3.0, 4)
    found, _ = found_of(known)
    assert len(found) == 1 and found[0].distance == pytest.approx(-1.0, abs=0.01)
