"""Figures as files: SVG, HTML and CSV directly, PNG and PDF with matplotlib."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simorc.csv_text import CsvWriter
from simorc.errors import ToolMissing, UsageError
from simorc.files import write_whole
from simorc.plots.backends.html import page
from simorc.plots.backends.svg import MUTED, NORMAL, VIOLATED, colour_of, draw_svg
from simorc.plots.distribution import normal_curve, rules_of
from simorc.plots.figure import Curve, Figure, FigureStrip

ENDINGS = (".svg", ".html", ".png", ".pdf", ".csv")


def write_figures(figures: Sequence[Figure], path: Path) -> list[Path]:
    """Write the figures by the ending of ``path``; returns the files.

    HTML and CSV hold all of them; of the other forms each figure is a file, numbered when there are
    several.
    """
    if path.suffix not in ENDINGS:
        raise UsageError(f"{path}: unknown plot format", remedy=f"one of {', '.join(ENDINGS)}")
    if not figures:
        raise UsageError("there is no figure to draw")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix in (".html", ".csv"):
        write_whole(path, page(figures) if path.suffix == ".html" else _table(figures))
        return [path]
    targets = [_numbered(path, number, len(figures)) for number in range(1, len(figures) + 1)]
    for figure, target in zip(figures, targets, strict=True):
        if path.suffix == ".svg":
            write_whole(target, draw_svg(figure) + "\n")
        else:
            _draw_with_matplotlib(figure, target)
    return targets


def _numbered(path: Path, number: int, count: int) -> Path:
    return path if count == 1 else path.with_name(f"{path.stem}_{number}{path.suffix}")


def _table(figures: Sequence[Figure]) -> str:
    """The numbers of the curves, every digit: figure, axis, curve, x, y, one point a row."""
    stream = io.StringIO()
    writer = CsvWriter(stream)
    writer.writerow(("figure", "axis", "curve", "x", "y"))
    for figure in figures:
        for strip in figure.strips:
            for curve in strip.curves:
                head = (figure.title, strip.axis.title, curve.label)
                # Bars have one edge more than heights: each height belongs to its left edge.
                points = zip(curve.x.tolist(), curve.y.tolist(), strict=False)
                writer.writerows((*head, x, y) for x, y in points)
    return stream.getvalue()


def _draw_with_matplotlib(figure: Figure, target: Path) -> None:
    try:
        # The object interface: pyplot never frees a figure of a process and may look for a display.
        from matplotlib.figure import Figure as Canvas
    except ImportError as error:
        raise ToolMissing("PNG and PDF need matplotlib", remedy="pip install simorc-tui[report]") from error
    strips = max(1, len(figure.strips))
    canvas = Canvas(figsize=(8, 1 + 2.6 * strips), layout="constrained")
    axes = canvas.subplots(strips, 1, sharex=True, squeeze=False)[:, 0]
    for place, strip in zip(axes, figure.strips, strict=False):
        _draw_strip(place, strip, figure)
    axes[-1].set_xlabel(figure.x.title)
    if figure.x.categories:
        axes[-1].set_xticks(range(len(figure.x.categories)), figure.x.categories)
    canvas.suptitle(figure.title)
    canvas.savefig(target, dpi=150)


def _draw_strip(place: Any, strip: FigureStrip, figure: Figure) -> None:
    for index, curve in enumerate(strip.curves):
        _draw_curve(place, curve, colour_of(curve, index))
    for limit in strip.limits:
        draw = place.axvline if limit.vertical else place.axhline
        draw(limit.value, color=VIOLATED, linestyle="--", linewidth=1, label=limit.label)
    place.set_ylabel(strip.axis.title)
    place.set_xscale("log" if figure.x.log else "linear")
    place.set_yscale("log" if strip.axis.log else "linear")
    if strip.axis.categories:
        place.set_yticks(range(len(strip.axis.categories)), strip.axis.categories)
    place.grid(visible=True, color="#ddd")
    if figure.x.range:
        place.set_xlim(*figure.x.range)
    if strip.axis.range:
        place.set_ylim(*strip.axis.range)
    _shade(place, strip)
    if place.get_legend_handles_labels()[0]:
        place.legend(fontsize="small")


def _shade(place: Any, strip: FigureStrip) -> None:
    """Where every value violates a spec, within what the axes show."""
    label = "violated"
    for limit in (each for each in strip.limits if each.violated):
        low, high = place.get_xlim() if limit.vertical else place.get_ylim()
        ends = (low, limit.value) if limit.violated == "below" else (limit.value, high)
        if ends[0] < ends[1]:
            fill = place.axvspan if limit.vertical else place.axhspan
            fill(*ends, color=VIOLATED, alpha=0.12, linewidth=0, label=label)
            label = "_none"
        (place.set_xlim if limit.vertical else place.set_ylim)(low, high)


def _draw_spread(place: Any, bars: Curve) -> None:
    """Mean, sigmas and normal curve of bars."""
    for rule in rules_of(bars):
        dots = ":" if rule.kind == "sigma" else "-"
        place.axvline(rule.value, color=MUTED, linestyle=dots, linewidth=1)
    normal = normal_curve(bars)
    if normal is not None:
        place.plot(normal.x, normal.y, color=NORMAL, linewidth=1.3, label="normal")


def _draw_curve(place: Any, curve: Curve, colour: str) -> None:
    # A label that begins with an underscore is one that matplotlib leaves out of the legend.
    label = curve.label.lstrip("_") or "_none"
    if curve.style == "bars":
        place.stairs(curve.y, curve.x, fill=True, color=colour, alpha=0.7, label=label)
        place.yaxis.get_major_locator().set_params(integer=True)
        _draw_spread(place, curve)
    elif curve.style == "points":
        place.plot(curve.x, curve.y, ".", color=colour, label=label)
    else:
        place.plot(curve.x, curve.y, color=colour, linewidth=1.3, label=label)
