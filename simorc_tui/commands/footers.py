"""The bottom line: the most important keys of the focused pane."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.text import Text

from simorc_tui.commands.causes_commands import CAUSES_FOOTER
from simorc_tui.commands.command import Command
from simorc_tui.commands.form_commands import FORM_FOOTER
from simorc_tui.commands.plot_commands import PLOT_COMMANDS, WAVE_COMMANDS
from simorc_tui.commands.tuner_commands import TUNER_FOOTER

Entry = str | tuple[str, str]
"""A command's id, or keys with a label for a widget's own keys or for several commands together."""

KEYS_STYLE = "bold blue"
"""Blue is the accent in the texts of this program."""
PANES = ("1-4", "panes")
GO_THERE = ("enter", "go to it")

FOOTERS: Mapping[str, tuple[Entry, ...]] = {
    "tree": (
        ("enter", "open"),
        "file.menu",
        *("run.launch", "file.edit", "run.pick", "file.netlist"),
        PANES,
        *("app.help", "app.palette", "pane.zoom", "run.pipeline", "go.jump"),
    ),
    "builder": (
        ("enter", "change"),
        ("space", "off/on"),
        ("a", "corner"),
        *("sweep.preview", "run.launch"),
        PANES,
        *("app.help", "sweep.save", "sweep.save_as", "app.palette", "pane.zoom"),
    ),
    "cases": (
        *(
            "run.launch",
            "run.cancel",
            "cases.filter",
            "cases.failed",
            "cases.sort",
            "view.specs",
            "view.wave",
        ),
        PANES,
        *(
            "app.help",
            "app.palette",
            "run.retry",
            "cases.compare",
            "cases.columns",
            "cases.copy",
            "pane.zoom",
        ),
    ),
    "wave": (
        *("plot.cursor", "wave.expression", "wave.choose"),
        ("+ -", "zoom"),
        "plot.fit",
        PANES,
        *("app.help", "wave.next", "plot.export", "wave.spectrum", "plot.log_y", "pane.zoom", "app.palette"),
    ),
    "log": (
        ("/", "search"),
        ("n N", "next, previous"),
        ("f", "follow"),
        ("g G", "first, last"),
        PANES,
        *("app.help", "file.edit", "pane.zoom", "app.palette"),
    ),
    "netlist": (
        ("/", "search"),
        ("n N", "next, previous"),
        ("g G", "first, last"),
        PANES,
        *("app.help", "file.edit", "cases.copy", "pane.zoom", "app.palette"),
    ),
    "measures": (
        *("view.specs", "view.wave", "results.histogram", "results.parameter"),
        PANES,
        *("app.help", "app.palette", "pane.zoom", "cases.copy"),
    ),
    "tuner": TUNER_FOOTER,
    "form": FORM_FOOTER,
    "causes": CAUSES_FOOTER,
    "specs": (
        GO_THERE,
        *("results.causes", "cases.worst", "file.form", "results.histogram"),
        PANES,
        *(
            "app.help",
            "results.parameter",
            "results.map",
            "cases.compare",
            "cases.group",
            "app.palette",
            "pane.zoom",
        ),
    ),
}
"""By pane, and by tab for the case pane; the first ones still fit on 80 columns."""


def footer_keys(
    place: str, commands: Iterable[Command], keymap: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """(keys, word) for a place of `FOOTERS`, with the user's keys. `commands`: those of the screen."""
    known = {command.id: command for command in (*commands, *WAVE_COMMANDS, *PLOT_COMMANDS)}
    return [_entry(entry, known, keymap or {}) for entry in FOOTERS[place]]


def footer_text(
    place: str, commands: Iterable[Command], keymap: Mapping[str, str] | None = None, width: int = 0
) -> Text:
    """``r run  x cancel  ...`` in `width` cells (0: all entries)."""
    return keys_text(footer_keys(place, commands, keymap), width)


def keys_text(entries: Iterable[tuple[str, str]], width: int = 0) -> Text:
    """Keys in the accent, each with its word; as many entries as `width` cells hold whole (0: all)."""
    line = Text(no_wrap=True, overflow="ellipsis")
    for keys, word in entries:
        entry = Text("  " if line.plain else "").append(keys, KEYS_STYLE).append(f" {word}")
        if width and line.cell_len + entry.cell_len > width:
            break
        line.append_text(entry)
    return line


def _entry(entry: Entry, commands: Mapping[str, Command], keymap: Mapping[str, str]) -> tuple[str, str]:
    if isinstance(entry, tuple):
        return entry
    command = commands[entry]
    return command.label_in(keymap), command.label
