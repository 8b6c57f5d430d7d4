"""The help: all keys from the tables of commands, first those of the focused widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from simorc_tui.commands.causes_commands import CAUSES_COMMANDS, CAUSES_GROUPS
from simorc_tui.commands.command import GROUPS, Command
from simorc_tui.commands.form_commands import FORM_COMMANDS, FORM_GROUPS
from simorc_tui.commands.plot_commands import PLOT_COMMANDS, PLOT_GROUPS, WAVE_COMMANDS
from simorc_tui.commands.tuner_commands import TUNER_COMMANDS, TUNER_GROUPS
from simorc_tui.screens.dialogs.reading import KeyLines, ReadingScreen, key_lines
from simorc_tui.theme.glyphs import HEADING

MOVING = (
    ("hjkl arrows", "Move; left and right scroll the table"),
    ("g G", "First and last row"),
    ("pgup pgdn", "One page up or down"),
    ("space a V", "Mark a case; mark or unmark all shown cases; mark from the last mark to here"),
)
WIDGETS: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "in_tree": (
        "In the project tree",
        (
            ("enter", "Open a sweep in the builder, a run in the table, or a pipeline"),
            (".", "Actions: note, label, lock, report or removal of a run, ..."),
        ),
    ),
    "in_builder": (
        "In the sweep builder",
        (
            ("enter", "Change the values of a parameter, corners, Monte Carlo, ..."),
            ("delete", "Remove the parameter from the sweep"),
            ("space", "Switch corners, Monte Carlo and similar sections off and on"),
            ("a", "Add a corner as a line: slow_hot corner=ss temp=125"),
        ),
    ),
    "in_file": (
        "In a log or netlist",
        (
            ("/", "Search; lowercase letters match both cases"),
            ("n N", "Next and previous match"),
            ("f", "Follow the end"),
        ),
    ),
}
"""Keys of widgets that are not commands, by the group in which they are listed first."""
FILTERS = (
    ("status:failed", "failed, done, running, pending"),
    ("vdd<1.7", "parameters and measurements: = != < <= > >="),
    ("corner=ss,ff", "any of these values; temp=-40..27 is a range, corner=s* is a pattern"),
    ("message~singular", "contains the text; a word alone searches messages and parameters"),
    ("-corner=ss", "not; 'or' between terms; a number alone is a case"),
)


ALL_GROUPS = {**GROUPS, **PLOT_GROUPS, **TUNER_GROUPS, **FORM_GROUPS, **CAUSES_GROUPS}
KEY_WIDTH = 15


def help_sections(
    commands: Sequence[Command], keymap: Mapping[str, str] | None = None, first: Sequence[str] = ()
) -> list[tuple[str, KeyLines]]:
    """Titles, each with its keys and what they do; the groups in `first` come before all others.

    `commands` are those of the main screen.
    """
    every = [*ALL_GROUPS, *WIDGETS]
    ordered = [*first, *(group for group in every if group not in first)]
    sections = [_group(group, commands, keymap or {}) for group in ordered]
    return [*sections, ("Moving", MOVING), ("Filters", FILTERS)]


def plot_help_screen(keymap: Mapping[str, str] | None = None) -> ReadingScreen:
    """The keys of a plot alone."""
    title, lines = _group("plot", (), keymap or {})
    return ReadingScreen("simorc: keys of a plot", _shown([(title, lines)]))


def tuner_help_screen(keymap: Mapping[str, str] | None = None) -> ReadingScreen:
    """The keys of the tuner, and those of its plot."""
    sections = [_group(group, (), keymap or {}) for group in ("tuner", "plot")]
    return ReadingScreen("simorc: keys of the tuner", _shown(sections))


def causes_help_screen(keymap: Mapping[str, str] | None = None) -> ReadingScreen:
    """The keys of the screen of causes."""
    title, lines = _group("causes", (), keymap or {})
    return ReadingScreen("simorc: keys of the causes", _shown([(title, lines)]))


def form_help_screen(keymap: Mapping[str, str] | None = None) -> ReadingScreen:
    """The keys of the form."""
    title, lines = _group("form", (), keymap or {})
    return ReadingScreen("simorc: keys of the form", _shown([(title, lines)]))


def help_screen(
    commands: Sequence[Command], keymap: Mapping[str, str] | None = None, first: Sequence[str] = ()
) -> ReadingScreen:
    """The help screen of the main screen's `commands`, with the user's keys."""
    return ReadingScreen("simorc: keys", _shown(help_sections(commands, keymap, first)))


def _group(group: str, commands: Sequence[Command], keymap: Mapping[str, str]) -> tuple[str, KeyLines]:
    if group in WIDGETS:
        return WIDGETS[group]
    every = (*commands, *WAVE_COMMANDS, *PLOT_COMMANDS, *TUNER_COMMANDS, *FORM_COMMANDS, *CAUSES_COMMANDS)
    lines = [(c.label_in(keymap), f"{c.help}  ({c.id})") for c in every if c.group == group]
    return ALL_GROUPS[group], lines


def _shown(sections: Sequence[tuple[str, KeyLines]]) -> Group:
    parts: list[RenderableType] = []
    for title, lines in sections:
        parts += [Text().append(title, HEADING), key_lines(lines, KEY_WIDTH), Text()]
    return Group(*parts)
