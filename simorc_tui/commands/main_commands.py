"""Every command of the main screen, once: bindings, palette, help and footers are made from this table.

A command's ``action`` is a method ``action_<action>`` of the main screen; ``needs`` says what has to be there
before it makes sense, and `MainScreen.check_action` asks for it. The id is what a ``keymap`` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding, BindingType

KEY_NAMES = {
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "plus": "+",
    "minus": "-",
    "full_stop": ".",
    "equals_sign": "=",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


def label_of(keys: str) -> str:
    """The first of some keys as it stands on the keyboard."""
    first = keys.split(",")[0]
    return KEY_NAMES.get(first, first)


@dataclass(frozen=True)
class Command:
    """One thing the user can do."""

    id: str
    label: str
    key: str
    help: str
    group: str
    action: str
    needs: frozenset[str] = frozenset()

    @property
    def key_label(self) -> str:
        """The key as the user knows it: ``/`` and not ``slash``."""
        return label_of(self.key)

    def label_in(self, keymap: Mapping[str, str]) -> str:
        """The key as the user knows it, where `keymap` may have given it another one."""
        return label_of(keymap.get(self.id, self.key))

    @property
    def binding(self) -> Binding:
        return Binding(self.key, self.action, self.label, show=False, id=self.id, key_display=self.key_label)


def _command(name: str, label: str, key: str, action: str, help_text: str, *, needs: str = "") -> Command:
    group = name.partition(".")[0]
    return Command(name, label, key, help_text, group, action, frozenset(needs.split()))


COMMANDS: tuple[Command, ...] = (
    _command(
        "run.launch",
        "run",
        "r",
        "launch",
        "Build the sweep in the builder and start it, or resume this run",
    ),
    _command("run.cancel", "cancel", "x", "cancel", "Cancel the marked cases, or the run", needs="run"),
    _command("run.retry", "retry", "R", "retry", "Run the failed cases again", needs="run"),
    _command("run.pause", "pause", "p", "pause", "Pause the run, or let it go on", needs="run"),
    _command("run.more_jobs", "one job more", "plus", "jobs(1)", "Run one case more at a time", needs="run"),
    _command(
        "run.fewer_jobs", "one job less", "minus", "jobs(-1)", "Run one case less at a time", needs="run"
    ),
    _command("run.pick", "open run", "b", "pick_run", "Choose another run of this project"),
    _command("run.stop", "stop run", "Q", "stop", "Stop the run after asking, then leave", needs="run"),
    _command(
        "cases.filter",
        "filter",
        "slash",
        "filter",
        "Filter the cases: status:failed vdd<1.7 corner=ss text",
        needs="run",
    ),
    _command(
        "cases.failed",
        "failed",
        "F",
        "failed_only",
        "Show failed cases only, or all again",
        needs="run",
    ),
    _command("cases.sort", "sort", "s", "sort", "Sort by a column; again reverses", needs="run"),
    _command(
        "cases.details",
        "details",
        "enter",
        "details",
        "Everything about the case under the cursor",
        needs="case",
    ),
    _command(
        "cases.copy",
        "copy",
        "y",
        "copy",
        "Copy the case's directory, netlist, command or row",
        needs="case",
    ),
    _command("cases.columns", "columns", "C", "columns", "Choose and order the table's columns", needs="run"),
    _command(
        "cases.undo",
        "undo",
        "u",
        "undo",
        "Undo the last change of filter, order, marks, columns",
        needs="run",
    ),
    _command("cases.worst", "worst", "B", "worst", "Go to the worst case of a spec", needs="run"),
    _command("cases.group", "group", "v", "group", "Pass and fail at each value of a parameter", needs="run"),
    _command(
        "cases.compare",
        "compare",
        "d",
        "compare",
        "Decks of two cases side by side, or this run with another",
        needs="run",
    ),
    _command(
        "results.overlay",
        "overlay",
        "O",
        "overlay",
        "Waveforms of the marked cases over each other; again takes them off",
        needs="case",
    ),
    _command(
        "results.histogram",
        "histogram",
        "H",
        "histogram",
        "Histogram of a measurement with limits and σ",
        needs="run",
    ),
    _command(
        "results.parameter",
        "over parameter",
        "P",
        "over_parameter",
        "A measurement against a parameter",
        needs="run",
    ),
    _command(
        "results.map",
        "map",
        "m",
        "map",
        "Pass and fail over two parameters; enter goes to a case",
        needs="run",
    ),
    _command(
        "view.specs", "specs", "S", "tab('specs')", "Specs, yield, worst cases, failures, events", needs="run"
    ),
    _command("view.wave", "wave", "w", "tab('wave')", "Waveforms of the case"),
    _command("view.log", "log", "L", "tab('log')", "The simulator's log of the case, followed"),
    _command("view.netlist", "netlist", "n", "tab('netlist')", "The case's netlist"),
    _command("view.measures", "measures", "M", "tab('measures')", "The case's measurements"),
    _command("file.edit", "edit", "e", "edit", "Open what is under the cursor in $EDITOR"),
    _command(
        "file.netlist", "netlist", "N", "netlist", "Netlist what is stale: look at the difference, accept"
    ),
    _command(
        "file.menu", "actions", "full_stop", "menu", "What can be done with what the tree's cursor stands on"
    ),
    _command("file.reload", "reload", "ctrl+r", "reload", "Read the project and look at its runs again, now"),
    _command(
        "sweep.save",
        "save sweep",
        "ctrl+s",
        "save_sweep",
        "Write the builder's values to the sweep file, comments kept",
        needs="sweep",
    ),
    _command(
        "sweep.save_as",
        "save sweep as",
        "W",
        "save_as",
        "Keep the builder's values as a new sweep",
        needs="sweep",
    ),
    _command(
        "sweep.preview", "preview", "E", "preview", "The first cases the builder's values make", needs="sweep"
    ),
    _command(
        "run.pipeline", "pipelines", "D", "pick_pipeline", "Run a design pipeline, or open a run of one"
    ),
    _command("pane.tree", "project", "1", "pane('tree')", "Go to the project tree; again zooms it"),
    _command("pane.builder", "builder", "2", "pane('builder')", "Go to the sweep builder; again zooms it"),
    _command("pane.cases", "cases", "3", "pane('cases')", "Go to the cases; again zooms them"),
    _command("pane.view", "case", "4", "pane('view')", "Go to the case's wave, log, netlist; again zooms it"),
    _command("pane.zoom", "zoom", "z", "zoom", "Zoom this pane, or show all again"),
    _command("go.jump", "jump", "o", "jump", "Jump to a pane, a tab or a case by its number"),
    _command("app.palette", "palette", "colon", "palette", "Every command by name"),
    _command("app.theme", "theme", "t", "theme", "Choose the colours"),
    _command("app.help", "help", "question_mark,f1", "help", "All keys"),
    _command("app.tour", "tour", "f2", "tour", "What stands where, in a minute"),
    _command("app.leave", "leave", "q", "leave", "Leave; the run goes on"),
    _command("app.suspend", "suspend", "ctrl+z", "suspend", "To the shell; fg comes back"),
)

GROUPS = {
    "run": "The run",
    "cases": "Cases",
    "results": "All cases together",
    "view": "The lower pane",
    "file": "Files",
    "sweep": "Sweep",
    "pane": "Panes",
    "go": "Going places",
    "app": "Program",
}


def bindings() -> list[BindingType]:
    """The main screen's bindings."""
    return [command.binding for command in COMMANDS]


def by_action(action: str) -> list[Command]:
    """The commands that call ``action``, with or without parameters."""
    return [command for command in COMMANDS if command.action.partition("(")[0] == action]
