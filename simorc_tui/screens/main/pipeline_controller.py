"""Design pipelines on the main screen: shown in the tree, opened, started, resumed, cancelled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.message import Message

from simorc_tui.screens.dialogs.choice import Choice, ChoiceScreen, confirm
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.tree_controller import TreeController
from simorc_tui.widgets.tree.entry import Entry

if TYPE_CHECKING:
    from simorc.pipeline.control import PipelineSummary
    from simorc_tui.data.pipelines.runs import Watch

MENUS: dict[str, tuple[Choice, ...]] = {
    "pipeline": (
        Choice("run", "r", "run"),
        Choice("open", "o", "open the newest run"),
        Choice("edit", "e", "open the specification in $EDITOR"),
        Choice("validate", "v", "validate the project"),
    ),
    "pipeline_run": (
        Choice("open", "o", "open: stages, files, waveforms"),
        Choice("resume", "r", "resume"),
        Choice("cancel", "x", "cancel it"),
    ),
}
RUN = "run "


class PipelinesCame(Message):
    """The state of the pipeline runs."""

    def __init__(self, summaries: tuple[PipelineSummary, ...]) -> None:
        super().__init__()
        self.summaries = summaries


class PipelineController(Controller):
    """Runs of pipelines are carried by processes of their own: here they are started and looked at."""

    def __init__(self, main: MainContext, tree: TreeController) -> None:
        super().__init__(main)
        self._tree = tree
        self.summaries: tuple[PipelineSummary, ...] = ()
        self._watch: Watch[tuple[PipelineSummary, ...]] | None = None

    def watch(self) -> None:
        """Begin to watch; `leave` ends it."""
        from simorc_tui.data.pipelines.runs import (  # read once the first frame is there
            RUNS_EVERY,
            RunsReader,
            Watch,
        )

        reader = RunsReader(self.main.root)
        self._watch = Watch(
            reader, lambda seen: self.main.screen.post_message(PipelinesCame(seen)), RUNS_EVERY
        )
        self._watch.start()

    def leave(self) -> None:
        if self._watch is not None:
            self._watch.stop()

    def came(self, event: PipelinesCame) -> None:
        self.summaries = event.summaries
        self.main.tree.show_pipelines(event.summaries)

    def chosen(self, entry: Entry) -> None:
        """Enter on a pipeline or a run of one, in the tree."""
        if entry.kind == "pipeline_run":
            self.open(entry.name)
        else:
            self.menu_of(entry)

    def menu_of(self, entry: Entry) -> None:
        """What can be done with a pipeline or a run of one."""
        choices = ChoiceScreen(entry.name, MENUS[entry.kind])
        self.main.ask(choices, lambda answer: self._act_on_pipeline(entry, answer))

    def launch(self, entry: Entry) -> None:
        """Run a pipeline, or resume a run of one."""
        self._act_on_pipeline(entry, "run" if entry.kind == "pipeline" else "resume")

    def cancel(self, entry: Entry) -> None:
        """Cancel a run of a pipeline, after asking."""
        self._act_on_pipeline(entry, "cancel")

    def pick(self) -> None:
        """Choose a pipeline to run, or a run to open."""
        from simorc_tui.screens.pipeline.wording import pipeline_glyph

        choices = [
            Choice(f"{RUN}{each.name}", "", f"run {each.name}") for each in self.main.outline.pipelines
        ]
        choices += [
            Choice(each.run, "", f"{pipeline_glyph(self.main.glyphs, each.state)} {each.run}  {each.state}")
            for each in self.summaries
        ]
        if choices:
            self.main.ask(ChoiceScreen("Design pipelines", choices), self._picked)
        else:
            self.main.say("This project has no pipelines. Define them under 'pipelines' in sim_setup.yaml.")

    def open(self, name: str) -> None:
        """Show a run, by its id, or the newest of a pipeline, by its name."""
        self.main.do(self._open_pipeline(name), "pipeline")

    def _picked(self, answer: str | None) -> None:
        if answer is not None and answer.startswith(RUN):
            self.main.do(self._run_pipeline(answer.removeprefix(RUN)), "pipeline")
        elif answer is not None:
            self.open(answer)

    def entry(self) -> Entry | None:
        """The pipeline, or the run of one, under the cursor of the tree, where the tree has the keys."""
        entry = self.main.tree.chosen if self.main.pane == "tree" else None
        return entry if entry is not None and entry.kind in MENUS else None

    def _act_on_pipeline(self, entry: Entry, answer: str | None) -> None:
        match answer:
            case None:
                return
            case "run":
                self.main.do(self._run_pipeline(entry.name), "pipeline")
            case "open":
                self.open(entry.name)
            case "resume":
                self.main.do(self._pipeline_command("resume", entry.name, "--detach"), "pipeline")
            case "cancel":
                self.main.ask(
                    confirm(f"Cancel {entry.name}? It can be resumed.", "cancel it"),
                    lambda yes: self._cancel_pipeline(entry.name) if yes == "yes" else None,
                )
            case _:
                self._tree.act_on(entry, answer)

    def _cancel_pipeline(self, run: str) -> None:
        self.main.do(self._pipeline_command("cancel", run), "pipeline")

    async def _run_pipeline(self, name: str) -> None:
        self.main.say(f"starting {name} ...")
        run = await self.main.launcher.command("pipeline", "run", name, "--detach")
        self._look_at_pipelines()
        await self._open_pipeline(run)

    async def _pipeline_command(self, *arguments: str) -> None:
        output = await self.main.launcher.command("pipeline", *arguments)
        self._look_at_pipelines()
        self.main.say(output or f"{arguments[0]}: done")

    async def _open_pipeline(self, name: str) -> None:
        from simorc.pipeline.rundir.layout import find_pipeline_run
        from simorc_tui.screens.pipeline.pipeline_screen import PipelineScreen

        layout = await asyncio.to_thread(find_pipeline_run, self.main.root, name)
        self.main.ask(PipelineScreen(layout, self.main.launcher, self.main.glyphs))

    def _look_at_pipelines(self) -> None:
        if self._watch is not None:
            self._watch.look_now()
