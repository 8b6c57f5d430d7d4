"""Reads the project in the background and shows it in the tree and the builder."""

from __future__ import annotations

from textual.message import Message

from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout
from simorc_tui.data.project.loader import read_outline
from simorc_tui.data.project.outline import ProjectOutline
from simorc_tui.data.project.watch import watch_project
from simorc_tui.screens.main.context import Controller, MainContext

PREPARED_AFTER = 2.0
"""Seconds from the first sight of the project until what the next run needs is loaded, beside the rest."""


class OutlineRead(Message):
    """The project has been read."""

    def __init__(self, outline: ProjectOutline) -> None:
        super().__init__()
        self.outline = outline


class ProjectController(Controller):
    """Reads the project's files, again whenever they change, and opens sweeps in the builder."""

    def __init__(self, main: MainContext) -> None:
        super().__init__(main)
        self._prepared = False
        """Whether the standby process was asked for, which nobody needs without a sweep."""

    def watch(self) -> None:
        """Read the project again whenever one of its files changes, until the screen is gone."""
        watch = watch_project(lambda: self.main.outline.stamps, self.read_project)
        self.main.screen.run_worker(watch, group="project files")

    def read_project(self) -> None:
        """Read the project's files in the background; `OutlineRead` follows."""
        self.main.in_thread(self._read, "outline", exclusive=True)

    def _read(self) -> None:
        self.main.screen.post_message(OutlineRead(read_outline(self.main.root)))

    def outline_read(self, outline: ProjectOutline) -> None:
        main, builder = self.main, self.main.builder
        main.outline = outline
        if outline.sweeps and not self._prepared:
            self._prepared = True
            main.screen.set_timer(PREPARED_AFTER, main.launcher.prepare)
        builder.project = outline.project
        main.status_line.project = outline.name
        main.status_line.problems = len(outline.problems)
        main.tree.show_outline(outline)
        if builder.sweep is None:
            if main.run is not None:
                self.show_sweep_of(main.run)
            elif outline.sweeps:
                self.edit_sweep(outline.sweeps[0].name)
        elif not builder.dirty and builder.file_moved:
            self.edit_sweep(builder.sweep.name)
        else:
            builder.count()

    def show_sweep_of(self, layout: RunLayout) -> None:
        """The builder shows the sweep of the run, unless the user is at work in it."""
        if not self.main.builder.dirty and self.main.outline.sweep(layout.sweep) is not None:
            self.edit_sweep(layout.sweep)

    def show_sweep(self, name: str) -> bool:
        """Have a sweep in the builder, its changes kept; False, after a message, if it cannot be shown."""
        builder = self.main.builder
        if builder.sweep is None or builder.sweep.name != name:
            self.edit_sweep(name)
        if builder.sweep is not None and builder.sweep.name == name:
            return True
        self.main.say(f"Sweep {name} cannot be run: it is not in the project or has errors.")
        return False

    def edit_sweep(self, name: str) -> None:
        """Open a sweep in the builder."""
        sweep = self.main.outline.sweep(name)
        if sweep is None:
            return
        try:
            self.main.builder.edit_sweep(sweep, self.main.outline.testbench(sweep.testbench))
        except SimorcError as error:
            self.main.show_error(error)
        self.main.screen.refresh_bindings()
