"""Texts along an axis: which of them have room, and how the outermost ones are kept from being cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from simorc.plots.ticks import Tick

LETTER = 6.2
"""Pixels of an average letter of 11 px."""
BEYOND = 28
"""Pixels on either side of an axis that a label may use."""
_APART = 8
"""Pixels between two labels."""


def category_ticks(names: Sequence[str], span: tuple[float, float], wide: float) -> list[Tick]:
    """A mark for each text within `span` of an axis of `wide` pixels; labels that would overlap are empty.

    The first and the last one keep their labels before those between, which are evenly chosen.
    """
    low, high = span
    marks = [
        Tick((place - low) / (high - low), name) for place, name in enumerate(names) if low <= place <= high
    ]
    kept = next(
        (
            chosen
            for stride in range(1, len(marks))
            if _apart(marks, chosen := _chosen(marks, stride, wide), wide)
        ),
        [0],
    )
    return [mark if place in kept else replace(mark, label="") for place, mark in enumerate(marks)]


def anchor(at: float, label: str, wide: float) -> str:
    """How a label stands at pixel `at` of an axis: middle, or start or end where it would be cut."""
    half = LETTER * len(label) / 2
    if at + half > wide + BEYOND:
        return "end"
    return "start" if at - half < -BEYOND else "middle"


def _chosen(marks: Sequence[Tick], stride: int, wide: float) -> list[int]:
    """Every so many, and the last one in place of those it would touch."""
    last = len(marks) - 1
    begin = _extent(marks[last], wide)[0] - _APART
    inner = [
        place for place in range(0, last, stride) if place == 0 or _extent(marks[place], wide)[1] <= begin
    ]
    return [*inner, last]


def _apart(marks: Sequence[Tick], places: Sequence[int], wide: float) -> bool:
    extents = [_extent(marks[place], wide) for place in places]
    return all(one[1] + _APART <= other[0] for one, other in pairwise(extents))


def _extent(mark: Tick, wide: float) -> tuple[float, float]:
    at, width = mark.place * wide, LETTER * len(mark.label)
    start = {"start": at, "end": at - width, "middle": at - width / 2}[anchor(at, mark.label, wide)]
    return start, start + width
