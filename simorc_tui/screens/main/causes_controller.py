"""Opens the screen of causes on the run shown, and runs the analyses that are started there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from simorc.errors import SimorcError
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.worst_case_controller import WorstCaseController

if TYPE_CHECKING:
    from simorc.analysis.costs import Cost
    from simorc_tui.data.causes.jobs import AnalysisJobs
    from simorc_tui.data.causes.model import Causes
    from simorc_tui.data.run_model import RunModel
    from simorc_tui.screens.causes.causes_screen import CausesScreen


class CausesController(Controller):
    """A: the causes behind the specs of the run shown; an analysis goes on while other screens are shown."""

    def __init__(self, main: MainContext, worst_case: WorstCaseController) -> None:
        super().__init__(main)
        self._worst_case = worst_case
        self._jobs: AnalysisJobs | None = None
        self._opening = False

    def causes(self) -> None:
        """Show the causes of the run, at the spec under the cursor of the spec sheet."""
        if not self._opening:
            self._opening = True
            self.main.do(self._open(self.main.open_run()), "causes")

    async def _open(self, model: RunModel) -> None:
        try:
            spec, names = self.main.case_view.current_spec, self._names(model)
            causes = await asyncio.to_thread(_read, model, names)
        finally:
            self._opening = False
        if self.main.app.screen is self.main.screen:  # else another screen came first
            self._push(model, causes, spec)

    def _push(self, model: RunModel, causes: Causes, spec: str) -> None:
        from simorc_tui.screens.causes.causes_screen import CausesScreen, Services

        services = Services(
            launcher=self.main.launcher,
            jobs=self._all_jobs(),
            read=lambda: _read(model, self._names(model)),
            start=self._start,
        )
        self.main.ask(CausesScreen(causes, services, self.main.glyphs, spec), self._go_to)

    def _go_to(self, case: int | None) -> None:
        if case is not None:
            self._worst_case.go_past_filter(case)

    def _names(self, model: RunModel) -> list[str]:
        """The analyses of the run's testbench, then its sweep: what new analyses can be made of."""
        project, news = self.main.outline.project, model.news
        if project is None:
            return []
        sweep = model.layout.sweep
        testbench = "" if news is None else news.meta.get("testbench", "")
        if not testbench and sweep in project.sweeps:
            testbench = project.sweeps[sweep].definition.testbench
        names = [name for name, each in project.analyses.items() if each.definition.testbench == testbench]
        return names + [sweep] * (sweep in project.sweeps)

    def _all_jobs(self) -> AnalysisJobs:
        from simorc_tui.data.causes.jobs import AnalysisJobs

        if self._jobs is None:
            self._jobs = AnalysisJobs(self.main.launcher.analysis)
            self._jobs.changed = self._show_progress
        return self._jobs

    def _shown(self) -> CausesScreen | None:
        """The screen of causes, if it is there."""
        from simorc_tui.screens.causes.causes_screen import CausesScreen

        return next((each for each in self.main.app.screen_stack if isinstance(each, CausesScreen)), None)

    def _show_progress(self) -> None:
        if self.main.app.is_running and (screen := self._shown()) is not None and screen.is_mounted:
            screen.show_head()

    def _start(self, cost: Cost) -> None:
        self.main.do(self._run(cost), "analysis")

    async def _run(self, cost: Cost) -> None:
        what = f"{cost.kind} {cost.name}"
        try:
            finished = await self._all_jobs().run(cost)
        except SimorcError as error:
            screen = self._shown()
            if screen is None:
                raise
            screen.say_error(error)
            return
        if (screen := self._shown()) is not None:
            screen.say(f"{what} is stored" if finished else f"{what} cancelled; nothing is stored")
            screen.action_reload()
        elif finished:
            self.main.say(f"{what} is stored. Press A to see it.")

    async def leave(self) -> None:
        """End an analysis under way with the program."""
        if self._jobs is not None:
            await self._jobs.close()


def _read(model: RunModel, names: list[str]) -> Causes:
    """Raises SimorcError for a run that cannot be read."""
    from simorc.rundir.store.connection import DatabaseError
    from simorc_tui.data.causes.reading import read_causes
    from simorc_tui.screens.causes import causes_screen  # noqa: F401 -- imported here, off the event loop

    try:
        return read_causes(model.results(), names)
    except (DatabaseError, ValueError, KeyError) as error:
        raise SimorcError(
            f"{model.layout.name} cannot be read: {error}", remedy="simorc fsck shows why"
        ) from error
