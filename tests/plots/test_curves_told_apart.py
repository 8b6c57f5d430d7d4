"""Curves are told apart: colours, dashes, labels by what differs, and marks of a log axis."""

from __future__ import annotations

from colorsys import rgb_to_hls

import numpy as np
import plotext
import pytest

from simorc.plots.backends.terminal import canvas
from simorc.plots.backends.terminal.canvas import GHOST_SIGN, Stroke, draw_strokes
from simorc.plots.backends.terminal.curves import PlotTrace
from simorc.plots.backends.terminal.plot import terminal_plot
from simorc.plots.from_run import family
from simorc.plots.labels import differing_labels
from simorc.plots.palette import COUNT, DARK, FEW, LIGHT, Palette
from simorc.plots.ticks import minor_places
from simorc.results.frame import Frame, column_of, texts_of

FAILED_HUE = 355
"""Of the red of a failed simulation, in degrees."""
X = np.linspace(1, 10, 50)


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_every_colour_is_another_and_none_is_the_red_of_a_failure(palette: Palette) -> None:
    pixels = [palette.pixel(index) for index in range(COUNT)]
    assert len(set(pixels)) == COUNT
    for pixel in pixels:
        assert isinstance(pixel, tuple)
        hue, *_ = rgb_to_hls(*(part / 255 for part in pixel))
        assert abs((360 * hue - FAILED_HUE + 180) % 360 - 180) > 25, pixel
    assert palette.pixel(COUNT) == palette.pixel(0) and DARK.code(0) == "\x1b[38;2;86;180;233m"
    assert FEW.code(0) == "\x1b[38;5;75m"


def test_a_colour_that_comes_again_is_dashed() -> None:
    rising = [PlotTrace.of(f"c{index}", X, X + index) for index in range(COUNT + 1)]
    drawn = terminal_plot([*rising[:1]], width=90, coloured=False)
    both = terminal_plot([*[PlotTrace.of("", X, X * np.nan)] * COUNT, rising[0]], width=90, coloured=False)
    dots = [sum("\u2800" < sign <= "\u28ff" for sign in text) for text in (drawn, both)]
    assert 0 < dots[1] < 0.8 * dots[0]
    assert "╺  c8" in terminal_plot(rising, width=140, coloured=False)


def test_cases_are_labelled_by_the_parameters_that_differ() -> None:
    same = {"vdd": "1.8", "cl": 2e-12}
    labels = differing_labels({1: {**same, "temp": -40.0}, 7: {**same, "temp": 125.0}})
    assert labels == {1: "temp=-40", 7: "temp=125"}
    assert differing_labels({1: same, 2: same}) == {1: "case 1", 2: "case 2"}
    wide = {n: {f"a_long_parameter_{i}": f"{n}{i}" for i in range(5)} for n in (1, 2)}
    assert differing_labels(wide)[1] == "case 1"


def test_a_family_is_labelled_by_the_parameters_that_differ() -> None:
    frame = Frame(
        np.arange(1, 5),
        texts_of(["completed"] * 4),
        {
            "x": column_of([1, 2, 1, 2]),
            "corner": texts_of(["ss", "ss", "ff", "ff"]),
            "vdd": column_of([3] * 4),
        },
        {"y": np.arange(4.0)},
    )
    assert [curve.label for curve in family(frame, "y", "x")] == ["corner=ss", "corner=ff"]


def test_a_log_axis_has_minor_ticks_and_says_what_it_leaves_out() -> None:
    assert minor_places(1, 10) == pytest.approx(np.log10(range(2, 10)))
    assert minor_places(1, 1e12) == [] == minor_places(0, 1)
    line = PlotTrace.of("i", X, X - 5)
    assert "values ≤ 0 not shown" in terminal_plot([line], log_y=True, coloured=False)
    assert "values <= 0 not shown" in terminal_plot([line], log_y=True, coloured=False, ascii=True)
    positive = terminal_plot([PlotTrace.of("i", X, X)], log_x=True, log_y=True, coloured=False)
    assert "not shown" not in positive and "┴" in positive and "├" in positive


@pytest.mark.parametrize("only_ascii", [False, True])
def test_strokes_are_drawn_as_the_library_draws_its_own_signals(
    only_ascii: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(1).random
    strokes = [
        Stroke(np.sort(draw(90)), np.where(draw(90) > 0.1, draw(90), np.nan), index)
        for index in (-1, 0, 3, 9)
    ]

    def drawn() -> list[str]:
        return draw_strokes(strokes, [0.3], 60, 14, only_ascii=only_ascii, coloured=True)

    ours = drawn()
    monkeypatch.setattr(canvas, "_signal", lambda x, y, marker: plotext.figure.signal(x, y, marker=marker))
    assert ours == drawn()


def test_a_ghost_is_behind_the_others_and_in_no_legend() -> None:
    curve = PlotTrace.of("now", X, X)
    ghosts = [PlotTrace("before", ((X, X + 1),), ghost=True), PlotTrace("same", ((X, X),), ghost=True)]
    text = terminal_plot([curve, *ghosts], ascii=True, coloured=False)
    assert "before" not in text and "same" not in text and "* now" in text
    assert GHOST_SIGN in text and text.count("*") > 20, "the curve is in front of a ghost in its place"
