"""A measurement as a function of its random variables around the nominal point.

The slopes and curvatures along each variable follow from 2N + 1 simulations: the nominal point, and each
variable alone at plus and minus one step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simorc.analysis.failure_probability.limit_states import Array

ENOUGH = 0.9
"""The R² below which the linear part alone does not describe a measurement."""


@dataclass(frozen=True)
class LocalModel:
    """``nominal + slopes · z + ½ curvatures · z²`` in standard normal variables z, in the measurement's unit.

    `variance` is that of the measurement where samples have shown it; None: that of the model.
    """

    nominal: float
    slopes: Array
    curvatures: Array
    variance: float | None = None

    @property
    def linear_parts(self) -> Array:
        """The variance of the linear term of each variable."""
        return np.asarray(self.slopes**2)

    @property
    def quadratic_parts(self) -> Array:
        """The variance of the quadratic term of each variable."""
        return np.asarray(0.5 * self.curvatures**2)

    @property
    def r_squared(self) -> float:
        """The share of the variance that the linear terms explain; 1 if nothing varies."""
        total = self.variance
        if total is None:
            total = float((self.linear_parts + self.quadratic_parts).sum())
        return 1.0 if total == 0 else float(self.linear_parts.sum()) / total

    @property
    def is_linear(self) -> bool:
        """Whether the linear terms describe the measurement."""
        return self.r_squared >= ENOUGH

    @property
    def parts(self) -> Array:
        """The variance that each variable brings; with quadratic terms where linear ones do not suffice."""
        return self.linear_parts if self.is_linear else self.linear_parts + self.quadratic_parts

    @property
    def sigma(self) -> float:
        """The standard deviation of the measurement by this model."""
        return float(np.sqrt(self.parts.sum()))

    @property
    def shares(self) -> Array:
        """The share of each variable in the variance, from 0 to 1; zeros if nothing varies."""
        total = float(self.parts.sum())
        return self.parts / total if total > 0 else np.zeros_like(self.slopes)

    def normal_distance(self, limit: float) -> float:
        """How many sigma a normal distribution puts between the nominal value and a limit."""
        return abs(limit - self.nominal) / self.sigma if self.sigma > 0 else float("inf")


def star(variables: int, step: float = 1.0) -> Array:
    """The 2N + 1 samples around the nominal point: shape (2N + 1, N), the nominal one first."""
    steps = step * np.eye(variables)
    return np.vstack([np.zeros((1, variables)), steps, -steps])


def from_star(values: Array, step: float = 1.0) -> LocalModel:
    """The model of a measurement from its values at the samples of `star`."""
    variables = (len(values) - 1) // 2
    nominal, above, below = values[0], values[1 : variables + 1], values[variables + 1 :]
    slopes = (above - below) / (2 * step)
    return LocalModel(float(nominal), slopes, (above + below - 2 * nominal) / step**2)


def least_samples(variables: int, *, quadratic: bool = False) -> int:
    """How many samples a regression needs at least, with some left over to judge it."""
    return (2 if quadratic else 1) * variables + 1 + max(10, variables // 2)


def from_samples(samples: Array, values: Array) -> LocalModel:
    """The model of a measurement from random samples by least squares, of shapes (n, variables) and (n,).

    The linear terms are fitted first; where they do not suffice and there are samples enough, quadratic ones
    are added. R² is corrected for the number of terms. Raises ValueError for too few samples.
    """
    count, variables = samples.shape
    if count < least_samples(variables):
        raise ValueError(
            f"a regression on {variables} variables needs {least_samples(variables)} samples, not {count}"
        )
    variance = float(np.var(values, ddof=1))
    fitted, unexplained = _fitted([np.ones(count), *samples.T], values)
    linear = LocalModel(float(fitted[0]), fitted[1:], np.zeros(variables), _at_least(fitted[1:], unexplained))
    if variance == 0 or linear.is_linear or count < least_samples(variables, quadratic=True):
        return linear
    squares = [*(0.5 * (samples.T**2 - 1.0))]
    fitted, unexplained = _fitted([np.ones(count), *samples.T, *squares], values)
    slopes, curvatures = fitted[1 : variables + 1], fitted[variables + 1 :]
    total = float((slopes**2).sum() + 0.5 * (curvatures**2).sum()) + unexplained
    return LocalModel(float(fitted[0] - 0.5 * curvatures.sum()), slopes, curvatures, total)


def _fitted(columns: Sequence[Array], values: Array) -> tuple[Array, float]:
    """The coefficients, and the variance that they leave unexplained."""
    matrix = np.column_stack(list(columns))
    fitted = np.asarray(np.linalg.lstsq(matrix, values, rcond=None)[0], dtype=np.float64)
    rest = values - matrix @ fitted
    return fitted, float(rest @ rest) / max(1, len(values) - matrix.shape[1])


def _at_least(slopes: Array, unexplained: float) -> float:
    """The variance of the measurement: what the slopes explain, and the rest."""
    return float((slopes**2).sum()) + unexplained
