"""The table of commands, and the group that imports the module of the one asked for and no other."""

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
    """One line of `simorc --help`, and where the command is: ``module:attribute`` in simorc.cli.commands."""

    section: str
    help: str
    place: str


SECTIONS = ("Project", "Running", "Results", "Machine")

COMMANDS = {
    "init": Entry("Project", "Make a new project that runs as made.", "init"),
    "validate": Entry(
        "Project", "Check every file of the project and report all errors at once.", "validate"
    ),
    "config": Entry("Project", "Show every setting and where it comes from.", "config"),
    "schema": Entry("Project", "JSON Schemas of the project's files, for editors.", "schema"),
    "import": Entry("Project", "Make a project from one of CACE, cicsim or LTspice.", "import_"),
    "netlist": Entry("Project", "Are the netlists their schematics'; make them so.", "netlist"),
    "watch": Entry("Project", "Tell when a schematic and its netlist part.", "watch"),
    "build": Entry("Running", "Make a run of a sweep without starting it.", "build"),
    "run": Entry("Running", "Run a sweep, or continue a run.", "run"),
    "status": Entry("Running", "Show all runs, or one.", "status"),
    "cancel": Entry("Running", "Stop a run, or some of its cases.", "steering:cancel"),
    "pause": Entry("Running", "Start no further case; what is under way finishes.", "steering:pause"),
    "resume": Entry("Running", "Go on with a paused run.", "steering:resume"),
    "retry": Entry("Running", "Run failed cases again.", "steering:retry"),
    "jobs": Entry("Running", "Change how many cases run at once.", "steering:jobs"),
    "pipeline": Entry("Running", "From a written spec to verified RTL.", "pipeline"),
    "clean": Entry("Running", "Remove runs.", "clean"),
    "note": Entry("Running", "Keep a note with a run.", "note"),
    "rename": Entry("Running", "Show a run by a name of yours.", "note:rename"),
    "lock": Entry("Running", "Keep a run from being removed.", "lock"),
    "unlock": Entry("Running", "Let a run be removed again.", "lock:unlock"),
    "results": Entry("Results", "Print the cases of a run with their measurements.", "results"),
    "show": Entry("Results", "Everything about one case.", "show"),
    "log": Entry("Results", "Print the simulator's log of a case.", "log"),
    "plot": Entry("Results", "Draw the waveforms of a case in the terminal.", "plot"),
    "measure": Entry("Results", "Measure a run again, without simulating.", "measure"),
    "compare": Entry("Results", "What changed between two runs.", "compare"),
    "baseline": Entry("Results", "Keep a run as the reference, and check later runs against it.", "baseline"),
    "report": Entry("Results", "Write a report of a run.", "report"),
    "archive": Entry("Results", "Pack a run into one file.", "archive"),
    "serve": Entry("Machine", "Show the terminal interface in a browser on this machine.", "serve"),
    "fsck": Entry("Machine", "Check a run's files against its state, and repair it.", "fsck"),
    "doctor": Entry("Machine", "Check what simorc needs on this machine.", "doctor"),
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
        command = getattr(importlib.import_module(f"simorc.cli.commands.{module}"), attribute or "command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise click.UsageError(f"no command {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader has seen enough (`simorc results | head`): no word of it, not at shutdown either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(0) from None
        return result

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section in SECTIONS:
            rows = [(name, entry.help) for name, entry in COMMANDS.items() if entry.section == section]
            with formatter.section(section):
                formatter.write_dl(rows)
