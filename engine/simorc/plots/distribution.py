"""What a histogram shows besides its bars: mean, sigma, and the normal curve of the same mean and sigma."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simorc.plots.figure import Curve, FigureStrip
from simorc.units import format_si

_SIGMAS = (-3, -1, 1, 3)
_REACH, _POINTS = 4.0, 121
"""The normal curve ends so many sigmas from the mean."""


@dataclass(frozen=True)
class Rule:
    """An upright line at `value` of x; `kind` is mean or sigma."""

    value: float
    kind: str


@dataclass(frozen=True)
class Note:
    """An entry of the legend; `kind` is mean, sigma, normal or violated."""

    kind: str
    text: str


def normal_curve(bars: Curve) -> Curve | None:
    """The counts that a normal distribution of the same mean, sigma and total has; None without a sigma."""
    if bars.mean is None or not bars.sigma:
        return None
    x = bars.mean + bars.sigma * np.linspace(-_REACH, _REACH, _POINTS)
    peak = bars.y.sum() * float(bars.x[1] - bars.x[0]) / (bars.sigma * np.sqrt(2 * np.pi))
    return Curve("normal", x, peak * np.exp(-0.5 * ((x - bars.mean) / bars.sigma) ** 2))


def rules_of(bars: Curve) -> list[Rule]:
    """The lines of sigma (1 and 3 of them to either side), and over them the mean."""
    if bars.mean is None:
        return []
    sides = [Rule(bars.mean + n * bars.sigma, "sigma") for n in _SIGMAS] if bars.sigma else []
    return [*sides, Rule(bars.mean, "mean")]


def notes_of(strip: FigureStrip, unit: str) -> list[Note]:
    """What the legend says of a strip besides its curves; `unit` is that of x."""
    found = []
    for bars in strip.curves:
        if bars.mean is not None:
            found.append(Note("mean", f"mean {format_si(bars.mean, unit)}"))
        if bars.sigma:
            found.append(Note("sigma", f"±1σ ±3σ, σ {format_si(bars.sigma, unit)}"))
            found.append(Note("normal", "normal"))
    if any(limit.violated for limit in strip.limits):
        found.append(Note("violated", "violated"))
    return found
