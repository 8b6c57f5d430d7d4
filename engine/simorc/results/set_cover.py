"""The smallest set of things that meets every demand, each of which some of the things meet."""

from __future__ import annotations

from collections.abc import Collection, Iterable

MOST_STEPS = 200_000
"""After so many trials the smallest set found so far is returned."""


def smallest_cover(demands: Iterable[Collection[int]]) -> tuple[list[int], bool]:
    """The smallest set of numbers that contains one of every demand, sorted, and whether that is proved.

    Of equally small sets the one with the smaller numbers is preferred. Raises ValueError for an empty
    demand.
    """
    needed = _essential({frozenset(each) for each in demands})
    if not all(needed):
        raise ValueError("a demand that nothing meets")
    search = _Search(_greedy(needed))
    search.extend([], needed)
    return sorted(search.best), search.steps < MOST_STEPS


def _essential(demands: set[frozenset[int]]) -> list[frozenset[int]]:
    """Without demands that another one implies, the narrowest first."""
    kept: list[frozenset[int]] = []
    for each in sorted(demands, key=lambda demand: (len(demand), sorted(demand))):
        if not any(narrower <= each for narrower in kept):
            kept.append(each)
    return kept


def _greedy(needed: list[frozenset[int]]) -> list[int]:
    chosen: list[int] = []
    left = needed
    while left:
        everything = sorted({number for demand in left for number in demand})
        chosen.append(max(everything, key=lambda number: sum(number in demand for demand in left)))
        left = [demand for demand in left if chosen[-1] not in demand]
    return chosen


class _Search:
    """Tries every number of the narrowest demand, with the demands that share nothing as a lower bound."""

    def __init__(self, best: list[int]) -> None:
        self.best = best
        self.steps = 0

    def extend(self, chosen: list[int], left: list[frozenset[int]]) -> None:
        """Complete a choice that leaves some demands, where that can be shorter than the best."""
        self.steps += 1
        if not left:
            if len(chosen) < len(self.best):
                self.best = chosen
            return
        if self.steps >= MOST_STEPS or len(chosen) + _disjoint(left) >= len(self.best):
            return
        for number in sorted(left[0]):
            self.extend([*chosen, number], [demand for demand in left if number not in demand])


def _disjoint(demands: list[frozenset[int]]) -> int:
    """How many demands have nothing in common: so many numbers are needed at least."""
    taken: set[int] = set()
    count = 0
    for each in demands:
        if taken.isdisjoint(each):
            taken |= each
            count += 1
    return count
