"""A distribution as filled bars: heights, limits, colours of violations, characters of ASCII."""

from __future__ import annotations

import numpy as np

from simorc.plots.backends.terminal.bars import VIOLATED, Bars
from simorc.plots.backends.terminal.curves import PlotTrace
from simorc.plots.backends.terminal.plot import Look, Panel, Strip, draw_panel

EDGES = np.arange(6.0)


def panel(**more: float) -> Panel:
    bars = Bars(EDGES, np.array([1.0, 2.0, 4.0, 2.0, 0.0]), **more, remarks=("┃ max 3 V",))
    span = PlotTrace.of("cases", EDGES, np.array([0.0, 1, 2, 4, 2, 0]))
    return Panel((Strip((span,), whole=True, bars=bars),), "V", "x")


def test_bars_have_heights_to_scale_and_a_legend() -> None:
    lines = draw_panel(panel(), Look(60, 12, coloured=False))
    assert "█ cases  ┃ max 3 V" in lines[0]
    filled = ["".join(line).count("█") for line in lines[1:-2]]
    assert filled == sorted(filled), "wider below"
    assert all(len(line) == 60 for line in lines)


def test_limits_mean_and_sigma_are_drawn_and_what_is_beyond_is_violated() -> None:
    lines = draw_panel(panel(high=3.0, mean=2.4, sigma=0.9), Look(60, 12, coloured=False))
    assert sum("┃" in line for line in lines[1:-2]) >= 6
    places = {line.index("│", 5) for line in lines[1:-2] if "│" in line[5:]}
    assert len(places) == 1, "the mean is one upright line"
    mean = places.pop()
    column = [line[mean] for line in lines[1:-2]]
    assert column.count("█") >= 6, "the line does not cover the bar of its column"
    assert any("•" in line for line in lines[1:-2]) and "• normal" in lines[0]
    coloured = draw_panel(panel(high=3.0), Look(60, 12))
    assert any(f"{VIOLATED}┃█" in line for line in coloured), "the last bar is beyond the limit"
    assert not any(VIOLATED in line for line in draw_panel(panel(high=9.0), Look(60, 12)))


def test_ascii_bars_are_ascii() -> None:
    text = "\n".join(
        draw_panel(panel(high=3.0, mean=2.4, sigma=0.9), Look(60, 12, ascii=True, coloured=False))
    )
    assert text.isascii() and "#" in text and "! max 3 V" in text
