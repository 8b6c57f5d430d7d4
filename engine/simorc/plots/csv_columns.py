"""The values of a figure as CSV, with units in the header: ``time (s),v(out) (V),v(in) (V)``."""

from __future__ import annotations

import io
from itertools import zip_longest

import numpy as np

from simorc.csv_text import CsvWriter
from simorc.plots.figure import Axis, Curve, Figure, Floats


def columns_of(figure: Figure) -> str:
    """Every digit of every curve. Curves over the same x share its column; else each has one of its own."""
    header: list[str] = []
    columns: list[list[str]] = []
    last: Floats | None = None
    for strip in figure.strips:
        for curve in strip.curves:
            x, y = _points(curve)
            if last is None or not np.array_equal(last, x):
                header.append(_title(figure.x.label or "x", figure.x))
                columns.append(_written(x))
                last = x
            header.append(_title(curve.label or strip.axis.label or "y", strip.axis))
            columns.append(_written(y))
    stream = io.StringIO()
    writer = CsvWriter(stream)
    writer.writerow(header)
    writer.writerows(zip_longest(*columns, fillvalue=""))
    return stream.getvalue()


def _points(curve: Curve) -> tuple[Floats, Floats]:
    """The points of a curve; of bars the left edges, of gaps between passes nothing."""
    x = curve.x[: len(curve.y)]
    there = ~np.isnan(x)
    return x[there], curve.y[there]


def _title(label: str, axis: Axis) -> str:
    return f"{label} ({axis.unit})" if axis.unit and f"({axis.unit})" not in label else label


def _written(values: Floats) -> list[str]:
    return ["" if value != value else repr(value) for value in values.tolist()]
