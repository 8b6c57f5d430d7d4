"""Reduces the points of a plot without losing a spike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def min_max(
    x: NDArray[np.float64], y: NDArray[np.float64], columns: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """At most ``2 * columns`` points of (x, y): the least and the greatest of each of `columns` equal
    pieces, in order.

    The pieces have equal numbers of points. NaN is left out where a piece holds anything else. First and
    last point stay.
    """
    count = len(y)
    if count <= 2 * columns or columns < 1:
        return np.asarray(x), np.asarray(y)
    piece = count // columns
    whole = piece * columns
    kept = _extremes(np.asarray(y[:whole]).reshape(columns, piece))
    if whole < count:
        kept = np.concatenate((kept, whole + _extremes(np.asarray(y[whole:])[np.newaxis, :])))
    kept[0], kept[-1] = 0, count - 1
    return np.asarray(x)[kept], np.asarray(y)[kept]


def _extremes(pieces: NDArray[np.float64]) -> NDArray[np.intp]:
    """Flat indices of the least and the greatest value of each row, in the order in which they occur."""
    if np.isnan(pieces).any():
        low = np.where(np.isnan(pieces), np.inf, pieces).argmin(axis=1)
        high = np.where(np.isnan(pieces), -np.inf, pieces).argmax(axis=1)
    else:
        low, high = pieces.argmin(axis=1), pieces.argmax(axis=1)
    both = np.sort(np.stack((low, high), axis=1), axis=1)
    starts = np.arange(len(pieces)) * pieces.shape[1]
    return np.asarray((both + starts[:, np.newaxis]).ravel())
