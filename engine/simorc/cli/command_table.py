"""The table of commands. The command group imports only the module of the requested command."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from dataclasses import dataclass
from typing import Any

import click


@dataclass(frozen=True)
class Entry:
    """One line of `simorc --help`, and where the command is: ``module:attribute`` in the package of its
    section, ``simorc.cli.commands.<section>``.
    """

    section: str
    help: str
    place: str


SECTIONS = ("Project", "Running", "Results", "Analysis", "Machine")

COMMANDS = {
    "init": Entry("Project", "Create a project that is ready to run.", "init"),
    "validate": Entry("Project", "Check all project files and report every error.", "validate"),
    "config": Entry("Project", "Show every setting and its source.", "config"),
    "schema": Entry("Project", "Print or write JSON Schemas of the project files, for editors.", "schema"),
    "import": Entry(
        "Project", "Create a project from a CACE, Chipify, cicsim or LTspice project.", "import_"
    ),
    "netlist": Entry("Project", "Check that netlists match their schematics; regenerate them.", "netlist"),
    "watch": Entry("Project", "Watch schematics and report netlists that become stale.", "watch"),
    "build": Entry("Running", "Create a run of a sweep without starting it.", "build"),
    "run": Entry("Running", "Run a sweep, or resume a run.", "run"),
    "size": Entry(
        "Running", "Find values of parameters with which every spec is met at every corner.", "size"
    ),
    "status": Entry("Running", "Show all runs, or one run.", "status"),
    "cancel": Entry("Running", "Cancel a run, or some of its cases.", "steering:cancel"),
    "pause": Entry("Running", "Pause a run: running cases finish, no new case starts.", "steering:pause"),
    "resume": Entry("Running", "Resume a paused run.", "steering:resume"),
    "retry": Entry("Running", "Run failed cases again.", "steering:retry"),
    "jobs": Entry("Running", "Change the number of cases that run in parallel.", "steering:jobs"),
    "pipeline": Entry(
        "Running", "Run a design pipeline: from a written specification to verified RTL.", "pipeline"
    ),
    "clean": Entry("Running", "Remove runs.", "clean"),
    "note": Entry("Running", "Add a note to a run, or print it.", "note"),
    "rename": Entry("Running", "Give a run a label.", "note:rename"),
    "lock": Entry("Running", "Protect a run from removal.", "lock"),
    "unlock": Entry("Running", "Remove the protection of a run.", "lock:unlock"),
    "results": Entry("Results", "Print the cases of a run and their measurements.", "results"),
    "show": Entry("Results", "Show the details of one case.", "show"),
    "op": Entry("Results", "Show the operating point of a case: every device with gm, gm/id, region.", "op"),
    "log": Entry("Results", "Print the simulator log of a case.", "log"),
    "plot": Entry(
        "Results", "Plot waveforms and measurements in the terminal, or write them to a file.", "plot"
    ),
    "measure": Entry("Results", "Measure a run again without simulating.", "measure"),
    "measure-file": Entry(
        "Results", "Measure a raw file of any simulator, without a project.", "measure_file"
    ),
    "compare": Entry("Results", "Compare the results of two runs.", "compare"),
    "baseline": Entry(
        "Results", "Save the results of a run as a baseline; check later runs against it.", "baseline"
    ),
    "report": Entry("Results", "Write reports of a run.", "report"),
    "archive": Entry("Results", "Archive a run in one file.", "archive"),
    "analyses": Entry("Analysis", "Show what each analysis costs, and what is stored.", "analyses"),
    "mismatch": Entry("Analysis", "Show which device contributes how much to a spread.", "mismatch"),
    "sensitivity": Entry("Analysis", "Show how much each parameter changes each measurement.", "sensitivity"),
    "wcd": Entry("Analysis", "Show how many sigma away each limit is, and its worst-case point.", "wcd"),
    "yield": Entry("Analysis", "Show the yield: Monte Carlo beside worst-case distances.", "yield_"),
    "corners": Entry("Analysis", "Show which corners decide which limit; save corners by name.", "corners"),
    "serve": Entry("Machine", "Show the terminal interface in a browser on this machine.", "serve"),
    "dashboard": Entry("Machine", "Show the runs of several projects in a browser.", "dashboard"),
    "fsck": Entry("Machine", "Check the files of a run against its state, and repair them.", "fsck"),
    "doctor": Entry("Machine", "Check that this machine has what simorc needs.", "doctor"),
}


class CommandGroup(click.Group):
    """A click group over `COMMANDS`. Help comes from the table: listing the commands imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.place.partition(":")
        package = f"simorc.cli.commands.{entry.section.lower()}"
        command = getattr(importlib.import_module(f"{package}.{module}"), attribute or "command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise click.UsageError(f"unknown command {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader closed the pipe (`simorc results | head`): print no error, now or at shutdown.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(0) from None
        return result

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section in SECTIONS:
            rows = [(name, entry.help) for name, entry in COMMANDS.items() if entry.section == section]
            with formatter.section(section):
                formatter.write_dl(rows)
