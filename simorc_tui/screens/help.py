"""All keys, from the tables of commands; first those of what has the focus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from simorc_tui.commands import COMMANDS, GROUPS, Command
from simorc_tui.plot_commands import PLOT_COMMANDS, PLOT_GROUPS, WAVE_COMMANDS
from simorc_tui.screens.reading import ReadingScreen

MOVING = (
    ("hjkl arrows", "Move; in the table sideways scrolls"),
    ("g G", "First and last"),
    ("pgup pgdn", "A page up or down"),
    ("space a V", "Mark a case; all the filter shows, again none; from the last mark to here"),
    ("enter", "In the tree: open a sweep or a run; in the builder: change a parameter"),
    ("delete", "In the builder: the parameter is not swept any more"),
    ("space", "In the builder: corners, Monte Carlo and their like off, and on again"),
    ("a", "In the builder: one corner more, as a line: slow_hot corner=ss temp=125"),
)
FILTERS = (
    ("status:failed", "failed, done, running, pending"),
    ("vdd<1.7", "parameters and measurements: = != < <= > >="),
    ("corner=ss,ff", "any of these; temp=-40..27 is a range; corner=s* a pattern"),
    ("message~singular", "text inside; a bare word looks in messages and parameters"),
    ("-corner=ss", "not; 'or' between terms; a bare number is a case"),
)


ALL_GROUPS = {**GROUPS, **PLOT_GROUPS}


def help_text(keymap: Mapping[str, str] | None = None, first: Sequence[str] = ()) -> Text:
    """The help screen's text; the groups in `first` stand above all others."""
    text = Text()
    for group in [*first, *(group for group in ALL_GROUPS if group not in first)]:
        _group(text, group, keymap or {})
    _section(text, "Moving", MOVING)
    _section(text, "Filters", FILTERS)
    return text


def plot_help_screen(keymap: Mapping[str, str] | None = None) -> ReadingScreen:
    """The keys of a plot alone."""
    text = Text()
    _group(text, "plot", keymap or {})
    return ReadingScreen("simorc: keys of a plot", text)


def help_screen(keymap: Mapping[str, str] | None = None, first: Sequence[str] = ()) -> ReadingScreen:
    """The help screen, with the keys the user gave."""
    return ReadingScreen("simorc: keys", help_text(keymap, first))


def _group(text: Text, group: str, keymap: Mapping[str, str]) -> None:
    commands: tuple[Command, ...] = (*COMMANDS, *WAVE_COMMANDS, *PLOT_COMMANDS)
    lines = [(c.label_in(keymap), f"{c.help}  ({c.id})") for c in commands if c.group == group]
    _section(text, ALL_GROUPS[group], lines)


def _section(text: Text, title: str, lines: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> None:
    text.append(f"{title}\n", "bold underline")
    for key, what in lines:
        text.append(f"  {key:<17}", "bold").append(f" {what}\n")
    text.append("\n")
