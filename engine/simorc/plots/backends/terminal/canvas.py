"""Draws curves on a grid of characters with plotext: braille dots, or one ASCII character per curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotext
from plotext._signal.signal import signal_class

from simorc.plots.backends.terminal.curves import Floats
from simorc.plots.palette import COUNT, FEW, GHOST, Palette

ASCII_SIGNS = "*+ox#%@&"
GHOST_SIGN = "."
CURSOR_COLOUR = "gray"
CURSOR_SIGN = ":"
_DASHES, _DASH = 24, 10
"""Dashes of a curve that goes all across, and the points of one with its gap."""


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
    palette: Palette = FEW,
) -> list[str]:
    """`height` lines of `width` cells, with ANSI colours if `coloured`; cursors are vertical lines at
    0 ... 1.
    """
    figure = _figure(width, height)
    for place in cursors:
        _draw_cursor(figure, place, height, only_ascii)
    for stroke in strokes:
        _draw_stroke(figure, _dashed(stroke), only_ascii, palette)
    return str(figure.build().string(colorless=not coloured)).split("\n")[:height]


def sign_in_ascii(index: int) -> str:
    """The character that curve `index` is drawn with."""
    return GHOST_SIGN if index == GHOST else ASCII_SIGNS[index % len(ASCII_SIGNS)]


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


def _dashed(stroke: Stroke) -> Stroke:
    """A curve whose colour is another's already: with gaps."""
    x, y = stroke.x, stroke.y
    if stroke.index < COUNT or len(x) < 2 or not x[-1] > x[0]:
        return stroke
    across = np.linspace(x[0], x[-1], _DASHES * _DASH)
    along = np.interp(across, x, y)
    along[np.arange(len(across)) // (_DASH // 2) % 2 == 1] = np.nan
    return Stroke(across, along, stroke.index)


def _draw_stroke(figure: Any, stroke: Stroke, only_ascii: bool, palette: Palette) -> None:
    shown = np.isfinite(stroke.y)
    if not shown.any():
        return
    sign = sign_in_ascii(stroke.index) if only_ascii else "braille"
    marker = plotext.marker(sign, plotext.pixel(palette.pixel(stroke.index)))
    signal = _signal(stroke.x[shown].tolist(), stroke.y[shown].tolist(), marker)
    signal.lines(True)
    places = np.flatnonzero(shown)
    for gap in np.flatnonzero(np.diff(places) > 1):
        signal.line(int(gap) + 1, False)
    # `figure.draw` would look at the colour of every point, to find the next free one: half of the time.
    figure._signals._add(signal)


def _signal(x: list[float], y: list[float], marker: Any) -> Any:
    """What ``figure.signal`` gives, with one marker for all points instead of a copy for each."""
    signal = signal_class(len(x))
    signal._append_points(x, y, [marker] * len(x))
    return signal._set_marker(marker)._set_xside(0)._set_yside(0)


def _draw_cursor(figure: Any, place: float, height: int, only_ascii: bool) -> None:
    sign = CURSOR_SIGN if only_ascii else "\u250a"
    marker = plotext.marker(sign, plotext.pixel(CURSOR_COLOUR))
    rows = np.linspace(0, 1, height)
    figure.draw(figure.signal([place] * height, rows.tolist(), marker=marker))
