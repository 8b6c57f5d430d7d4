"""The content of a figure, independent of backends: strips over one x axis, each with curves and limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Range: TypeAlias = tuple[float, float]

_LARGEST = 1e100


@dataclass(frozen=True)
class Axis:
    """``range`` is the requested part of the axis, None for all; ``categories`` are texts at 0, 1, ...

    ``whole``: the axis counts something, its ticks are whole numbers.
    """

    label: str = ""
    unit: str = ""
    log: bool = False
    range: Range | None = None
    categories: tuple[str, ...] = ()
    whole: bool = False

    @property
    def title(self) -> str:
        """Label and unit, the unit once."""
        if not self.unit or self.unit in self.label:
            return self.label
        return f"{self.label} ({self.unit})" if self.label else self.unit


@dataclass(frozen=True)
class Curve:
    """``style`` is line, points or bars (x: the left edges and the last right one, one more than y).

    ``colour`` (``#rrggbb``) takes the place of the one its turn gives it. ``mean`` and ``sigma`` are those of
    the values that bars count, on the scale of x; None where they are not known.
    """

    label: str
    x: Floats
    y: Floats
    style: str = "line"
    faint: bool = False
    colour: str = ""
    mean: float | None = None
    sigma: float | None = None


@dataclass(frozen=True)
class Limit:
    """A spec's limit, drawn across: a value of y, or of x in a histogram.

    ``violated`` is the side of it on which every value violates the spec: below, above, or empty for neither.
    """

    value: float
    label: str
    vertical: bool = False
    violated: str = ""


@dataclass(frozen=True)
class FigureStrip:
    """One y axis with its curves."""

    axis: Axis
    curves: tuple[Curve, ...]
    limits: tuple[Limit, ...] = ()

    @property
    def y(self) -> Axis:
        """The axis as it is drawn: that of bars counts."""
        bars = any(curve.style == "bars" for curve in self.curves)
        return replace(self.axis, whole=True) if bars and not self.axis.log else self.axis


@dataclass(frozen=True)
class Figure:
    """One drawing."""

    title: str
    x: Axis
    strips: tuple[FigureStrip, ...]
    note: str = ""


def finite_range(values: list[Floats], log: bool) -> Range | None:
    """Least and greatest of all values that can be drawn: finite, on a log axis positive, below 1e100."""
    low, high = np.inf, -np.inf
    for each in values:
        kept = each[(np.abs(each) < _LARGEST) & (each > 1 / _LARGEST if log else True)]
        if len(kept):
            low, high = min(low, float(kept.min())), max(high, float(kept.max()))
    return (low, high) if low <= high else None


def histogram(values: Floats, label: str = "", bins: int | None = None) -> Curve | None:
    """The distribution of the finite values as bars, about as many as the square root of their number, with
    mean and sigma.
    """
    kept = values[np.isfinite(values)]
    if not len(kept):
        return None
    low, high = float(kept.min()), float(kept.max())
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        half = abs(low) * 1e-3 or 0.5
        low, high = low - half, high + half
    wanted = bins or int(np.clip(np.sqrt(len(kept)) * 1.5, 5, 40))
    counts, edges = np.histogram(kept, bins=wanted, range=(low, high))
    sigma = float(np.std(kept, ddof=1)) if len(kept) > 1 and np.ptp(kept) > 0 else None
    return Curve(label, edges, counts.astype(np.float64), "bars", mean=float(kept.mean()), sigma=sigma)


def as_floats(values: Any) -> Floats:
    """Real float64; a complex waveform becomes its magnitude, as an AC signal is drawn."""
    found = np.asarray(values)
    return np.asarray(np.abs(found) if np.iscomplexobj(found) else found, dtype=np.float64)
