"""The menus of the entries of the project tree."""

from __future__ import annotations

import asyncio
from pathlib import Path

from simorc.rundir.layout import find_run
from simorc.rundir.notes import RunNotes
from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen, confirm
from simorc_tui.screens.dialogs.prompt import PromptScreen
from simorc_tui.screens.main.compare_controller import CompareController
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.project_controller import ProjectController
from simorc_tui.screens.main.run_controller import RunController
from simorc_tui.screens.main.run_list_controller import RunListController
from simorc_tui.widgets.tree.project_tree import Entry

MENUS: dict[str, tuple[Choice, ...]] = {
    "sweep": (
        Choice("build", "b", "edit in the sweep builder"),
        Choice("run", "r", "run"),
        Choice("edit", "e", "open the file in $EDITOR"),
        Choice("validate", "v", "validate the project"),
    ),
    "run": (
        Choice("open", "o", "open"),
        Choice("continue", "r", "resume pending and failed cases"),
        Choice("compare", "c", "compare with the run in the table"),
        Choice("report", "p", "write an HTML report"),
        Choice("archive", "a", "archive in one file"),
        Choice("note", "n", "add a note"),
        Choice("rename", "m", "give it a label"),
        Choice("lock", "l", "protect from removal"),
        Choice("unlock", "u", "remove the protection"),
        Choice("clean", "x", "remove, after confirmation"),
    ),
    "schematic": (
        Choice("netlist", "n", "regenerate the netlist"),
        Choice("edit", "e", "open the file in $EDITOR"),
        Choice("validate", "v", "validate the project"),
    ),
    "testbench": (
        Choice("form", "I", "edit specs, measurements, defaults and corners"),
        Choice("netlist", "n", "regenerate stale netlists"),
        Choice("edit", "e", "open config.yaml in $EDITOR"),
        Choice("validate", "v", "validate the project"),
    ),
}
FILE_MENU = (Choice("edit", "e", "open the file in $EDITOR"), Choice("validate", "v", "validate the project"))


class TreeController(Controller):
    """The menu of the tree."""

    def __init__(
        self,
        main: MainContext,
        project: ProjectController,
        runs: RunController,
        run_list: RunListController,
        compare: CompareController,
    ) -> None:
        super().__init__(main)
        self._project = project
        self._runs = runs
        self._run_list = run_list
        self._compare = compare

    def menu(self) -> None:
        entry = self.main.tree.chosen
        if entry is None:
            self.main.say("No actions here. Move the cursor to a sweep, a run, a schematic or a file.")
            return
        choices = MENUS.get(entry.kind, FILE_MENU)
        self.main.ask(ChoiceScreen(entry.name, choices), lambda answer: self._act(entry, answer))

    def launch(self) -> None:
        """Run the sweep under the cursor; on a run, its sweep, or resume it."""
        entry = self.main.tree.chosen
        summary = next(
            (
                s
                for s in self.main.summaries
                if entry is not None and (entry.kind, s.run) == ("run", entry.name)
            ),
            None,
        )
        sweep = summary.sweep if summary is not None else ""
        if entry is not None and entry.kind == "sweep":
            sweep = entry.name
        if not sweep:
            self.main.say("Move the cursor to a sweep or a run to run it.")
        elif self._project.show_sweep(sweep):
            self._runs.launch(summary.run if summary is not None else None)

    def _act(self, entry: Entry, answer: str | None) -> None:
        match answer:
            case None:
                return
            case "build" | "run":
                self._project.edit_sweep(entry.name)
                self.main.command("run.launch" if answer == "run" else "pane.builder")
            case "open":
                self._runs.open_run(entry.name)
            case "compare":
                self._compare.compare_with(f"run {entry.name}")
            case "continue":
                self._run_confirmed("yes", "run", entry.name, "--detach")
                self._runs.open_run(entry.name)
            case "clean":
                self.main.do(self._clean(entry.name), "command")
            case "note" | "rename":
                self._ask_remark(answer, entry.name)
            case "archive" | "report" | "lock" | "unlock":
                self._run_confirmed(
                    "yes", answer, entry.name, *(["--format", "html"] if answer == "report" else [])
                )
            case "validate":
                self._run_confirmed("yes", "validate")
            case _:
                self.main.command(f"file.{answer}")

    async def _clean(self, run: str) -> None:
        """Remove a run after confirmation; a locked one is refused without a prompt."""
        await asyncio.to_thread(_refuse_locked, self.main.root, run)
        self.main.ask(
            confirm(f"Remove {run} with all its files?", "remove"),
            lambda yes: self._run_confirmed(yes, "clean", run, "--yes"),
        )

    def palette_actions(self) -> list[tuple[Entry, Choice]]:
        """The menu entries for the entry under the tree's cursor and for the open run."""
        entries = [Entry("run", self.main.run.name)] if self.main.run is not None else []
        chosen = self.main.tree.chosen
        if chosen is not None and (chosen.kind, chosen.name) not in [(e.kind, e.name) for e in entries]:
            entries.insert(0, chosen)
        found = [
            (entry, choice)
            for entry in entries
            for choice in MENUS.get(entry.kind, FILE_MENU)
            if choice.id != "edit"  # a command of its own, which edits what has the keys
        ]
        if all(choice.id != "validate" for _, choice in found):
            found.append((Entry("project", self.main.outline.name), FILE_MENU[-1]))
        return found

    def reload(self) -> None:
        """Read the project and look at its runs now."""
        self._project.read_project()
        self._run_list.look_now()
        self.main.say("reloading the project and its runs")

    def act_on(self, entry: Entry, answer: str) -> None:
        """Carry out one action of the menus."""
        self._act(entry, answer)

    def _ask_remark(self, command: str, run: str) -> None:
        """A line for the note or the label, as it is now; an empty one takes it away."""
        summary = next((each for each in self.main.summaries if each.run == run), None)
        notes = summary.remarks if summary is not None else RunNotes()
        title = f"Note of {run}" if command == "note" else f"Label of {run}"
        value = notes.note if command == "note" else notes.label
        self.main.ask(PromptScreen(title, value), lambda text: self._save_remark(command, run, text))

    def _save_remark(self, command: str, run: str, text: str | None) -> None:
        if text is not None:
            self._run_confirmed("yes", command, run, *(["--", text] if text.strip() else ["--remove"]))

    def _run_confirmed(self, answer: str | None, *arguments: str) -> None:
        if answer == "yes":
            self.main.do(self._command(*arguments), "command")

    async def _command(self, *arguments: str) -> None:
        """Run a simorc command and show its output."""
        output = await self.main.launcher.command(*arguments)
        self.main.say(output or f"{arguments[0]}: done")
        self._run_list.look_now()


def _refuse_locked(root: Path, run: str) -> None:
    from simorc.rundir.retention import refuse_locked

    refuse_locked(find_run(root, run))
