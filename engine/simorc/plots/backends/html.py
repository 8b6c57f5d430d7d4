"""Figures in an HTML page, with a script to zoom and read values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

import numpy as np

from simorc.plots.backends.svg import COLOURS, draw_svg, text
from simorc.plots.distribution import normal_curve, notes_of, rules_of
from simorc.plots.figure import Axis, Curve, Figure, Floats
from simorc.plots.ranges import x_range_of, y_range_of
from simorc.text import plain_document
from simorc.waveforms.decimate import min_max

STYLE = """
.plot { position: relative; } .plot canvas { cursor: crosshair; touch-action: none; display: none; }
.plot.live > svg { display: none; } .plot.live canvas { display: block; }
.plot .told { position: absolute; pointer-events: none; white-space: pre; background: #fffffff0; z-index: 2;
  padding: .2rem .5rem; border: 1px solid #bbb; font: 12px/1.35 sans-serif; }
.plot .legend { display: flex; flex-wrap: wrap; gap: .25rem; max-height: 6rem; overflow-y: auto; }
.plot .legend button { font: 12px sans-serif; background: none; border: 0; border-left: 12px solid;
  padding: 0 .4rem; cursor: pointer; }
.plot .legend .note { font: 12px sans-serif; padding: 0 .4rem; border-left: 12px solid; }
.plot .legend .mean, .plot .legend .sigma { border-left: 2px solid #5a6673; }
.plot .legend .sigma { border-left-style: dotted; } .plot .legend .normal { border-color: #a85b00; }
.plot .legend .violated { border-color: #8a5a0040; }
.plot .legend button.off { opacity: .35; text-decoration: line-through; }
@media print { .plot.live > svg { display: block; }
  .plot.live canvas, .plot .legend, .plot .told { display: none; } }
"""
SCRIPTS = ("ticks.js", "interactive.js")
_MOST_POINTS = 40_000
_LEAST_COLUMNS = 100
_MOST_COLUMNS = 2000


def figure_markup(figure: Figure, width: int = 720, height: int = 320) -> str:
    """One figure: its drawing, and its numbers for the script."""
    data = json.dumps(_figure(figure), allow_nan=False).replace("<", "\\u003c")
    return (
        f'<div class="plot">{draw_svg(figure, width, height)}\n'
        f'<script type="application/json">{data}</script></div>'
    )


def script() -> str:
    """The page's script, to be placed after all figures."""
    here = resources.files("simorc.plots.backends")
    source = "\n".join(here.joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS)
    colours = json.dumps(COLOURS)
    return (
        f'<script type="application/json" id="plot-colours">{colours}</script>\n<script>\n{source}</script>'
    )


def page(figures: Sequence[Figure]) -> str:
    """A page with these figures and nothing else."""
    drawn = "\n".join(
        f"<figure>{figure_markup(each, 900, 480)}<figcaption>{text(each.note)}</figcaption></figure>"
        for each in figures
    )
    style = "body{font:14px sans-serif;max-width:1000px;margin:2rem auto}svg{width:100%;height:auto}" + STYLE
    head = f'<meta charset="utf-8"><title>{text(figures[0].title or "plots")}</title><style>{style}</style>'
    hint = "<p>Drag to zoom, shift-drag to move, ctrl-wheel to zoom at the cursor, double click for all.</p>"
    body = f"<body>{drawn}{hint}{script()}</body>"
    return plain_document(f'<!doctype html><html lang="en"><head>{head}</head>{body}</html>\n')


def _figure(figure: Figure) -> dict[str, Any]:
    count = sum(len(strip.curves) for strip in figure.strips)
    columns = min(_MOST_COLUMNS, max(_LEAST_COLUMNS, _MOST_POINTS // max(1, 2 * count)))
    strips = [
        {
            "axis": _axis(strip.y),
            "span": y_range_of(strip),
            "notes": [{"kind": note.kind, "text": note.text} for note in notes_of(strip, figure.x.unit)],
            "curves": [_curve(curve, columns) for curve in strip.curves],
            "limits": [
                {
                    "value": limit.value,
                    "label": limit.label,
                    "vertical": limit.vertical,
                    "violated": limit.violated,
                }
                for limit in strip.limits
            ],
        }
        for strip in figure.strips
    ]
    return {"title": figure.title, "x": _axis(figure.x), "span": x_range_of(figure), "strips": strips}


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "title": axis.title,
        "unit": axis.unit,
        "log": axis.log,
        "range": axis.range,
        "categories": list(axis.categories),
        "whole": axis.whole,
    }


def _curve(curve: Curve, columns: int) -> dict[str, Any]:
    x, y = (curve.x, curve.y) if curve.style == "bars" else min_max(curve.x, curve.y, columns)
    found: dict[str, Any] = {"label": curve.label, "style": curve.style, **_points(x, y)}
    if curve.style == "bars":
        found["rules"] = [{"value": rule.value, "kind": rule.kind} for rule in rules_of(curve)]
        normal = normal_curve(curve)
        found |= {} if normal is None else {"normal": _points(normal.x, normal.y)}
    return found


def _points(x: Floats, y: Floats) -> dict[str, list[float | None]]:
    return {"x": _numbers(x, 9), "y": _numbers(y, 7)}


def _numbers(values: Floats, digits: int) -> list[float | None]:
    """Enough digits to zoom in on and no more: they are most of the page's size."""
    finite = np.isfinite(values).tolist()
    return [
        float(f"{value:.{digits}g}") if there else None
        for value, there in zip(values.tolist(), finite, strict=True)
    ]
