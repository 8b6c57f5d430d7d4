"""Draws curves on a grid of characters with plotext: braille dots, or one ASCII character per curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotext

from simorc.plots.backends.terminal.curves import Floats

COLOURS = ("cyan", "orange", "green", "magenta", "red+", "blue+", "green+", "magenta+")
ASCII_SIGNS = "*+ox#%@&"
CURSOR_COLOUR = "gray"
CURSOR_SIGN = ":"


@dataclass(frozen=True, eq=False)
class Stroke:
    """A polyline; x and y run 0 ... 1 over the canvas, NaN in y breaks it. `index` picks colour and sign."""

    x: Floats
    y: Floats
    index: int


def draw_strokes(
    strokes: Sequence[Stroke],
    cursors: Sequence[float],
    width: int,
    height: int,
    *,
    only_ascii: bool,
    coloured: bool,
) -> list[str]:
    """`height` lines of `width` cells, with ANSI colours if `coloured`; cursors are vertical lines at
    0 ... 1.
    """
    figure = _figure(width, height)
    for place in cursors:
        _draw_cursor(figure, place, height, only_ascii)
    for stroke in strokes:
        _draw_stroke(figure, stroke, only_ascii)
    return str(figure.build().string(colorless=not coloured)).split("\n")[:height]


def _figure(width: int, height: int) -> Any:
    # A figure of its own for each drawing: plotext's shared one keeps what was drawn before.
    plotext.terminal.limit(False, False)
    figure = type(plotext.figure)(plotext.terminal)
    figure.plot_size(width, height)
    figure.canvas("default")
    figure.axes(False)
    figure.legend(False)
    for axis in (0, 1):
        figure.ruler(axis, 0).ticks([], [])
        figure.ruler(axis, 0).lim(0, 1)
    return figure


def _draw_stroke(figure: Any, stroke: Stroke, only_ascii: bool) -> None:
    shown = np.isfinite(stroke.y)
    if not shown.any():
        return
    sign = ASCII_SIGNS[stroke.index % len(ASCII_SIGNS)] if only_ascii else "braille"
    marker = plotext.marker(sign, plotext.pixel(COLOURS[stroke.index % len(COLOURS)]))
    signal = figure.signal(stroke.x[shown].tolist(), stroke.y[shown].tolist(), marker=marker)
    signal.lines(True)
    places = np.flatnonzero(shown)
    for gap in np.flatnonzero(np.diff(places) > 1):
        signal.line(int(gap) + 1, False)
    figure.draw(signal)


def _draw_cursor(figure: Any, place: float, height: int, only_ascii: bool) -> None:
    sign = CURSOR_SIGN if only_ascii else "\u250a"
    marker = plotext.marker(sign, plotext.pixel(CURSOR_COLOUR))
    rows = np.linspace(0, 1, height)
    figure.draw(figure.signal([place] * height, rows.tolist(), marker=marker))


def colour_code(index: int) -> str:
    """The ANSI sequence of curve `index`, the same colour plotext draws it in."""
    code = _CODES[COLOURS[index % len(COLOURS)]]
    return f"\x1b[38;5;{code}m"


_CODES = {
    "cyan": 6,
    "orange": 3,
    "green": 2,
    "magenta": 5,
    "red+": 9,
    "blue+": 12,
    "green+": 10,
    "magenta+": 13,
}
