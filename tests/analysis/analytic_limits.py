"""Limits whose probability of being violated is known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simorc.analysis.failure_probability.limit_states import Array, Margin
from simorc.analysis.failure_probability.normal import tail


@dataclass(frozen=True)
class Known:
    """A margin of so many variables, its probability of being negative, and the true worst-case distance."""

    name: str
    margin: Margin
    dimensions: int
    probability: float
    distance: float


def linear(distance: float, dimensions: int) -> Known:
    along = np.ones(dimensions) / math.sqrt(dimensions)
    return Known(f"linear-{dimensions}", lambda z: distance - z @ along, dimensions, tail(distance), distance)


def quadratic(distance: float, curvature: float, dimensions: int) -> Known:
    """``distance - z1 - curvature (z2² + ...)``: integrated over the chi-square distribution of the sum."""

    def margin(z: Array) -> Array:
        return np.asarray(distance - z[:, 0] - curvature * (z[:, 1:] ** 2).sum(axis=1))

    half = (dimensions - 1) / 2
    sums = np.linspace(0, 2 * half + 12 * math.sqrt(4 * half) + 60, 40_001)[1:]
    density = np.exp((half - 1) * np.log(sums) - sums / 2 - math.lgamma(half) - half * math.log(2))
    tails = np.array([tail(distance - curvature * each) for each in sums])
    probability = float((density * tails).sum() * (sums[1] - sums[0]))
    nearest = distance
    if (
        2 * curvature * distance > 1
    ):  # it bends around the nominal point: the nearest point is beside the axis
        nearest = math.sqrt(distance / curvature - 1 / (2 * curvature) ** 2)
    return Known(f"quadratic-{curvature}-{dimensions}", margin, dimensions, probability, nearest)


def two_regions(first: float, second: float, dimensions: int) -> Known:
    def margin(z: Array) -> Array:
        return np.asarray(np.minimum(first - z[:, 0], second + z[:, -1]))

    probability = 1 - (1 - tail(first)) * (1 - tail(second))
    return Known(f"two-{dimensions}", margin, dimensions, probability, min(first, second))


def both_sides(distance: float, dimensions: int) -> Known:
    along = np.ones(dimensions) / math.sqrt(dimensions)
    margin: Margin = lambda z: np.asarray(distance - np.abs(z @ along))  # noqa: E731
    return Known(f"both-sides-{dimensions}", margin, dimensions, 2 * tail(distance), distance)


def half_planes(distance: float, planes: int, dimensions: int) -> Known:
    """The union of half planes at right angles."""
    square = np.random.default_rng(5).standard_normal((dimensions, dimensions))
    normals = np.linalg.qr(square)[0][:, :planes]
    probability = -math.expm1(planes * math.log1p(-tail(distance)))
    name = f"half-planes-{planes}-{dimensions}"
    return Known(
        name, lambda z: np.asarray((distance - z @ normals).min(axis=1)), dimensions, probability, distance
    )


KNOWN = (
    *(linear(3.0, each) for each in (2, 10, 50)),
    *(linear(4.5, each) for each in (2, 50)),
    *(quadratic(3.0, each, 10) for each in (0.05, -0.05)),
    quadratic(3.0, -0.05, 50),
    quadratic(4.0, 0.15, 10),
    *(two_regions(3.0, 3.2, each) for each in (2, 10, 50)),
    two_regions(4.5, 4.6, 10),
    *(both_sides(3.5, each) for each in (2, 50)),
    half_planes(3.0, 2, 2),
    half_planes(3.0, 5, 10),
    half_planes(3.0, 5, 50),
    half_planes(3.0, 50, 50),
    half_planes(4.0, 10, 10),
)
"""One of every kind in 2 to 50 dimensions."""
