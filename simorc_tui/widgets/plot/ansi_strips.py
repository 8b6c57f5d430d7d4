"""Converts drawn lines with ANSI colours to strips of the screen.

Rich's own reading of ANSI text makes a style for every character, which costs more than drawing a plot does.
Here neighbours of one colour become one segment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_SEQUENCE = re.compile(r"\x1b\[(?:0|38;5;(\d+)|38;2;(\d+;\d+;\d+))m")


def strips_of(lines: Sequence[str], width: int, base: Style) -> list[Strip]:
    """Each line, `width` cells wide, over the style `base`; what is too long is cut."""
    return [strip_of(line, width, base) for line in lines]


def strip_of(line: str, width: int, base: Style) -> Strip:
    """One line, in the two sequences `plots.backends.terminal.canvas` writes: a colour, and none."""
    parts = _SEQUENCE.split(line)
    runs = [("", parts[0])]
    for few, many, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        colour = few or many
        # A blank looks the same in every colour: it need not end a run.
        if colour == runs[-1][0] or text.isspace() or not text:
            runs[-1] = (runs[-1][0], runs[-1][1] + text)
        else:
            runs.append((colour or "", text))
    segments = [Segment(text, _coloured(base, colour)) for colour, text in runs if text]
    return Strip(segments).adjust_cell_length(width, base)


@lru_cache(maxsize=256)
def _coloured(base: Style, colour: str) -> Style:
    if not colour:
        return base
    if ";" in colour:
        return base + Style(color=Color.from_rgb(*map(int, colour.split(";"))))
    return base + Style(color=Color.from_ansi(int(colour)))
