"""Searches for worst-case points from several starting points, for limits with several failure regions.

The 2N + 1 samples around the nominal point also show where a limit bends back: where the margin falls to a
side of a variable although the gradient at every worst-case point found so far says that it rises. A further
search begins there. More of them may begin in random directions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simorc.analysis.failure_probability.failure_search import WorstCase, find_worst_case, search_from_star
from simorc.analysis.failure_probability.limit_states import Array, Margin

_SAME = 0.7
"""Worst-case points nearer to each other than this, in sigma, are one."""
_FARTHER = 2.5
"""A region that seems farther out than the nearest by more than this, in sigma, is not searched for."""
_EXPLAINED = 0.25
"""The share of a fall that a gradient has to predict to explain it."""
_MOST = 4
"""Searches that the samples around the nominal point may begin."""
_REACH = 3.0
"""How far from nominal a search begins where no distance is known, in sigma."""


def worst_cases(margin: Margin, margins: Array, step: float, starts: int, seed: int) -> list[WorstCase]:
    """The worst-case points of a limit, the nearest first, from its margins at the samples of
    `local_model.star`; the result of the search that has not settled, if none has.

    `starts` more searches begin in random directions: the same seed gives the same ones.
    """
    first = search_from_star(margin, margins, step)
    found = [first] if first.settled else []
    nominal = float(margins[0])
    if not np.all(np.isfinite(margins)) or nominal <= 0:
        return [first]
    for _ in range(_MOST):
        start = _unexplained(margins, step, found)
        if start is None or not _added(margin, nominal, start, found):
            break
    for start in _random(len(first.point), starts, seed, first):
        _added(margin, nominal, start, found)
    return sorted(found, key=lambda each: each.distance) or [first]


def _added(margin: Margin, nominal: float, start: Array, found: list[WorstCase]) -> bool:
    """Search from a point; whether that has found another region."""
    each = find_worst_case(margin, nominal, np.zeros_like(start), start=start)
    if not each.settled or _is_known(each, found):
        return False
    found.append(each)
    return True


def _unexplained(margins: Array, step: float, found: Sequence[WorstCase]) -> Array | None:
    """Where the limit seems to be in the direction of falls that no region explains; None without any."""
    variables = (len(margins) - 1) // 2
    nominal = float(margins[0])
    falls = (nominal - np.array([margins[1 : variables + 1], margins[variables + 1 :]])) / step
    for each in found:
        predicted = np.array([-each.gradient, each.gradient])
        falls = np.where(predicted >= _EXPLAINED * falls, 0.0, falls)
    falls = np.maximum(falls, 0.0)
    upwards = falls[0] >= falls[1]
    direction = np.where(upwards, falls[0], -falls[1])
    length = float(np.linalg.norm(direction))
    nearest = min((each.distance for each in found), default=2.0 * _REACH)
    if not length > 0 or nominal / length > nearest + _FARTHER:
        return None
    return np.asarray(nominal / length**2 * direction)


def _random(variables: int, starts: int, seed: int, first: WorstCase) -> list[Array]:
    directions = np.random.default_rng(seed).standard_normal((starts, variables))
    reach = max(first.distance, 1.0) if first.settled else _REACH
    return [np.asarray(reach * each / float(np.linalg.norm(each))) for each in directions]


def _is_known(each: WorstCase, known: Sequence[WorstCase]) -> bool:
    return any(float(np.linalg.norm(each.point - other.point)) < _SAME for other in known)
