"""The main screen: project, builder, cases, one case; composed of controllers, each with one concern."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from simorc.errors import SimorcError
from simorc_tui.commands.footers import footer_text
from simorc_tui.commands.main_commands import COMMANDS, bindings, command_called
from simorc_tui.data.launcher import Launcher
from simorc_tui.data.run_watcher import TICK
from simorc_tui.screens.main.arrangement_controller import OrderFailed, OrderReady
from simorc_tui.screens.main.context import MainContext
from simorc_tui.screens.main.controllers import Controllers
from simorc_tui.screens.main.netlist_controller import NetlistsSeen
from simorc_tui.screens.main.open_run_controller import RunChanged
from simorc_tui.screens.main.pipeline_controller import PipelinesCame
from simorc_tui.screens.main.project_controller import OutlineRead
from simorc_tui.screens.main.run_list_controller import RunsJudged, RunsRead
from simorc_tui.theme.compositing import FrugalCompositor
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.case_table.filter_bar import FilterBar
from simorc_tui.widgets.case_table.table import CaseTable
from simorc_tui.widgets.case_view import CaseView
from simorc_tui.widgets.status_line import StatusLine
from simorc_tui.widgets.sweep_builder.builder import SweepBuilder
from simorc_tui.widgets.tree.project_tree import ProjectTree


class MainScreen(Screen[None]):
    """Four panes and a status line; on a small terminal one pane at a time.

    What a key does is a command (`simorc_tui.commands`); a command calls a controller. The screen passes on
    messages of widgets and threads.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings()
    palette_commands = COMMANDS
    AUTO_FOCUS = "CaseTable"
    """Not the first pane: the tour, closed, leaves one where one would be without it."""
    # The stylesheet shows what has the focus; painting the whole screen again adds nothing.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(
        self, root: Path, launcher: Launcher, glyphs: Glyphs, *, run: str | None = None, tick: float = TICK
    ) -> None:
        super().__init__()
        self._compositor = FrugalCompositor()
        main = self.main = MainContext(self, root, launcher, glyphs)
        main.command = self.action_command
        main.commands = COMMANDS
        self.controllers = Controllers(main, run, tick)

    def compose(self) -> ComposeResult:
        glyphs = self.main.glyphs
        yield StatusLine(glyphs)
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                yield ProjectTree(glyphs, widget_id="tree")
                yield SweepBuilder(widget_id="builder")
            with Vertical(id="right"):
                with Vertical(id="cases"):
                    yield CaseTable(glyphs)
                    yield FilterBar()
                yield CaseView(glyphs, widget_id="view")
        keymap = getattr(self.app, "keymap", {})
        yield Static(footer_text(self.main.pane, COMMANDS, keymap), id="footer", markup=False)

    def on_mount(self) -> None:
        main = self.main
        main.builder.root = main.root
        main.status_line.project = main.root.name
        main.tree.border_title = "1 project"
        main.builder.border_title = "2 sweep builder"
        self.controllers.arrangement.show_arrangement()
        self.controllers.panes.restore()
        self.controllers.project.read_project()
        self.set_interval(1.0, self.controllers.open_run.every_second)
        self.call_after_refresh(self._watch)

    def _watch(self) -> None:
        """What can wait until the first frame is on screen."""
        self.controllers.run_list.watch()
        self.controllers.project.watch()
        self.controllers.pipelines.watch()
        self.controllers.netlists.watch()

    async def on_unmount(self) -> None:
        self.controllers.remember()
        self.controllers.run_list.leave()
        self.controllers.pipelines.leave()
        self.controllers.open_run.leave()
        await self.controllers.causes.leave()

    # Commands -------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether what a command needs is there; None shows it disabled."""
        if action != "command":
            return True
        return True if command_called(str(parameters[0])).enabled(self.controllers) else None

    def action_command(self, name: str) -> None:
        """Do what the command of that id does, if what it needs is there."""
        command = command_called(name)
        if command.enabled(self.controllers):
            command.do(self.controllers)

    # Messages of threads --------------------------------------------------------------------------

    def on_run_changed(self, event: RunChanged) -> None:
        self.controllers.open_run.run_changed(event.news)

    def on_runs_read(self, event: RunsRead) -> None:
        self.controllers.run_list.runs_read(event.summaries)

    def on_runs_judged(self, event: RunsJudged) -> None:
        self.main.tree.show_violations(event.violations)

    def on_outline_read(self, event: OutlineRead) -> None:
        self.controllers.project.outline_read(event.outline)

    def on_order_ready(self, event: OrderReady) -> None:
        self.controllers.arrangement.order_ready(event)

    def on_order_failed(self, event: OrderFailed) -> None:
        self.controllers.arrangement.order_failed(event)

    def on_netlists_seen(self, event: NetlistsSeen) -> None:
        self.controllers.netlists.seen(event)

    def on_pipelines_came(self, event: PipelinesCame) -> None:
        self.controllers.pipelines.came(event)

    # Messages of widgets --------------------------------------------------------------------------

    def on_resize(self) -> None:
        self.controllers.panes.fit()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.controllers.panes.follow_focus(event.widget)

    @on(CaseTable.Highlighted)
    def _cursor_moved(self) -> None:
        self.controllers.open_run.cursor_moved()

    @on(CaseTable.Marked)
    def _marks_changed(self) -> None:
        self.controllers.arrangement.marks_changed()
        self.controllers.arrangement.show_arrangement()

    @on(CaseTable.LookChanged)
    def _look_changed(self, event: CaseTable.LookChanged) -> None:
        self.controllers.arrangement.take_look(event.look)

    @on(ProjectTree.ProblemChosen)
    def _problem_chosen(self, event: ProjectTree.ProblemChosen) -> None:
        self.main.show_error(SimorcError(event.entry.why, remedy="press e to open the file"))

    @on(ProjectTree.RunChosen)
    def _run_chosen(self, event: ProjectTree.RunChosen) -> None:
        self.controllers.runs.open_run(event.name)

    @on(ProjectTree.PipelineChosen)
    def _pipeline_chosen(self, event: ProjectTree.PipelineChosen) -> None:
        self.controllers.pipelines.chosen(event.entry)

    @on(CaseView.CaseChosen)
    def _worst_chosen(self, event: CaseView.CaseChosen) -> None:
        self.controllers.worst_case.go_past_filter(event.case_id)

    @on(CaseView.FailuresChosen)
    def _failures_chosen(self, event: CaseView.FailuresChosen) -> None:
        problem = self.controllers.arrangement.filter_cases(event.filter_text)
        if problem:
            self.main.say(problem)
        self.main.pane = "cases"
        self.controllers.panes.fit()
        self.set_focus(self.main.table)

    @on(ProjectTree.SweepChosen)
    def _sweep_chosen(self, event: ProjectTree.SweepChosen) -> None:
        self.controllers.project.edit_sweep(event.name)
        self.controllers.panes.go_to("builder")

    @on(FilterBar.Changed)
    def _filter_changed(self, event: FilterBar.Changed) -> None:
        problem = self.controllers.arrangement.filter_cases(event.text)
        self.main.filter_bar.show_problem(problem)
        if event.final:
            self.set_focus(self.main.table)
            if problem:
                self.main.say(problem)
