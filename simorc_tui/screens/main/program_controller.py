"""Commands of the program: $EDITOR, saving the sweep, palette, themes, help, quit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from simorc.config.root import SETUP_FILE
from simorc.errors import SimorcError
from simorc.text import plain
from simorc_tui.screens.dialogs.choice import confirm
from simorc_tui.screens.dialogs.prompt import PromptScreen
from simorc_tui.screens.dialogs.reading import ReadingScreen
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.project_controller import ProjectController

if TYPE_CHECKING:
    from simorc.config.project import Project
    from simorc.config.yaml.edit import SweepText

FIRST_IN_HELP: Mapping[str, tuple[str, ...]] = {
    "wave": ("wave", "plot"),
    "tree": ("in_tree", "file"),
    "builder": ("in_builder", "sweep"),
    "log": ("in_file",),
    "netlist": ("in_file",),
}
"""The groups of keys that help lists first, by the focused area."""


class ProgramController(Controller):
    """What belongs to no run and no case."""

    def __init__(self, main: MainContext, project: ProjectController) -> None:
        super().__init__(main)
        self._project = project

    def edit(self) -> None:
        """Open what is under the cursor in the user's editor, then read the project again."""
        from simorc_tui.editor import edit_file

        file = self._file_under_cursor()
        if file is None:
            self.main.say("There is no file under the cursor.")
            return
        try:
            edit_file(self.main.app, file)
        except SimorcError as error:
            self.main.show_error(error)
        if not self.main.builder.dirty:
            self.main.builder.sweep = None
        self._project.read_project()

    def _file_under_cursor(self) -> Path | None:
        if self.main.pane == "tree":
            entry = self.main.tree.chosen
            return entry.file if entry is not None else None
        if self.main.pane == "builder":
            return self.main.builder.sweep.path if self.main.builder.sweep is not None else None
        row = self.main.table.current
        if row is None or self.main.run is None:
            return None
        file = self.main.run.log if self.main.case_view.tab == "log" else self.main.run.deck
        return file(row.case_id) if file(row.case_id).exists() else None

    def save_sweep(self) -> None:
        """Write the draft over the sweep's file, after asking."""
        sweep = self.main.builder.sweep
        if sweep is None or not self.main.builder.dirty:
            self.main.say("Nothing to save: the builder and the file are equal.")
            return
        moved = " The file has changed since it was opened." if self.main.builder.file_moved else ""
        self.main.ask(confirm(f"Overwrite {sweep.path.name}?{moved}", "overwrite"), self._write_over)

    def _write_over(self, answer: str | None) -> None:
        if answer != "yes":
            return
        try:
            self.main.builder.save()
        except OSError as error:
            self.main.screen.notify(plain(f"not saved: {error}"), severity="error", markup=False)
            return
        if self.main.builder.sweep is not None:
            self.main.say(f"saved {self.main.builder.sweep.path.name}")

    def save_as(self) -> None:
        self.main.ask(PromptScreen("Name of the new sweep", check=self._sweep_name), self._save_as)

    def _sweep_name(self, name: str) -> str:
        if not name.replace("_", "a").replace("-", "a").isalnum():
            return "letters, digits, _ and -"
        return f"sweep {name} already exists" if self.main.outline.sweep(name) is not None else ""

    def _save_as(self, name: str | None) -> None:
        if name is not None and self.main.builder.draft is not None:
            self.main.do(self._write_sweep(self.main.builder.draft, name), "save")

    async def _write_sweep(self, draft: SweepText, name: str) -> None:
        from simorc_tui.widgets.sweep_builder.section_lines import save_as

        try:
            path = await asyncio.to_thread(save_as, draft, name, self.main.root / SETUP_FILE)
        except OSError as error:
            raise SimorcError(f"not saved: {error}") from error
        self.main.builder.sweep = None
        self._project.read_project()
        self.main.say(f"saved {path.name} and added it to {SETUP_FILE}")

    def preview(self) -> None:
        """The first cases of the sweep in the builder, as edited."""
        if self.main.builder.draft is not None:
            self.main.do(self._preview(self.main.builder.draft), "preview")

    async def _preview(self, draft: SweepText) -> None:
        found = await asyncio.to_thread(_preview_text, draft, self.main.builder.project)
        self.main.ask(ReadingScreen("cases of the sweep in the builder", found))

    def palette(self) -> None:
        self.main.app.action_command_palette()

    def theme(self) -> None:
        self.main.app.search_themes()

    def help(self) -> None:
        from simorc_tui.screens.dialogs.help import help_screen

        self.main.ask(
            help_screen(
                self.main.commands,
                getattr(self.main.app, "keymap", {}),
                FIRST_IN_HELP.get(self.main.place, ()),
            )
        )

    def tour(self) -> None:
        from simorc_tui.screens.dialogs.tour import tour_screen

        self.main.ask(tour_screen())

    def leave(self) -> None:
        self.main.app.exit(0)

    def suspend(self) -> None:
        self.main.app.action_suspend_process()


def _preview_text(draft: SweepText, project: Project | None) -> Text:
    from simorc_tui.data.sweep_draft import preview_of

    found = preview_of(draft, project)
    table = [found.columns, *found.rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(found.columns))]
    lines = ["  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in table]
    if found.skipped:
        lines.insert(1 + found.head, f"  ... {found.skipped:,} more ...")
    return Text("\n".join([f"{found.count:,} cases", *map(plain, lines)]), no_wrap=True)
