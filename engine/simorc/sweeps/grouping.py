"""Groups a million cases by codes of their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def group_ids(
    shape: Sequence[int], codes: Sequence[Sequence[int]], total: int, kept: Any
) -> list[Sequence[int]]:
    """Ids (from 1) of equal codes on every axis; `kept` are the combinations that are cases, None for all
    of them.
    """
    combinations = np.arange(total, dtype=np.int64) if kept is None else np.asarray(kept, dtype=np.int64)
    label = np.zeros(len(combinations), dtype=np.int64)
    stride = 1
    for size, of_axis in zip(reversed(shape), reversed(codes), strict=True):
        table = np.asarray(of_axis, dtype=np.int64)
        if len(set(of_axis)) > 1:
            label = label * (int(table.max()) + 1) + table[(combinations // stride) % size]
        stride *= size
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    ends = np.cumsum(np.bincount(inverse))[:-1]
    groups = [part + 1 for part in np.split(order, ends)]
    return [groups[place].tolist() for place in np.argsort(first)]
