"""Files and the program itself: $EDITOR, saving the sweep, palette, themes, help, leaving."""

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
from simorc_tui.screens.main.desk import Desk

if TYPE_CHECKING:
    from simorc.config.yaml.edit import SweepText
    from simorc.units import Value

FIRST_IN_HELP: Mapping[str, tuple[str, ...]] = {
    "wave": ("wave", "plot"),
    "tree": ("in_tree", "file"),
    "builder": ("in_builder", "sweep"),
    "log": ("in_file",),
    "netlist": ("in_file",),
}
"""The groups of keys that stand first where the keys go to this place."""


class ProgramActions(Desk):
    """What belongs to no run and no case."""

    def action_edit(self) -> None:
        """Open what is under the cursor in the user's editor, then read the project again."""
        from simorc_tui.editor import edit_file

        file = self._file_under_cursor()
        if file is None:
            self.say("nothing under the cursor is a file")
            return
        try:
            edit_file(self.app, file)
        except SimorcError as error:
            self.show_error(error)
        if not self.builder.dirty:
            self.builder.sweep = None
        self.read_project()

    def _file_under_cursor(self) -> Path | None:
        if self.pane == "tree":
            entry = self.tree_pane.chosen
            return entry.file if entry is not None else None
        if self.pane == "builder":
            return self.builder.sweep.path if self.builder.sweep is not None else None
        row = self.table.current
        if row is None or self.layout_of_run is None:
            return None
        file = self.layout_of_run.log if self.case_view.tab == "log" else self.layout_of_run.deck
        return file(row.case_id) if file(row.case_id).exists() else None

    def action_save_sweep(self) -> None:
        """Write the draft over the sweep's file, after asking."""
        sweep = self.builder.sweep
        if sweep is None or not self.builder.dirty:
            self.say("nothing to save: the builder shows what stands in the file")
            return
        moved = " It was changed elsewhere since it was opened here." if self.builder.file_moved else ""
        self.app.push_screen(confirm(f"Write over {sweep.path.name}?{moved}", "write it"), self._write_over)

    def _write_over(self, answer: str | None) -> None:
        if answer != "yes":
            return
        try:
            self.builder.save()
        except OSError as error:
            self.notify(plain(f"not saved: {error}"), severity="error", markup=False)
            return
        if self.builder.sweep is not None:
            self.say(f"saved {self.builder.sweep.path.name}")

    def action_save_as(self) -> None:
        self.app.push_screen(PromptScreen("Name of the new sweep", check=self._sweep_name), self._save_as)

    def _sweep_name(self, name: str) -> str:
        if not name.replace("_", "a").replace("-", "a").isalnum():
            return "letters, digits, _ and -"
        return f"there is a sweep {name}" if self.outline.sweep(name) is not None else ""

    def _save_as(self, name: str | None) -> None:
        if name is not None and self.builder.draft is not None:
            self.do(self._write_sweep(self.builder.draft, name), "save")

    async def _write_sweep(self, draft: SweepText, name: str) -> None:
        from simorc_tui.widgets.sweep_builder.section_lines import save_as

        try:
            path = await asyncio.to_thread(save_as, draft, name, self.root / SETUP_FILE)
        except OSError as error:
            raise SimorcError(f"not saved: {error}") from error
        self.builder.sweep = None
        self.read_project()
        self.say(f"saved {path.name}, and named it in {SETUP_FILE}")

    def action_preview(self) -> None:
        """The first cases of the sweep in the builder, as they stand there."""
        if self.builder.draft is not None:
            self.do(self._preview(self.builder.draft), "preview")

    async def _preview(self, draft: SweepText) -> None:
        found = await asyncio.to_thread(_preview_text, draft, self.builder.defaults)
        self.app.push_screen(ReadingScreen("cases of the sweep in the builder", found))

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_theme(self) -> None:
        self.app.search_themes()

    def action_help(self) -> None:
        from simorc_tui.screens.dialogs.help import help_screen

        self.app.push_screen(help_screen(getattr(self.app, "keymap", {}), FIRST_IN_HELP.get(self.place, ())))

    def action_tour(self) -> None:
        from simorc_tui.screens.dialogs.tour import tour_screen

        self.app.push_screen(tour_screen())

    def action_leave(self) -> None:
        self.app.exit(0)

    def action_suspend(self) -> None:
        self.app.action_suspend_process()

    def read_project(self) -> None:
        """Read the project's files again, in the background."""
        raise NotImplementedError


def _preview_text(draft: SweepText, defaults: Mapping[str, Value]) -> Text:
    from simorc_tui.data.sweep_draft import preview_of

    found = preview_of(draft, defaults)
    table = [found.columns, *found.rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(found.columns))]
    lines = ["  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in table]
    if found.skipped:
        lines.insert(1 + found.head, f"  ... {found.skipped:,} more ...")
    return Text("\n".join([f"{found.count:,} cases", *map(plain, lines)]), no_wrap=True)
