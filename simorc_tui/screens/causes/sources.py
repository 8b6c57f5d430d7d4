"""Where the causes come from: each stored analysis, when it was made, and for which circuit."""

from __future__ import annotations

from rich.text import Text

from simorc.text import plain
from simorc_tui.data.causes.model import Causes
from simorc_tui.screens.dialogs.reading import ReadingScreen

SAME = "about the circuit of this run"
NOTHING = "No analysis of this testbench is stored. Press escape, then a, to start one."


def sources_screen(causes: Causes) -> ReadingScreen:
    """The sources of some causes."""
    text = Text()
    for source in causes.sources:
        when = source.created[:16].replace("T", " ")
        text.append(f"{source.kind} {plain(source.name)}", "bold").append(f"  {when} UTC\n", "dim")
        for doubt in source.doubts or (SAME,):
            text.append(f"  {plain(doubt)}\n", "green" if doubt == SAME else "yellow")
    if not causes.sources:
        text.append(f"{NOTHING}\n")
    for remark in causes.remarks:
        text.append(f"{plain(remark)}\n", "yellow")
    return ReadingScreen(f"stored analyses of {plain(causes.testbench)}", text)
