"""Converts figures to terminal panels, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simorc.plots.backends.terminal.bars import Bars
from simorc.plots.backends.terminal.curves import Branch, PlotTrace
from simorc.plots.backends.terminal.plot import Panel, Strip
from simorc.plots.figure import Axis, Curve, Figure, FigureStrip, Floats, Limit, Range
from simorc.units import format_si

_TOGETHER = 20
"""Points in one branch: so few that drawing does not thin them out, which would join them."""
_MOST_POINTS = 2000


@dataclass(frozen=True)
class Drawing:
    """A panel with what its look needs to know: upright lines, and the part of x to show."""

    panel: Panel
    cursors: tuple[float, ...] = ()
    span: Range | None = None


def drawing_of(figure: Figure) -> Drawing:
    """A figure for the terminal: a histogram as filled bars, limits as lines of their own."""
    strips = [_strip(strip, figure) for strip in figure.strips]
    upright = [limit for strip in figure.strips for limit in strip.limits if limit.vertical]
    title = " — ".join(
        text for text in (figure.title, figure.note, *(each.label for each in upright)) if text
    )
    panel = Panel(
        tuple(strips),
        x_unit=figure.x.unit,
        x_label=_x_label(figure.x),
        log_x=figure.x.log,
        log_y=bool(figure.strips) and all(strip.axis.log for strip in figure.strips),
        title=title,
    )
    return Drawing(panel, tuple(limit.value for limit in upright), figure.x.range)


def _x_label(axis: Axis) -> str:
    """Texts along an axis cannot be placed at its ticks here: they are listed."""
    listed = ", ".join(f"{place} {name}" for place, name in enumerate(axis.categories[:8]))
    return f"{axis.label} ({listed})" if listed else axis.label


def _strip(strip: FigureStrip, figure: Figure) -> Strip:
    span = figure.x.range or _across(strip)
    traces = [_trace(curve, strip.axis.range) for curve in strip.curves]
    traces += [_limit(limit, span) for limit in strip.limits if span is not None and not limit.vertical]
    return Strip(tuple(traces), strip.axis.unit, strip.axis.label, strip.y.whole, _bars(strip))


def _bars(strip: FigureStrip) -> Bars | None:
    """The bars of a histogram with its limits, mean and sigma; None of a strip of other curves."""
    if len(strip.curves) != 1 or strip.curves[0].style != "bars":
        return None
    (curve,) = strip.curves
    upright = [limit for limit in strip.limits if limit.vertical]
    low = max((limit.value for limit in upright if limit.violated == "below"), default=None)
    high = min((limit.value for limit in upright if limit.violated == "above"), default=None)
    others = tuple(limit.value for limit in upright if limit.value not in (low, high))
    remarks = ["┃ limit"] if upright else []
    remarks += ["│ mean"] if curve.mean is not None else []
    remarks += ["┊ ±σ ±3σ"] if curve.sigma else []
    return Bars(curve.x, curve.y, low, high, curve.mean, curve.sigma, tuple(remarks), others)


def _across(strip: FigureStrip) -> Range | None:
    finite = [curve.x[np.isfinite(curve.x)] for curve in strip.curves]
    kept = [x for x in finite if x.size]
    return (min(float(x.min()) for x in kept), max(float(x.max()) for x in kept)) if kept else None


def _limit(limit: Limit, span: Range) -> PlotTrace:
    return PlotTrace(limit.label, ((np.array(span), np.full(2, limit.value)),))


def _trace(curve: Curve, seen: Range | None) -> PlotTrace:
    if curve.style == "bars":
        return PlotTrace(curve.label, (_stairs(curve),))
    y = curve.y if seen is None else np.where((curve.y >= seen[0]) & (curve.y <= seen[1]), curve.y, np.nan)
    if curve.style == "points":
        return PlotTrace(curve.label, tuple(_dots(curve.x, y)))
    return PlotTrace.of(curve.label, curve.x, y)


def _stairs(curve: Curve) -> Branch:
    heights = np.repeat(curve.y, 2)
    return np.repeat(curve.x, 2), np.concatenate(([0.0], heights, [0.0]))


def _dots(x: Floats, y: Floats) -> list[Branch]:
    """Points without connecting lines: NaN separates any two."""
    there = np.isfinite(x) & np.isfinite(y)
    order = np.argsort(x[there], kind="stable")
    stride = max(1, -(-order.size // _MOST_POINTS))
    across, along = x[there][order][::stride], y[there][order][::stride]
    gaps = np.column_stack((along, np.full(along.size, np.nan))).ravel()
    places = np.repeat(across, 2)
    step = 2 * _TOGETHER
    return [(places[at : at + step], gaps[at : at + step]) for at in range(0, places.size, step)]


def figure_of_panel(panel: Panel) -> Figure:
    """A panel as a figure; the branches of a trace become one curve with gaps between them."""
    strips = tuple(_figure_strip(strip, panel) for strip in panel.strips)
    return Figure(panel.title, Axis(panel.x_label, panel.x_unit, panel.log_x), strips)


def _figure_strip(strip: Strip, panel: Panel) -> FigureStrip:
    axis = Axis(strip.title, strip.unit, panel.log_y, whole=strip.whole)
    bars = strip.bars
    if bars is None:
        return FigureStrip(axis, tuple(map(_curve, strip.traces)))
    curve = Curve("cases", bars.edges, bars.counts, "bars", mean=bars.mean, sigma=bars.sigma)
    low, high = panel.x_span(log=False) or (-np.inf, np.inf)
    sides = (("min", bars.low, "below"), ("max", bars.high, "above"))
    limits = tuple(
        Limit(value, f"{name} {format_si(value, panel.x_unit)}", True, violated)
        for name, value, violated in sides
        if value is not None and low <= value <= high
    )
    return FigureStrip(axis, (curve,), limits)


def figure_shown(
    panel: Panel,
    span: Range | None,
    heights: Sequence[Range | None] = (),
    *,
    log_x: bool = False,
    log_y: bool = False,
) -> Figure:
    """What a plot shows of a panel: the points within `span`, the parts of y, the scales in use."""
    whole = figure_of_panel(panel)
    strips = []
    for place, strip in enumerate(whole.strips):
        seen = heights[place] if place < len(heights) else None
        axis = replace(strip.axis, log=log_y, range=seen)
        strips.append(replace(strip, axis=axis, curves=tuple(_within(curve, span) for curve in strip.curves)))
    return replace(whole, x=replace(whole.x, log=log_x, range=span), strips=tuple(strips))


def _within(curve: Curve, span: Range | None) -> Curve:
    """The points of a curve within a span; a gap stays where it is between them, bars are kept whole."""
    if span is None or curve.style == "bars":
        return curve
    gaps = np.isnan(curve.x)
    kept = ((curve.x >= span[0]) & (curve.x <= span[1])) | gaps
    return replace(curve, x=curve.x[kept], y=curve.y[kept])


def _curve(trace: PlotTrace) -> Curve:
    gap = np.array([np.nan])
    parts = [(np.concatenate((x, gap)), np.concatenate((y, gap))) for x, y in trace.branches]
    if not parts:
        return Curve(trace.label, np.empty(0), np.empty(0))
    x, y = (np.concatenate(column)[:-1] for column in zip(*parts, strict=True))
    return Curve(trace.label, x, y)
