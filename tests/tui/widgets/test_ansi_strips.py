"""Drawn lines with colours as strips of the screen."""

from __future__ import annotations

from rich.style import Style

from simorc_tui.widgets.plot.ansi_strips import strip_of, strips_of

RED = "\x1b[38;5;1m"
PLAIN = "\x1b[0m"


def test_neighbours_of_one_colour_are_one_segment() -> None:
    strip = strip_of(f"ab{RED}c{PLAIN} {RED}d{PLAIN}e", 6, Style())
    assert strip.text == "abc de"
    texts = [
        (segment.text, segment.style.color is not None) for segment in strip if segment.style is not None
    ]
    assert texts == [("ab", False), ("c d", True), ("e", False)]


def test_lines_are_cut_and_filled() -> None:
    short, long = strips_of(["ab", "abcdefgh"], 4, Style(bold=True))
    assert (short.text, long.text) == ("ab  ", "abcd")
    assert (short.cell_length, long.cell_length) == (4, 4)
    assert all(segment.style is not None and segment.style.bold for segment in short)
