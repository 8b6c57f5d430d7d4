"""Digital signals drawn as lanes of characters, one line each.

    clk    ▁▁▔▔▁▁▔▔▁▁▔▔
    count  ⟨0  ⟩⟨1  ⟩⟨2
    q      ░░░░▁▁▁▁▔▔▔▔

A bit is low, high or unknown (░); a bus has its value in hexadecimal. A cell with more than one change
is ▒ for a bit and ╳ for a bus.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Span: TypeAlias = tuple[float, float]
UNKNOWN = "x"


@dataclass(frozen=True)
class Lane:
    """One signal: from `times[i]` (ascending) until the next it has the text `values[i]`.

    A bit is 0, 1 or anything else for unknown; a bus is what a person reads, such as ``3f``; '' is nothing.
    `alarms` are the spans in which the signal is wrong.
    """

    name: str
    width: int
    times: Floats
    values: tuple[str, ...]
    alarms: tuple[Span, ...] = ()

    def at(self, time: float) -> str:
        """The value at a time; '' before the first one."""
        index = int(np.searchsorted(self.times, time, side="right")) - 1
        return self.values[index] if index >= 0 else ""

    def next_change(self, time: float, direction: int) -> float | None:
        """The change after (1) or before (-1) a time; None where there is none."""
        if direction > 0:
            index = int(np.searchsorted(self.times, time, side="right"))
            return float(self.times[index]) if index < len(self.times) else None
        index = int(np.searchsorted(self.times, time, side="left")) - 1
        return float(self.times[index]) if index >= 0 else None


@dataclass(frozen=True)
class LaneSigns:
    """The characters of lanes, each one cell wide."""

    low: str
    high: str
    rising: str
    falling: str
    unknown: str
    busy_bit: str
    busy_bus: str
    opening: str
    closing: str
    cut: str


UNICODE_LANES = LaneSigns("▁", "▔", "╱", "╲", "░", "▒", "╳", "⟨", "⟩", "…")
ASCII_LANES = LaneSigns("_", "-", "/", "\\", "x", "#", "X", "<", ">", "~")


@dataclass(frozen=True)
class _Cells:
    """For each cell the number of the value at its left edge and of that before its right edge; -1: none."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]


def drawn(lane: Lane, span: Span, cells: int, signs: LaneSigns = UNICODE_LANES) -> str:
    """The lane between two times, in as many characters as there are `cells`."""
    if cells <= 0 or span[1] <= span[0]:
        return ""
    edges = span[0] + (span[1] - span[0]) * np.arange(cells + 1) / cells
    left = np.searchsorted(lane.times, edges[:-1], side="right") - 1
    right = np.maximum(np.searchsorted(lane.times, edges[1:], side="left") - 1, left)
    found = _Cells(left, right)
    return "".join(_bit(lane, found, signs) if lane.width == 1 else _bus(lane, found, signs))


def alarm_cells(lane: Lane, span: Span, cells: int) -> list[bool]:
    """For each cell whether the signal is wrong in a part of it."""
    step = (span[1] - span[0]) / max(cells, 1)
    starts = [span[0] + step * cell for cell in range(cells)]
    return [any(begin < start + step and start < end for begin, end in lane.alarms) for start in starts]


def _bit(lane: Lane, found: _Cells, signs: LaneSigns) -> Iterator[str]:
    for left, right in zip(found.left.tolist(), found.right.tolist(), strict=True):
        if right - left > 1:
            yield signs.busy_bit
        elif right == left or left < 0:
            yield _level(lane.values[right] if right >= 0 else "", signs)
        else:
            yield _edge(lane.values[left], lane.values[right], signs)


def _level(value: str, signs: LaneSigns) -> str:
    return {"0": signs.low, "1": signs.high, "": " "}.get(value, signs.unknown)


def _edge(old: str, new: str, signs: LaneSigns) -> str:
    return {("0", "1"): signs.rising, ("1", "0"): signs.falling}.get((old, new), _level(new, signs))


def _bus(lane: Lane, found: _Cells, signs: LaneSigns) -> Iterator[str]:
    rights = found.right.tolist()
    busy = (found.right - found.left > 1).tolist()
    start = 0
    while start < len(rights):
        stop = start + 1
        while stop < len(rights) and rights[stop] == rights[start] and not busy[stop]:
            stop += 1
        if busy[start]:
            yield signs.busy_bus
            start += 1
            if start == stop:
                continue
        yield _value(lane.values[rights[start]] if rights[start] >= 0 else "", stop - start, signs)
        start = stop


def _value(value: str, cells: int, signs: LaneSigns) -> str:
    """A value behind a bracket, so that neighbours never read as one number; cut visibly if too long."""
    if not value:
        return " " * cells
    if set(value.lower()) <= {UNKNOWN, "z"}:
        return signs.unknown * cells
    if cells == 1:
        return signs.busy_bus
    if len(value) + 1 == cells:
        return signs.opening + value
    room = cells - 2
    if len(value) > room:
        return signs.opening + value[: max(room, 0)] + signs.cut
    return f"{signs.opening}{value.ljust(room)}{signs.closing}"
