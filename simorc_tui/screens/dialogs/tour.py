"""The first minutes: what stands where, and the six keys that carry one from a sweep to an answer."""

from __future__ import annotations

from rich.console import Group
from rich.text import Text

from simorc_tui.screens.dialogs.reading import ReadingScreen, key_lines

STEPS = (
    ("1 project", "schematics, testbenches, sweeps, runs: enter opens, . acts"),
    ("2 builder", "a sweep, a line for each parameter: enter changes it"),
    ("r", "builds the sweep as it stands there, and runs it"),
    ("3 cases", "every case, live: F failed only, / filter, s sort"),
    ("4 case", "w waveforms, L log, n netlist, M measurements"),
    ("S", "specs, yield, worst cases, failures: enter goes there"),
    ("O H P m", "overlay, histogram, over a parameter, pass/fail map"),
    ("d", "compares two cases, or two runs"),
    ("N", "netlists schematics marked !, the difference first"),
    ("z o : ?", "zoom a pane, jump, every command by name, every key"),
    ("q", "leaves: the run goes on, simorc finds it again"),
)
"""Short enough for a line each on 80 columns: nothing of it has to be scrolled for on 24 lines."""


def tour_screen() -> ReadingScreen:
    """The tour as a screen."""
    content = Group(
        Text("A sweep becomes a run of many cases; each case is one simulation."),
        Text(),
        key_lines(STEPS, 11),
        Text(),
        Text("enter or escape closes this; f2 shows it again, ? all keys.", "dim"),
    )
    return ReadingScreen("simorc in a minute", content)
