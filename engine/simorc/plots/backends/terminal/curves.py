"""Prepares a trace for drawing: stretches of rising finite x, and the outline for a number of columns.

Drawing a million points by characters takes seconds and shows no more than the lowest and highest point of
each column, so that is all that is kept (`outline`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Branch = tuple[Floats, Floats]
Span = tuple[float, float]

MOST_BRANCHES = 256


@dataclass(frozen=True, eq=False)
class PlotTrace:
    """One curve. Each branch is (x, y) with x rising; a nested sweep has a branch for each inner pass.

    `source` is the expression that gives it, where there is one. A `ghost` is drawn behind the others, in
    grey: what was there before.
    """

    label: str
    branches: tuple[Branch, ...]
    source: str = ""
    ghost: bool = False

    @classmethod
    def of(cls, label: str, x: npt.ArrayLike, y: npt.ArrayLike, source: str = "") -> PlotTrace:
        """A trace of real `x` and `y` of one length; what is not finite leaves a gap. Raises ValueError."""
        across, along = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if across.shape != along.shape or across.ndim != 1:
            raise ValueError(f"{label}: x has shape {across.shape}, y {along.shape}")
        if not np.isfinite(across).all():
            kept = np.isfinite(across)
            across, along = across[kept], along[kept]
        if not np.isfinite(along).all():
            along = np.where(np.isfinite(along), along, np.nan)
        branches = tuple(_branches(across, along))
        if len(branches) > MOST_BRANCHES:
            label = f"{label} (first {MOST_BRANCHES} of {len(branches)} passes)"
        return cls(label, branches[:MOST_BRANCHES], source)

    def x_span(self, *, log: bool = False) -> Span | None:
        """The lowest and the highest x (above zero, if `log`); None without points."""
        return _joined(_x_span(x, log) for x, _ in self.branches)

    def value_at(self, x: float) -> float | None:
        """y of the first branch at `x`, between samples on a straight line; None outside or in a gap."""
        for across, along in self.branches:
            if across.size and across[0] <= x <= across[-1]:
                place = min(max(int(np.searchsorted(across, x)), 1), across.size - 1)
                near = slice(max(place - 1, 0), place + 1)
                value = float(np.interp(x, across[near], along[near]))
                return value if np.isfinite(value) else None
        return None


def outline(branch: Branch, span: Span, columns: int, *, log: bool = False) -> Branch:
    """What of `branch` shows within `span`: at most about two points a column, cut at the edges.

    The lowest and the highest point of every column survive. With `log` columns are equally wide in log x.
    """
    x, y = branch
    first, last = int(np.searchsorted(x, span[0])), int(np.searchsorted(x, span[1], side="right"))
    inner_x, inner_y = x[first:last], y[first:last]
    if inner_x.size > 2 * columns:
        inner_x, inner_y = _columns(inner_x, inner_y, span, columns, log)
    return _with_edges(branch, (first, last), (inner_x, inner_y), span)


def clipped(x: Floats, y: Floats) -> Branch:
    """A polyline cut to the band 0 <= y <= 1: it ends on the edges of the band; outside is NaN."""
    for level in (0.0, 1.0):
        before, after = y[:-1] - level, y[1:] - level
        with np.errstate(invalid="ignore"):
            places = np.flatnonzero(before * after < 0)
        share = before[places] / (before[places] - after[places])
        crossings = x[places] + share * (x[places + 1] - x[places])
        x, y = np.insert(x, places + 1, crossings), np.insert(y, places + 1, level)
    return x, np.where((y >= 0) & (y <= 1), y, np.nan)


def overall(traces: Iterable[PlotTrace], *, log: bool = False) -> Span | None:
    """The span of x of all traces together."""
    return _joined(trace.x_span(log=log) for trace in traces)


def _joined(spans: Iterable[Span | None]) -> Span | None:
    known = [span for span in spans if span is not None]
    if not known:
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def _x_span(x: Floats, log: bool) -> Span | None:
    first = int(np.searchsorted(x, 0.0, side="right")) if log else 0
    return (float(x[first]), float(x[-1])) if first < x.size else None


def _branches(x: Floats, y: Floats) -> Iterable[Branch]:
    """Rising stretches as they are, falling ones turned round; the jump back between two sweeps is none."""
    step = np.sign(np.diff(x))
    if (step >= 0).all():
        return [(x, y)]
    moves = np.flatnonzero(step)
    turns = moves[1:][step[moves][1:] != step[moves][:-1]]
    starts = [0, *(int(turn) for turn in turns)]
    ends = [*(int(turn) for turn in turns), x.size - 1]
    found: list[Branch] = []
    for start, end in zip(starts, ends, strict=True):
        jump = end - start == 1 and len(starts) > 1
        if not jump:
            found.append(_rising(x[start : end + 1], y[start : end + 1]))
    return found or [_rising(np.sort(x), y[np.argsort(x)])]


def _rising(x: Floats, y: Floats) -> Branch:
    return (x, y) if x[0] <= x[-1] else (x[::-1], y[::-1])


def _columns(x: Floats, y: Floats, span: Span, columns: int, log: bool) -> Branch:
    """The lowest and the highest point of each column, in the order the curve passes them."""
    if log:
        edges = np.logspace(np.log10(span[0]), np.log10(span[1]), columns + 1)[:-1]
    else:
        edges = np.linspace(span[0], span[1], columns + 1)[:-1]
    starts = np.unique(np.searchsorted(x, edges))
    starts = starts[starts < x.size]
    low, high = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)
    ends = np.append(starts[1:], x.size) - 1
    falling = y[starts] > y[ends]
    heights = np.column_stack((np.where(falling, high, low), np.where(falling, low, high)))
    return np.column_stack((x[starts], x[ends])).ravel(), heights.ravel()


def _with_edges(branch: Branch, place: tuple[int, int], inner: Branch, span: Span) -> Branch:
    """The curve's points where it enters and leaves the window."""
    (x, y), (first, last) = branch, place
    before = _between(x, y, first, span[0])
    after = _between(x, y, last, span[1])
    across = np.concatenate((before[0], inner[0], after[0]))
    return across, np.concatenate((before[1], inner[1], after[1]))


def _between(x: Floats, y: Floats, place: int, at: float) -> Branch:
    if not 0 < place < x.size or x[place - 1] == at:
        return np.empty(0), np.empty(0)
    return np.array([at]), np.interp([at], x[place - 1 : place + 1], y[place - 1 : place + 1])
