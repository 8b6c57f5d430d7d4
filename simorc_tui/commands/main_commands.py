"""Every command of the main screen; bindings, palette, help, footers and menus are generated from this table.

A command is an object: its id, which a ``keymap`` names, its label, key and help, when it is enabled, and
what it does to the main screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.binding import BindingType

from simorc_tui.commands.main_command import Condition, MainCommand, always, case, run, sweep

if TYPE_CHECKING:
    from simorc_tui.screens.main.controllers import Controllers


def _command(
    name: str,
    label: str,
    key: str,
    help_text: str,
    do: Callable[[Controllers], object],
    *,
    needs: Condition = always,
) -> MainCommand:
    return MainCommand(name, label, key, help_text, f"command({name!r})", do, needs)


COMMANDS: tuple[MainCommand, ...] = (
    _command(
        "run.launch",
        "run",
        "r",
        "Build the sweep in the builder and start it, or resume this run",
        lambda main: main.launch(),
    ),
    _command(
        "run.cancel",
        "cancel",
        "x",
        "Cancel the marked cases, or the run",
        lambda main: main.cancel(),
        needs=run,
    ),
    _command(
        "run.retry", "retry", "R", "Run the failed cases again", lambda main: main.runs.retry(), needs=run
    ),
    _command(
        "run.pause", "pause", "p", "Pause the run, or resume it", lambda main: main.runs.pause(), needs=run
    ),
    _command(
        "run.more_jobs",
        "one more job",
        "plus",
        "Run one more case in parallel",
        lambda main: main.runs.jobs(1),
        needs=run,
    ),
    _command(
        "run.fewer_jobs",
        "one fewer job",
        "minus",
        "Run one fewer case in parallel",
        lambda main: main.runs.jobs(-1),
        needs=run,
    ),
    _command(
        "run.pick", "open run", "b", "Choose another run of this project", lambda main: main.runs.pick_run()
    ),
    _command(
        "run.stop",
        "stop run",
        "Q",
        "Stop the run after confirmation, then quit",
        lambda main: main.runs.stop(),
        needs=run,
    ),
    _command(
        "cases.filter",
        "filter",
        "slash",
        "Filter the cases: status:failed vdd<1.7 corner=ss text",
        lambda main: main.arrangement.filter(),
        needs=run,
    ),
    _command(
        "cases.failed",
        "failed",
        "F",
        "Show only failed cases, or all cases",
        lambda main: main.arrangement.failed_only(),
        needs=run,
    ),
    _command(
        "cases.sort",
        "sort",
        "s",
        "Sort by a column; press again to reverse",
        lambda main: main.arrangement.sort(),
        needs=run,
    ),
    _command(
        "cases.details",
        "details",
        "enter",
        "Show the details of the case under the cursor",
        lambda main: main.cases.details(),
        needs=case,
    ),
    _command(
        "cases.operating_point",
        "operating point",
        "i",
        "Operating point of the case: gm, gm/id, region of every device; beside that of a marked case",
        lambda main: main.cases.operating_point(),
        needs=case,
    ),
    _command(
        "cases.copy",
        "copy",
        "y",
        "Copy the directory, netlist, command or row of the case",
        lambda main: main.cases.copy(),
        needs=case,
    ),
    _command(
        "cases.columns",
        "columns",
        "C",
        "Select and order the columns of the table",
        lambda main: main.table_layout.columns(),
        needs=run,
    ),
    _command(
        "cases.undo",
        "undo",
        "u",
        "Undo the last change of filter, order, marks or columns",
        lambda main: main.arrangement.undo(),
        needs=run,
    ),
    _command(
        "cases.worst",
        "worst",
        "B",
        "Go to the worst case of a spec",
        lambda main: main.worst_case.worst(),
        needs=run,
    ),
    _command(
        "cases.group",
        "group",
        "v",
        "Pass and fail at each value of a parameter",
        lambda main: main.table_layout.group(),
        needs=run,
    ),
    _command(
        "cases.compare",
        "compare",
        "d",
        "Compare the decks of two cases, or this run with another run",
        lambda main: main.compare.compare(),
        needs=run,
    ),
    _command(
        "cases.tune",
        "tune",
        "T",
        "Tune the parameters of the case and the marked ones, or of the tree's sweep or testbench, live",
        lambda main: main.tuner.tune(),
    ),
    _command(
        "results.overlay",
        "overlay",
        "O",
        "Overlay the waveforms of the marked cases; press again to remove them",
        lambda main: main.results.overlay(),
        needs=case,
    ),
    _command(
        "results.histogram",
        "histogram",
        "H",
        "Histogram of a measurement, with limits and σ",
        lambda main: main.results.histogram(),
        needs=run,
    ),
    _command(
        "results.parameter",
        "over parameter",
        "P",
        "A measurement against a parameter",
        lambda main: main.results.over_parameter(),
        needs=run,
    ),
    _command(
        "results.map",
        "map",
        "m",
        "Pass and fail over two parameters; press enter to go to a case",
        lambda main: main.results.map(),
        needs=run,
    ),
    _command(
        "results.causes",
        "causes",
        "A",
        "Why a spec is not met: devices, parameters, distances in σ, yield, deciding corners",
        lambda main: main.causes.causes(),
        needs=run,
    ),
    _command(
        "view.specs",
        "specs",
        "S",
        "Specs, yield, worst cases, failures, events",
        lambda main: main.panes.show_tab("specs"),
        needs=run,
    ),
    _command("view.wave", "wave", "w", "Waveforms of the case", lambda main: main.panes.show_tab("wave")),
    _command(
        "view.log",
        "log",
        "L",
        "Simulator log of the case, updated live",
        lambda main: main.panes.show_tab("log"),
    ),
    _command(
        "view.netlist", "netlist", "n", "Netlist of the case", lambda main: main.panes.show_tab("netlist")
    ),
    _command(
        "view.measures",
        "measures",
        "M",
        "Measurements of the case",
        lambda main: main.panes.show_tab("measures"),
    ),
    _command(
        "file.edit",
        "edit",
        "e",
        "Open the file under the cursor in $EDITOR",
        lambda main: main.program.edit(),
    ),
    _command(
        "file.form",
        "set-up",
        "I",
        "Edit specs, measurements, defaults and corners of the testbench in a form",
        lambda main: main.form.edit(),
    ),
    _command(
        "file.netlist",
        "netlist",
        "N",
        "Regenerate stale netlists: review the difference, then accept it",
        lambda main: main.netlists.propose(),
    ),
    _command(
        "file.menu",
        "actions",
        "full_stop",
        "Actions for the item under the cursor of the tree",
        lambda main: main.menu(),
    ),
    _command(
        "file.reload",
        "reload",
        "ctrl+r",
        "Reload the project and its runs",
        lambda main: main.project_tree.reload(),
    ),
    _command(
        "sweep.save",
        "save sweep",
        "ctrl+s",
        "Save the builder's values to the sweep file; comments are preserved",
        lambda main: main.program.save_sweep(),
        needs=sweep,
    ),
    _command(
        "sweep.save_as",
        "save sweep as",
        "W",
        "Save the builder's values as a new sweep",
        lambda main: main.program.save_as(),
        needs=sweep,
    ),
    _command(
        "sweep.preview",
        "preview",
        "E",
        "Preview the first cases of the builder's values",
        lambda main: main.program.preview(),
        needs=sweep,
    ),
    _command(
        "run.pipeline",
        "pipelines",
        "D",
        "Run a design pipeline, or open one of its runs",
        lambda main: main.pipelines.pick(),
    ),
    _command(
        "pane.tree",
        "project",
        "1",
        "Go to the project tree; press again to zoom it",
        lambda main: main.panes.go_to("tree"),
    ),
    _command(
        "pane.builder",
        "builder",
        "2",
        "Go to the sweep builder; press again to zoom it",
        lambda main: main.panes.go_to("builder"),
    ),
    _command(
        "pane.cases",
        "cases",
        "3",
        "Go to the cases; press again to zoom them",
        lambda main: main.panes.go_to("cases"),
    ),
    _command(
        "pane.view",
        "case",
        "4",
        "Go to the waveforms, log and netlist of the case; press again to zoom them",
        lambda main: main.panes.go_to("view"),
    ),
    _command("pane.zoom", "zoom", "z", "Zoom this pane, or show all panes", lambda main: main.panes.zoom()),
    _command(
        "go.jump",
        "jump",
        "o",
        "Jump to a pane, a tab or a case number",
        lambda main: main.panes.jump(),
    ),
    _command(
        "app.palette", "palette", "colon", "Find a command by name", lambda main: main.program.palette()
    ),
    _command("app.theme", "theme", "t", "Select the color theme", lambda main: main.program.theme()),
    _command("app.help", "help", "question_mark,f1", "All keys", lambda main: main.program.help()),
    _command("app.tour", "tour", "f2", "One-minute tour of the screen", lambda main: main.program.tour()),
    _command("app.leave", "leave", "q", "Quit; the run continues", lambda main: main.program.leave()),
    _command(
        "app.suspend",
        "suspend",
        "ctrl+z",
        "Suspend to the shell; fg returns",
        lambda main: main.program.suspend(),
    ),
)


def bindings() -> list[BindingType]:
    """The main screen's bindings."""
    return [command.binding for command in COMMANDS]


_BY_ID = {command.id: command for command in COMMANDS}


def command_called(name: str) -> MainCommand:
    """The command of that id; raises KeyError."""
    return _BY_ID[name]
