"""A small dense linear program: the step of a sizing within its trust region.

A simplex tableau of a few hundred numbers is solved in milliseconds, without scipy (80 MB). Constraints are
elastic, so that every program has a solution and the start of the simplex is known.
"""

from __future__ import annotations

import numpy as np

from simorc.results.frame import Floats

_EPSILON = 1e-9
_PATIENCE = 20
"""Pivots per row before Bland's rule, which is slow and cannot cycle, takes over."""


def elastic_step(cost: Floats, slopes: Floats, wanted: Floats, low: Floats, high: Floats) -> Floats:
    """The step `d` that minimises ``cost @ d + sum(s)``, where ``slopes @ d + s >= wanted`` and ``s >= 0``,
    within ``low <= d <= high``.

    `slopes` has a row for each constraint and a column for each variable; `wanted` has one value per row.
    """
    rows, columns = slopes.shape
    needed = wanted - slopes @ low
    sign = np.where(needed > 0, 1.0, -1.0)
    tableau = np.zeros((rows + columns, 2 * columns + 2 * rows + 1))
    # Columns: the step above `low`, the elastic parts, the surplus of each row, the room below `high`.
    tableau[:rows, :columns] = sign[:, None] * slopes
    tableau[:rows, columns : columns + rows] = np.diag(sign)
    tableau[:rows, columns + rows : columns + 2 * rows] = np.diag(-sign)
    tableau[:rows, -1] = sign * needed
    tableau[rows:, :columns] = np.eye(columns)
    tableau[rows:, columns + 2 * rows : -1] = np.eye(columns)
    tableau[rows:, -1] = high - low
    prices = np.zeros(tableau.shape[1])
    prices[:columns], prices[columns : columns + rows] = cost, 1.0
    basis = np.concatenate(
        (
            columns + np.arange(rows) + np.where(sign > 0, 0, rows),
            columns + 2 * rows + np.arange(columns),
        )
    )
    prices -= prices[basis] @ tableau
    _pivot_to_the_end(tableau, prices, basis)
    solution = np.zeros(tableau.shape[1] - 1)
    solution[basis] = tableau[:, -1]
    return np.clip(low + solution[:columns], low, high)


def _pivot_to_the_end(
    tableau: Floats, prices: Floats, basis: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> None:
    """Pivot until no column makes the sum smaller."""
    patience = _PATIENCE * len(tableau)
    for count in range(10 * patience):
        candidates = np.flatnonzero(prices[:-1] < -_EPSILON)
        if not candidates.size:
            return
        entering = int(candidates[0] if count > patience else candidates[np.argmin(prices[candidates])])
        column = tableau[:, entering]
        usable = np.flatnonzero(column > _EPSILON)
        ratios = tableau[usable, -1] / column[usable]
        ties = usable[ratios <= ratios.min() + _EPSILON]
        leaving = int(ties[np.argmin(basis[ties])])
        tableau[leaving] /= tableau[leaving, entering]
        others = np.arange(len(tableau)) != leaving
        tableau[others] -= np.outer(tableau[others, entering], tableau[leaving])
        prices -= prices[entering] * tableau[leaving]
        basis[leaving] = entering
