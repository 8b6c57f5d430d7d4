"""All keys, from the table of commands."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from simorc_tui.commands import COMMANDS, GROUPS
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


def help_text(keymap: Mapping[str, str] | None = None) -> Text:
    """The help screen's text."""
    text = Text()
    for group, title in GROUPS.items():
        _section(
            text,
            title,
            [(c.label_in(keymap or {}), f"{c.help}  ({c.id})") for c in COMMANDS if c.group == group],
        )
    _section(text, "Moving", MOVING)
    _section(text, "Filters", FILTERS)
    return text


def help_screen(keymap: Mapping[str, str] | None = None) -> ReadingScreen:
    """The help screen, with the keys the user gave."""
    return ReadingScreen("simorc: keys", help_text(keymap))


def _section(text: Text, title: str, lines: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> None:
    text.append(f"{title}\n", "bold underline")
    for key, what in lines:
        text.append(f"  {key:<17}", "bold").append(f" {what}\n")
    text.append("\n")
