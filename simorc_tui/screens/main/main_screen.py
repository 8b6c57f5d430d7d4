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
from simorc_tui.commands.main_commands import bindings, command_called
from simorc_tui.data.launcher import Launcher
from simorc_tui.data.run_watcher import TICK
from simorc_tui.screens.main.arrangement_controller import ArrangementController, OrderFailed, OrderReady
from simorc_tui.screens.main.case_controller import CaseController
from simorc_tui.screens.main.compare_controller import CompareController
from simorc_tui.screens.main.context import MainContext
from simorc_tui.screens.main.netlist_controller import NetlistController, NetlistsSeen
from simorc_tui.screens.main.open_run_controller import OpenRunController, RunChanged
from simorc_tui.screens.main.pane_controller import PaneController
from simorc_tui.screens.main.pipeline_controller import PipelineController, PipelinesCame
from simorc_tui.screens.main.program_controller import ProgramController
from simorc_tui.screens.main.project_controller import OutlineRead, ProjectController
from simorc_tui.screens.main.result_controller import ResultController
from simorc_tui.screens.main.run_controller import RunController
from simorc_tui.screens.main.run_end_controller import RunEndController
from simorc_tui.screens.main.run_list_controller import RunListController, RunsJudged, RunsRead
from simorc_tui.screens.main.table_controller import TableController
from simorc_tui.screens.main.tree_controller import TreeController
from simorc_tui.screens.main.worst_case_controller import WorstCaseController
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
    AUTO_FOCUS = "CaseTable"
    """Not the first pane: the tour, closed, leaves one where one would be without it."""
    # The stylesheet shows what has the focus; painting the whole screen again adds nothing.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    panes: PaneController
    project: ProjectController
    arrangement: ArrangementController
    table_layout: TableController
    open_run: OpenRunController
    run_list: RunListController
    netlists: NetlistController
    runs: RunController
    cases: CaseController
    worst_case: WorstCaseController
    results: ResultController
    compare: CompareController
    project_tree: TreeController
    pipelines: PipelineController
    program: ProgramController

    def __init__(
        self, root: Path, launcher: Launcher, glyphs: Glyphs, *, run: str | None = None, tick: float = TICK
    ) -> None:
        super().__init__()
        self._compositor = FrugalCompositor()
        main = self.main = MainContext(self, root, launcher, glyphs)
        main.command = self.action_command
        self.panes = PaneController(main)
        self.project = ProjectController(main)
        self.arrangement = ArrangementController(main)
        self.table_layout = TableController(main, self.arrangement)
        self.open_run = OpenRunController(
            main, self.arrangement, self.table_layout, self.project, RunEndController(main), tick
        )
        self.run_list = RunListController(main, self.open_run, run)
        self.netlists = NetlistController(main)
        self.runs = RunController(main, self.open_run, self.run_list, self.netlists, self.panes)
        self.cases = CaseController(main)
        self.worst_case = WorstCaseController(main, self.arrangement, self.panes)
        self.results = ResultController(main, self.panes)
        self.compare = CompareController(main)
        self.project_tree = TreeController(main, self.project, self.runs, self.run_list, self.compare)
        self.pipelines = PipelineController(main, self.project_tree)
        self.program = ProgramController(main, self.project)

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
        yield Static(footer_text(self.main.pane, keymap), id="footer", markup=False)

    def on_mount(self) -> None:
        main = self.main
        main.builder.root = main.root
        main.status_line.project = main.root.name
        main.tree.border_title = "1 project"
        main.builder.border_title = "2 sweep builder"
        self.arrangement.show_arrangement()
        self.panes.fit()
        self.project.read_project()
        self.set_interval(1.0, self.open_run.every_second)
        self.call_after_refresh(self._watch)

    def _watch(self) -> None:
        """What can wait until the first frame is on screen."""
        self.run_list.watch()
        self.project.watch()
        self.pipelines.watch()
        self.netlists.watch()

    def on_unmount(self) -> None:
        self.run_list.leave()
        self.pipelines.leave()
        self.open_run.leave()

    # Commands -------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether what a command needs is there; None shows it disabled."""
        if action != "command":
            return True
        return True if command_called(str(parameters[0])).enabled(self) else None

    def action_command(self, name: str) -> None:
        """Do what the command of that id does, if what it needs is there."""
        command = command_called(name)
        if command.enabled(self):
            command.do(self)

    def launch(self) -> None:
        """In the tree, what its cursor is on: a pipeline, a sweep, a run; else the builder's sweep."""
        entry = self.pipelines.entry()
        if entry is not None:
            self.pipelines.launch(entry)
        elif self.main.pane == "tree":
            self.project_tree.launch()
        else:
            self.runs.launch()

    def cancel(self) -> None:
        """In the tree, on a pipeline's run: that; else the run shown."""
        entry = self.pipelines.entry()
        if entry is not None and entry.kind == "pipeline_run":
            self.pipelines.cancel(entry)
        else:
            self.runs.cancel()

    def menu(self) -> None:
        """What can be done with what the tree's cursor is on."""
        entry = self.pipelines.entry()
        if entry is not None:
            self.pipelines.menu_of(entry)
        else:
            self.project_tree.menu()

    # Messages of threads --------------------------------------------------------------------------

    def on_run_changed(self, event: RunChanged) -> None:
        self.open_run.run_changed(event.news)

    def on_runs_read(self, event: RunsRead) -> None:
        self.run_list.runs_read(event.summaries)

    def on_runs_judged(self, event: RunsJudged) -> None:
        self.main.tree.show_violations(event.violations)

    def on_outline_read(self, event: OutlineRead) -> None:
        self.project.outline_read(event.outline)

    def on_order_ready(self, event: OrderReady) -> None:
        self.arrangement.order_ready(event)

    def on_order_failed(self, event: OrderFailed) -> None:
        self.arrangement.order_failed(event)

    def on_netlists_seen(self, event: NetlistsSeen) -> None:
        self.netlists.seen(event)

    def on_pipelines_came(self, event: PipelinesCame) -> None:
        self.pipelines.came(event)

    # Messages of widgets --------------------------------------------------------------------------

    def on_resize(self) -> None:
        self.panes.fit()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.panes.follow_focus(event.widget)

    @on(CaseTable.Highlighted)
    def _cursor_moved(self) -> None:
        self.open_run.cursor_moved()

    @on(CaseTable.Marked)
    def _marks_changed(self) -> None:
        self.arrangement.marks_changed()
        self.arrangement.show_arrangement()

    @on(CaseTable.LookChanged)
    def _look_changed(self, event: CaseTable.LookChanged) -> None:
        self.arrangement.take_look(event.look)

    @on(ProjectTree.ProblemChosen)
    def _problem_chosen(self, event: ProjectTree.ProblemChosen) -> None:
        self.main.show_error(SimorcError(event.entry.why, remedy="press e to open the file"))

    @on(ProjectTree.RunChosen)
    def _run_chosen(self, event: ProjectTree.RunChosen) -> None:
        self.runs.open_run(event.name)

    @on(ProjectTree.PipelineChosen)
    def _pipeline_chosen(self, event: ProjectTree.PipelineChosen) -> None:
        self.pipelines.chosen(event.entry)

    @on(CaseView.CaseChosen)
    def _worst_chosen(self, event: CaseView.CaseChosen) -> None:
        self.worst_case.go_past_filter(event.case_id)

    @on(CaseView.FailuresChosen)
    def _failures_chosen(self, event: CaseView.FailuresChosen) -> None:
        problem = self.arrangement.filter_cases(event.filter_text)
        if problem:
            self.main.say(problem)
        self.main.pane = "cases"
        self.panes.fit()
        self.set_focus(self.main.table)

    @on(ProjectTree.SweepChosen)
    def _sweep_chosen(self, event: ProjectTree.SweepChosen) -> None:
        self.project.edit_sweep(event.name)
        self.panes.go_to("builder")

    @on(FilterBar.Changed)
    def _filter_changed(self, event: FilterBar.Changed) -> None:
        problem = self.arrangement.filter_cases(event.text)
        self.main.filter_bar.show_problem(problem)
        if event.final:
            self.set_focus(self.main.table)
            if problem:
                self.main.say(problem)
