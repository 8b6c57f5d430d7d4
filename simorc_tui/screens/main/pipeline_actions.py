"""Design pipelines on the main screen: watched in the tree, opened, started, resumed, cancelled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen, confirm
from simorc_tui.screens.main.run_actions import RunActions
from simorc_tui.screens.main.tree_actions import TreeActions
from simorc_tui.widgets.tree.entry import Entry
from simorc_tui.widgets.tree.project_tree import ProjectTree

if TYPE_CHECKING:
    from simorc.pipeline.control import PipelineSummary
    from simorc_tui.data.pipeline_runs import Watch

MENUS: dict[str, tuple[Choice, ...]] = {
    "pipeline": (
        Choice("run", "r", "run it"),
        Choice("open", "o", "open its newest run"),
        Choice("edit", "e", "open the spec in $EDITOR"),
        Choice("validate", "v", "validate the project"),
    ),
    "pipeline_run": (
        Choice("open", "o", "open it: stages, files, waveforms"),
        Choice("resume", "r", "resume it"),
        Choice("cancel", "x", "cancel it"),
    ),
}
RUN = "run "


class PipelinesCame(Message):
    """How the runs of pipelines stand."""

    def __init__(self, summaries: tuple[PipelineSummary, ...]) -> None:
        super().__init__()
        self.summaries = summaries


class PipelineActions(RunActions, TreeActions):
    """Runs of pipelines are carried by processes of their own: here they are started and looked at."""

    pipeline_runs: tuple[PipelineSummary, ...] = ()
    _pipelines: Watch[tuple[PipelineSummary, ...]] | None = None

    def watch_pipelines(self) -> None:
        """Begin to watch; `leave_pipelines` ends it."""
        from simorc_tui.data.pipeline_runs import (  # read once the first frame is there
            RUNS_EVERY,
            RunsReader,
            Watch,
        )

        reader = RunsReader(self.root)
        self._pipelines = Watch(reader, lambda seen: self.post_message(PipelinesCame(seen)), RUNS_EVERY)
        self._pipelines.start()

    def leave_pipelines(self) -> None:
        if self._pipelines is not None:
            self._pipelines.stop()

    def on_pipelines_came(self, event: PipelinesCame) -> None:
        self.pipeline_runs = event.summaries
        self.tree_pane.show_pipelines(event.summaries)

    @on(ProjectTree.PipelineChosen)
    def _pipeline_chosen(self, event: ProjectTree.PipelineChosen) -> None:
        if event.entry.kind == "pipeline_run":
            self.open_pipeline(event.entry.name)
        else:
            self.action_menu()

    def action_launch(self) -> None:
        """In the tree, on a pipeline or a run of it: that; else a sweep."""
        entry = self._pipeline_entry()
        if entry is None:
            super().action_launch()
        else:
            self._act_on_pipeline(entry, "run" if entry.kind == "pipeline" else "resume")

    def action_cancel(self) -> None:
        """In the tree, on a pipeline's run: that; else the run on the table."""
        entry = self._pipeline_entry()
        if entry is not None and entry.kind == "pipeline_run":
            self._act_on_pipeline(entry, "cancel")
        else:
            super().action_cancel()

    def action_menu(self) -> None:
        """The menu of a pipeline or a run of it; else of what else the tree holds."""
        entry = self._pipeline_entry()
        if entry is None:
            super().action_menu()
        else:
            choices = ChoiceScreen(entry.name, MENUS[entry.kind])
            self.app.push_screen(choices, lambda answer: self._act_on_pipeline(entry, answer))

    def action_pick_pipeline(self) -> None:
        """Choose a pipeline to run, or a run to open."""
        from simorc_tui.screens.pipeline.wording import pipeline_glyph

        choices = [Choice(f"{RUN}{each.name}", "", f"run {each.name}") for each in self.outline.pipelines]
        choices += [
            Choice(each.run, "", f"{pipeline_glyph(self.glyphs, each.state)} {each.run}  {each.state}")
            for each in self.pipeline_runs
        ]
        if choices:
            self.app.push_screen(ChoiceScreen("Design pipelines", choices), self._picked)
        else:
            self.say("this project has no pipelines: sim_setup.yaml names them under 'pipelines'")

    def open_pipeline(self, name: str) -> None:
        """Show a run, by its id, or the newest of a pipeline, by its name."""
        self.do(self._open_pipeline(name), "pipeline")

    def _picked(self, answer: str | None) -> None:
        if answer is not None and answer.startswith(RUN):
            self.do(self._run_pipeline(answer.removeprefix(RUN)), "pipeline")
        elif answer is not None:
            self.open_pipeline(answer)

    def _pipeline_entry(self) -> Entry | None:
        entry = self.tree_pane.chosen if self.pane == "tree" else None
        return entry if entry is not None and entry.kind in MENUS else None

    def _act_on_pipeline(self, entry: Entry, answer: str | None) -> None:
        match answer:
            case None:
                return
            case "run":
                self.do(self._run_pipeline(entry.name), "pipeline")
            case "open":
                self.open_pipeline(entry.name)
            case "resume":
                self.do(self._pipeline_command("resume", entry.name, "--detach"), "pipeline")
            case "cancel":
                self.app.push_screen(
                    confirm(f"Cancel {entry.name}? It can be resumed.", "cancel it"),
                    lambda yes: self._cancel_pipeline(entry.name) if yes == "yes" else None,
                )
            case _:
                self._act(entry, answer)

    def _cancel_pipeline(self, run: str) -> None:
        self.do(self._pipeline_command("cancel", run), "pipeline")

    async def _run_pipeline(self, name: str) -> None:
        self.say(f"starting {name} ...")
        run = await self.launcher.command("pipeline", "run", name, "--detach")
        self._look_at_pipelines()
        await self._open_pipeline(run)

    async def _pipeline_command(self, *arguments: str) -> None:
        said = await self.launcher.command("pipeline", *arguments)
        self._look_at_pipelines()
        self.say(said or f"{arguments[0]}: done")

    async def _open_pipeline(self, name: str) -> None:
        from simorc.pipeline.layout import find_pipeline_run
        from simorc_tui.screens.pipeline.pipeline_screen import PipelineScreen

        layout = await asyncio.to_thread(find_pipeline_run, self.root, name)
        self.app.push_screen(PipelineScreen(layout, self.launcher, self.glyphs))

    def _look_at_pipelines(self) -> None:
        if self._pipelines is not None:
            self._pipelines.look_now()
