"""Opens the form of a testbench, and has the run that is shown measured again when it was saved."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from simorc.errors import SimorcError
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.project_controller import ProjectController

if TYPE_CHECKING:
    from simorc.config.project import Project
    from simorc_tui.data.setup_form.form import SetupForm
    from simorc_tui.data.setup_form.preview import FormPreview

NO_PROJECT = "The project cannot be read. Correct sim_setup.yaml first."
NO_TESTBENCH = "Move the cursor to a testbench, a sweep or a run of the tree to edit its set-up."


class FormController(Controller):
    """Edits testbenches in a form. A form that was left is found again as it was."""

    def __init__(self, main: MainContext, project: ProjectController) -> None:
        super().__init__(main)
        self._project = project
        self._left: dict[str, SetupForm] = {}
        self._opening = False

    def edit(self) -> None:
        """Open the form of the testbench that the tree's row, the run shown or the builder belongs to."""
        project = self.main.outline.project
        if project is None:
            self.main.say(NO_PROJECT)
        elif not self._opening:
            self._opening = True
            self.main.do(self._open(project), "form")

    async def _open(self, project: Project) -> None:
        try:
            await self._show(project)
        finally:
            self._opening = False

    async def _show(self, project: Project) -> None:
        testbench = self._testbench()
        if testbench not in project.testbenches:
            broken = f"Testbench {testbench} cannot be read: its file has errors."
            self.main.say(broken if testbench else NO_TESTBENCH)
            return
        sweep = self.main.builder.sweep
        form = await asyncio.to_thread(self._form_of, project, testbench, sweep.name if sweep else "")
        self._left[testbench] = form
        self._push(form)

    def _form_of(self, project: Project, testbench: str, sweep: str) -> SetupForm:
        """The form that was left, or a new one if its files have changed since."""
        from simorc_tui.data.setup_form.form import SetupForm

        left = self._left.get(testbench)
        if left is not None and not left.outdated and left.covers(sweep):
            left.renew(project)
            return left
        return SetupForm(project, testbench, sweep)

    def _push(self, form: SetupForm) -> None:
        from simorc_tui.screens.form.form_screen import FormScreen

        if self.main.app.screen is not self.main.screen:
            return  # another screen came first
        spec = self.main.case_view.current_spec if self.main.pane == "view" else ""
        model, row, of_run = self.main.model, self.main.table.current, self._is_of_run(form)

        def read_preview() -> FormPreview | None:
            from simorc_tui.data.setup_form.preview import FormPreview

            if model is None or not of_run:
                return None
            return FormPreview(model.results(), None if row is None else row.case_id)

        screen = FormScreen(form, self.main.glyphs, read_preview, ("specs", spec))
        self.main.ask(screen, lambda saved: self._saved(form) if saved else None)

    def _testbench(self) -> str:
        """The testbench of what the cursor is on; empty if there is none."""
        entry = self.main.tree.chosen
        if self.main.pane == "tree" and entry is not None:
            if entry.kind == "testbench":
                return entry.name
            run = next((each.sweep for each in self.main.summaries if each.run == entry.name), "")
            sweep = self.main.outline.sweep(run if entry.kind == "run" else entry.name)
            return "" if sweep is None else sweep.testbench
        news, shown = self.main.news, self.main.builder.sweep
        if self.main.pane != "builder" and news is not None and news.meta.get("testbench"):
            return news.meta["testbench"]
        return "" if shown is None else shown.testbench

    def _saved(self, form: SetupForm) -> None:
        self._project.read_project()
        run = self.main.run
        if run is None or not self._is_of_run(form) or not form.changes_results:
            self.main.say("saved")
        elif self.main.alive:
            self.main.say("Saved. This run keeps its former specs: run `simorc measure` when it has ended.")
        else:
            self.main.do(self._measure(run.name), "measure")

    def _is_of_run(self, form: SetupForm) -> bool:
        """Whether the run that is shown simulates the testbench of the form."""
        news = self.main.news
        return news is not None and news.meta.get("testbench") == form.testbench

    async def _measure(self, run: str) -> None:
        self.main.say("saved; measuring the run again ...")
        try:
            output = await self.main.launcher.command("measure", run)
        except SimorcError as error:
            raise SimorcError(f"saved, but the run was not measured again: {error.message}") from error
        self.main.say(output)
