"""The tour: the panes, and the six most important keys."""

from __future__ import annotations

from rich.console import Group
from rich.text import Text

from simorc_tui.screens.dialogs.reading import ReadingScreen, key_lines

STEPS = (
    ("1 project", "your files and runs: enter opens, . shows the actions"),
    ("2 builder", "one sweep, one line for each parameter: enter edits it"),
    ("r", "builds and runs the sweep shown in the builder"),
    ("3 cases", "every case, live: F failed only, / filter, s sort"),
    ("4 case", "w waveforms, L log, n netlist, M measurements"),
    ("S", "specs, yield, worst cases, failures: enter opens them"),
    ("O H P m", "overlay, histogram, over a parameter, pass/fail map"),
    ("d", "compares two cases or two runs"),
    ("N", "regenerates netlists marked !; you see the change first"),
    ("z o : ?", "zoom a pane, jump, every command by name, every key"),
    ("q", "quits: the run continues, and simorc opens it again"),
)
"""Short enough for a line each on 80 columns: nothing of it has to be scrolled for on 24 lines."""


def tour_screen() -> ReadingScreen:
    """The tour as a screen."""
    content = Group(
        Text("A sweep becomes a run of many cases; each case is one simulation."),
        Text(),
        key_lines(STEPS, 11),
        Text(),
        Text("Press enter or escape to close, f2 to show this again, ? for all keys.", "dim"),
    )
    return ReadingScreen("simorc in one minute", content)
