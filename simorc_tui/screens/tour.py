"""The first minutes: what stands where, and the six keys that carry one from a sweep to an answer."""

from __future__ import annotations

from rich.text import Text

from simorc_tui.screens.reading import ReadingScreen

STEPS = (
    ("1 project", "Schematics, testbenches, sweeps and runs. enter opens, . shows what can be done."),
    ("2 builder", "A sweep, one line for each parameter: enter changes it. The line below counts the cases."),
    ("r run", "Builds the sweep as it stands in the builder, saved or not, and starts it."),
    ("3 cases", "Every case of the run, live. F failed only, / filter, s sort, space marks, enter details."),
    ("4 case", "w waveforms, L log, n netlist, M measurements of the case; S specs and failures of the run."),
    (
        "O H P m",
        "Marked waveforms over each other, histogram, measurement over a parameter, pass and fail map.",
    ),
    ("d", "Compares two cases or two runs."),
    ("N", "Netlists schematics marked ! after showing the difference."),
    ("z o :", "z zooms a pane, o jumps, : finds every command by name, ? shows all keys."),
    ("q", "Leaves. The run goes on; come back with simorc whenever you like, also after a dropped line."),
)


def tour_screen() -> ReadingScreen:
    """The tour as a screen."""
    text = Text("A sweep becomes a run of many cases; each case is one simulation.\n\n")
    for key, what in STEPS:
        text.append(f"  {key:<10}", "bold").append(f" {what}\n")
    text.append("\nescape closes this; f2 shows it again.", "dim")
    return ReadingScreen("simorc in a minute", text)
