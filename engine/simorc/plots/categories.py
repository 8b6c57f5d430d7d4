"""Texts along an axis: which of them have room, and how the outermost ones are kept from being cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from simorc.plots.figure import Range
from simorc.plots.ticks import Tick

LETTER = 6.2
"""Pixels of an average letter of 11 px."""
BEYOND = 28
"""Pixels on either side of an axis that a label may use."""
_APART = 8
"""Pixels between two labels beside each other."""
_LINE = 13
"""Pixels of a label below another."""


def category_ticks(names: Sequence[str], span: Range, wide: float, *, upright: bool = False) -> list[Tick]:
    """A mark for each text within `span` of an axis of `wide` pixels; labels that would overlap are empty.

    The first and the last one keep their labels before those between, which are evenly chosen. On an
    `upright` axis labels are below each other.
    """
    low, high = span
    marks = [
        Tick((place - low) / (high - low), name) for place, name in enumerate(names) if low <= place <= high
    ]
    extents = [_upright(mark, wide) if upright else _extent(mark, wide) for mark in marks]
    chosen = (_chosen(extents, stride) for stride in range(1, len(marks)))
    kept = next((each for each in chosen if _apart([extents[place] for place in each])), [0])
    return [mark if place in kept else replace(mark, label="") for place, mark in enumerate(marks)]


def anchor(at: float, label: str, wide: float) -> str:
    """How a label stands at pixel `at` of an axis: middle, or start or end where it would be cut."""
    half = LETTER * len(label) / 2
    if at + half > wide + BEYOND:
        return "end"
    return "start" if at - half < -BEYOND else "middle"


def _chosen(extents: Sequence[Range], stride: int) -> list[int]:
    """Every so many, and the last one in place of those it would touch."""
    last = len(extents) - 1
    inner = [place for place in range(0, last, stride) if place == 0 or extents[place][1] <= extents[last][0]]
    return [*inner, last]


def _apart(extents: Sequence[Range]) -> bool:
    return all(one[1] <= other[0] for one, other in pairwise(extents))


def _extent(mark: Tick, wide: float) -> Range:
    """From the begin of a label to where the next one may begin."""
    at, width = mark.place * wide, LETTER * len(mark.label)
    start = {"start": at, "end": at - width, "middle": at - width / 2}[anchor(at, mark.label, wide)]
    return start, start + width + _APART


def _upright(mark: Tick, tall: float) -> Range:
    return mark.place * tall - _LINE / 2, mark.place * tall + _LINE / 2
