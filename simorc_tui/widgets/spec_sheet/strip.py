"""A strip of limits as coloured text."""

from __future__ import annotations

from rich.text import Text

from simorc.plots.limit_strip import LIMIT, MET, TRACK, VIOLATED, LimitStrip, strip_runs
from simorc_tui.theme.glyphs import ASCII, Glyphs

STRIP_STYLES = {TRACK: "not bold dim", LIMIT: "bold", MET: "green", VIOLATED: "bold yellow"}


def append_strip(line: Text, strip: LimitStrip, width: int, glyphs: Glyphs) -> None:
    """Append a strip of `width` cells."""
    line.append_text(strip_line(strip, width, glyphs))


def strip_line(strip: LimitStrip, width: int, glyphs: Glyphs) -> Text:
    """A strip of `width` cells."""
    line = Text()
    for text, role in strip_runs(strip, width, ascii_only=glyphs is ASCII):
        line.append(text, STRIP_STYLES[role])
    return line
