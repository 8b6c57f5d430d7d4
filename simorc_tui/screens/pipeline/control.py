"""Commands for a pipeline run on its screen: resume, run again, cancel."""

from __future__ import annotations

from collections.abc import Coroutine

from simorc.errors import SimorcError
from simorc.pipeline.rundir.layout import PipelineLayout
from simorc.text import plain
from simorc_tui.data.launcher import Launcher
from simorc_tui.data.pipelines.runs import Ladder
from simorc_tui.screens.dialogs.choice import confirm
from simorc_tui.screens.dialogs.dialog import DismissedOnce, show


class PipelineControl(DismissedOnce[None]):
    """Slow things happen in workers; a run is reached by files and processes only."""

    def __init__(self, layout: PipelineLayout, launcher: Launcher) -> None:
        super().__init__()
        self.layout_of_run = layout
        self.launcher = launcher

    @property
    def ladder(self) -> Ladder:
        """The state of the run when it was last read."""
        raise NotImplementedError

    def look_now(self) -> None:
        """Something was done to the run."""
        raise NotImplementedError

    def show_run(self, layout: PipelineLayout) -> None:
        """Show another run instead."""
        raise NotImplementedError

    def action_go_on(self) -> None:
        """Resume what was stopped; run again what is over."""
        if self.ladder.state == "running":
            self.say("This run is already running.")
        elif self.ladder.over:
            question = f"Run {self.layout_of_run.pipeline} again?"
            show(self.app, confirm(question, "run"), self._run_again)
        else:
            self._do(self._command("resume", self.layout_of_run.name, "--detach"))

    def _run_again(self, answer: str | None) -> None:
        if answer == "yes":
            self._do(self._run())

    async def _run(self) -> None:
        run = await self.launcher.command("pipeline", "run", self.layout_of_run.pipeline, "--detach")
        layout = PipelineLayout(self.layout_of_run.path.with_name(run))
        self.show_run(layout)

    def action_cancel(self) -> None:
        if self.ladder.state != "running":
            self.say("This run is not running. There is nothing to cancel.")
            return
        show(self.app, confirm("Cancel this run? It can be resumed.", "cancel it"), self._cancel)

    def _cancel(self, answer: str | None) -> None:
        if answer == "yes":
            self._do(self._command("cancel", self.layout_of_run.name))

    async def _command(self, *arguments: str) -> None:
        output = await self.launcher.command("pipeline", *arguments)
        self.look_now()
        self.say(output or f"{arguments[0]}: done")

    def _do(self, work: Coroutine[object, object, None]) -> None:
        self.run_worker(self._guarded(work), group="pipeline", exclusive=False)

    async def _guarded(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except SimorcError as error:
            self.show_error(error)

    def say(self, message: str) -> None:
        self.notify(plain(message), markup=False, timeout=4)

    def show_error(self, error: SimorcError) -> None:
        words = error.message if not error.remedy else f"{error.message}\n{error.remedy}"
        self.notify(plain(words), severity="error", markup=False, timeout=10)
