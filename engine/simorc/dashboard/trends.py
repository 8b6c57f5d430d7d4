"""Each measurement of a sweep over its runs, as figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simorc.dashboard.digests import Digest
from simorc.plots.figure import Axis, Curve, Figure, FigureStrip, Limit

MOST_RUNS = 100
"""Runs of a sweep that a trend shows: the newest."""


def trend_figures(runs: Sequence[tuple[str, Digest]]) -> list[Figure]:
    """A figure for each measurement: least, mean and greatest value of each run, oldest first, with the
    limits of the newest run. `runs` are names for the axis and digests, oldest first.
    """
    names = list(dict.fromkeys(name for _, digest in reversed(runs) for name in digest.get("values", {})))
    return [_figure(name, runs) for name in names]


def _figure(name: str, runs: Sequence[tuple[str, Digest]]) -> Figure:
    newest: dict[str, Any] = {}
    for _, digest in runs:
        newest = digest.get("values", {}).get(name, newest)
    places = np.arange(len(runs), dtype=np.float64)
    curves = tuple(
        Curve(label, places, np.array([_value(digest, name, label) for _, digest in runs]), faint=faint)
        for label, faint in (("most", True), ("mean", False), ("least", True))
    )
    limits = tuple(Limit(value, label, violated=side) for value, label, side in newest.get("limits", ()))
    x = Axis("run", categories=tuple(label for label, _ in runs))
    return Figure(name, x, (FigureStrip(Axis(name, newest.get("unit", "")), curves, limits),))


def _value(digest: Digest, name: str, key: str) -> float:
    found = digest.get("values", {}).get(name)
    return float("nan") if found is None else float(found[key])
