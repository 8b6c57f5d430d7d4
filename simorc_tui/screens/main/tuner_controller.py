"""Opens the tuner on what the cursor is on, and puts what it brings back into the sweep builder."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from simorc.errors import SimorcError
from simorc.rundir.layout import find_run
from simorc.units import Value
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.pane_controller import PaneController
from simorc_tui.screens.main.project_controller import ProjectController

if TYPE_CHECKING:
    from simorc.config.project import Project
    from simorc_tui.data.tuning.opening import Tuning

NO_CASE = "Move the cursor to a case, or to a sweep or a testbench of the tree, to tune it."
NO_PROJECT = "The project cannot be read. Correct sim_setup.yaml first."
Points = Sequence[Mapping[str, Value]]


class TunerController(Controller):
    """Tunes cases, sweeps and testbenches. A tuner that was left is found again as it was."""

    def __init__(self, main: MainContext, project: ProjectController, panes: PaneController) -> None:
        super().__init__(main)
        self._project = project
        self._panes = panes
        self._left: dict[tuple[object, ...], Tuning] = {}
        self._opening = False

    def tune(self) -> None:
        """Open the tuner on the tree's row, or on the case under the cursor and the marked ones."""
        project = self.main.outline.project
        if project is None:
            self.main.say(NO_PROJECT)
        elif not self._opening:
            self._opening = True
            self.main.do(self._open(project), "tuner")

    async def _open(self, project: Project) -> None:
        try:
            await self._show(project)
        finally:
            self._opening = False

    async def _show(self, project: Project) -> None:
        from simorc_tui.data.tuning.opening import open_on, open_on_cases

        run, name, case_ids = self._subject()
        if not name and not case_ids:
            self.main.say(NO_CASE)
            return
        stamps = tuple(project.stamps.items())
        key = (run, name, case_ids, stamps)
        if key not in self._left:
            if name:
                tuning = await asyncio.to_thread(open_on, project, name)
            else:
                layout = await asyncio.to_thread(find_run, self.main.root, run)
                tuning = await asyncio.to_thread(open_on_cases, project, layout, case_ids)
            self._left = {key: tuning, **{old: each for old, each in self._left.items() if old[-1] == stamps}}
        self._push(self._left[key])

    def _push(self, tuning: Tuning) -> None:
        from simorc_tui.screens.tuner.tuner_screen import TunerScreen

        if self.main.app.screen is not self.main.screen:
            return  # another screen came first
        tuning.model.forget_readings()
        screen = TunerScreen(tuning, self.main.glyphs, self.main.launcher)
        self.main.ask(screen, lambda points: self._to_builder(tuning, points))

    def _subject(self) -> tuple[str, str, tuple[int, ...]]:
        """(run, sweep or testbench, cases): what the cursor is on; one of the last two is empty."""
        entry = self.main.tree.chosen
        if self.main.pane == "tree" and entry is not None:
            if entry.kind in ("sweep", "testbench"):
                return "", entry.name, ()
            sweep = next((each.sweep for each in self.main.summaries if each.run == entry.name), "")
            return "", sweep if entry.kind == "run" else "", ()
        row, run = self.main.table.current, self.main.run
        if row is None or run is None:
            sweep_shown = self.main.builder.sweep
            return "", "" if sweep_shown is None else sweep_shown.name, ()
        marked = [each for each in sorted(self.main.table.marks) if each != row.case_id]
        return run.name, "", (row.case_id, *marked)

    def _to_builder(self, tuning: Tuning, points: Points | None) -> None:
        if not points:
            return
        from simorc_tui.data.tuning.writing import sweep_of

        sweeps = [each.name for each in self.main.outline.sweeps if each.testbench == tuning.testbench]
        name = tuning.name if tuning.name in sweeps else next(iter(sweeps), "")
        if not name:
            self.main.say(f"Testbench {tuning.testbench} has no sweep to put the values into.")
            return
        builder = self.main.builder
        if not self._project.show_sweep(name) or builder.draft is None:
            return
        try:
            builder.take_draft(sweep_of(builder.draft, points, tuning.written))
        except SimorcError as error:
            self.main.show_error(error)
            return
        self._panes.go_to("builder")
        self.main.say(f"{name}: tuned values are in the builder; r runs them, W saves them as a new sweep")
