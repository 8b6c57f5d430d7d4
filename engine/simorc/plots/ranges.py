"""What the axes of a figure show: what is asked for, or all that is drawn."""

from __future__ import annotations

import numpy as np

from simorc.plots.distribution import normal_curve
from simorc.plots.figure import Axis, Figure, FigureStrip, Range, finite_range
from simorc.plots.ticks import rounded_range


def x_range_of(figure: Figure) -> Range | None:
    """What a figure shows of x: what is asked for, or all curves and upright limits."""
    if figure.x.range is not None:
        return figure.x.range
    values = [curve.x for strip in figure.strips for curve in strip.curves]
    values += [np.array([each.value]) for strip in figure.strips for each in strip.limits if each.vertical]
    points = any(curve.style == "points" for strip in figure.strips for curve in strip.curves)
    found = _opened(finite_range(values, figure.x.log), figure.x.log, 0.02 if points else 0.0)
    return found if found is None or not points else _rounded(found, figure.x)


def y_range_of(strip: FigureStrip) -> Range | None:
    """What a strip shows of y: what is asked for, or all curves and limits up to round values."""
    axis = strip.y
    if axis.range is not None:
        return axis.range
    values = [curve.y for curve in strip.curves]
    values += [np.array([each.value]) for each in strip.limits if not each.vertical]
    for curve in strip.curves:
        normal = normal_curve(curve) if curve.style == "bars" else None
        values += [normal.y] if normal is not None else []
    if any(curve.style == "bars" for curve in strip.curves):
        values.append(np.zeros(1))
    found = _opened(finite_range(values, axis.log), axis.log, 0.0 if axis.whole else 0.02)
    return None if found is None else _rounded(found, axis)


def _opened(found: Range | None, log: bool, share: float) -> Range | None:
    """A range with some room at its ends, and never empty."""
    if found is None:
        return None
    low, high = found
    if log:
        room = (high / low) ** share if high > low else 2.0
        return low / room, high * room
    room = (high - low) * share if high > low else abs(low) * 0.05 or 1.0
    return low - room, high + room


def _rounded(span: Range, axis: Axis) -> Range:
    """The range up to round values; with half a place of room around categories."""
    if axis.categories:
        return span[0] - 0.4, span[1] + 0.4
    return rounded_range(*span, log=axis.log, unit=axis.unit, whole=axis.whole)
