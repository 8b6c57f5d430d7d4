"""The main screen: project, builder, cases, one case; where news of runs comes in and panes are shown."""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import Reactive
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout, find_run
from simorc.rundir.notes import shown_name
from simorc.rundir.summary import UNDER_WAY, RunSummary
from simorc.text import plain
from simorc_tui.commands.footers import footer_text
from simorc_tui.commands.main_commands import bindings, by_action
from simorc_tui.data.launcher import Launcher
from simorc_tui.data.project_loader import read_outline
from simorc_tui.data.project_outline import ProjectOutline
from simorc_tui.data.project_watch import project_files, watch_project
from simorc_tui.data.run_list import Overview
from simorc_tui.data.run_watcher import TICK, Follower, RunNews
from simorc_tui.screens.main.case_actions import CaseActions
from simorc_tui.screens.main.netlist_actions import NetlistActions
from simorc_tui.screens.main.panes import PaneActions
from simorc_tui.screens.main.pipeline_actions import PipelineActions
from simorc_tui.screens.main.program_actions import ProgramActions
from simorc_tui.screens.main.run_end import RunEnd
from simorc_tui.screens.main.table_actions import TableActions
from simorc_tui.screens.main.worst_actions import WorstActions
from simorc_tui.theme.compositing import FrugalCompositor
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.case_table.columns import message_text
from simorc_tui.widgets.case_table.filter_bar import FilterBar
from simorc_tui.widgets.case_table.table import CaseTable
from simorc_tui.widgets.case_view import CaseView
from simorc_tui.widgets.status_line import StatusLine
from simorc_tui.widgets.sweep_builder.builder import SweepBuilder
from simorc_tui.widgets.tree.project_tree import ProjectTree

CASE_SETTLES = 0.08
CASE_RENEWED_EVERY = 1.0
REARRANGE_EVERY = 2.0
ORDERED_SHARE = 20
"""Sorting again what a live run changed takes at most one part in so many of the time."""
NO_RUN = "no run yet: choose a sweep and press r"


class NewsCame(Message):
    """The follower's word on the run on the table."""

    def __init__(self, news: RunNews) -> None:
        super().__init__()
        self.news = news


class RunsCame(Message):
    """The overview's word on all runs."""

    def __init__(self, summaries: list[RunSummary]) -> None:
        super().__init__()
        self.summaries = summaries


class OutlineCame(Message):
    """The project has been read."""

    def __init__(self, outline: ProjectOutline) -> None:
        super().__init__()
        self.outline = outline


class MainScreen(
    PaneActions,
    PipelineActions,
    CaseActions,
    TableActions,
    WorstActions,
    NetlistActions,
    ProgramActions,
    RunEnd,
):
    """Four panes and a status line; on a small terminal one pane at a time."""

    BINDINGS: ClassVar[list[BindingType]] = bindings()
    AUTO_FOCUS = "CaseTable"
    """Not the first pane: the tour, closed, leaves one where one would be without it."""
    # The stylesheet shows what has the focus; painting the whole screen again adds nothing.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(
        self, root: Path, launcher: Launcher, glyphs: Glyphs, *, run: str | None = None, tick: float = TICK
    ) -> None:
        super().__init__(root, launcher, glyphs)
        self._compositor = FrugalCompositor()
        self._asked_run = run
        self._tick = tick
        self._follower: Follower | None = None
        self._overview = Overview(root, lambda summaries: self.post_message(RunsCame(summaries)))
        self._settle: Timer | None = None
        self._arranged = 0.0
        self._outdated = False
        self._case_shown = 0.0
        self._case_outdated = False

    def compose(self) -> ComposeResult:
        yield StatusLine(self.glyphs)
        with Horizontal(id="desk"):
            with Vertical(id="left"):
                yield ProjectTree(self.glyphs, widget_id="tree")
                yield SweepBuilder(widget_id="builder")
            with Vertical(id="right"):
                with Vertical(id="cases"):
                    yield CaseTable(self.glyphs)
                    yield FilterBar()
                yield CaseView(self.glyphs, widget_id="view")
        yield Static(footer_text(self.pane, getattr(self.app, "keymap", {})), id="footer", markup=False)

    def on_mount(self) -> None:
        self.builder.root = self.root
        self.query_one(StatusLine).project = self.root.name
        self.tree_pane.border_title = "1 project"
        self.builder.border_title = "2 sweep builder"
        self.show_arrangement()
        self._fit()
        self.read_project()
        self.set_interval(1.0, self._every_second)
        self.call_after_refresh(self._look_around)

    def _look_around(self) -> None:
        """What can wait until the first frame stands on screen."""
        self._overview.start()
        watch = watch_project(lambda: project_files(self.outline), self.read_project)
        self.run_worker(watch, group="project files", exit_on_error=False)
        self.watch_pipelines()
        self.watch_netlists()

    def on_unmount(self) -> None:
        self._overview.stop()
        self.leave_pipelines()
        if self._follower is not None:
            self._follower.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether what a command needs is there."""
        for command in by_action(action):
            if "run" in command.needs and self.layout_of_run is None:
                return None
            if "case" in command.needs and self.table.current is None:
                return None
            if "sweep" in command.needs and self.builder.sweep is None:
                return None
        return True

    # News -----------------------------------------------------------------------------------------

    def attach(self, layout: RunLayout | None) -> None:
        if self._follower is not None:
            self._follower.stop()
            self._follower = None
        self.news = None
        try:
            self.table.attach(layout)
        except SimorcError as error:
            self.table.attach(None)
            self.layout_of_run = None
            self.show_error(error)
            return
        self.layout_of_run = layout
        self._wanted = self.table.arrangement
        self.begin_view()
        self.query_one(StatusLine).attach(shown_name(layout) if layout is not None else "")
        self.show_arrangement()
        self.refresh_bindings()
        if layout is not None:
            self._follower = Follower(layout, lambda news: self.post_message(NewsCame(news)), self._tick)
            self._follower.start()
            self._builder_of(layout)
            self.read_written(layout)
        self._show_life()

    def look_at_runs_now(self) -> None:
        self._overview.look_now()

    def on_news_came(self, event: NewsCame) -> None:
        news = event.news
        if self.layout_of_run is None or news.run != self.layout_of_run.name:
            return
        if news.error:
            self.notify(plain(news.error), severity="error", markup=False)
            return
        self.news = news
        self.query_one(StatusLine).show_news(news)
        self.table.columns_changed()
        self.table.cases_changed(news.case_ids, news.progress)
        self._outdated = self._outdated or news.case_ids is None or bool(news.case_ids)
        self._renew_case(news)
        for kind, message in news.events:
            if kind in ("paused", "warning"):
                self.say(message)
        self.look_for_end(news)
        if self._follower is not None:
            self._follower.taken()

    def on_runs_came(self, event: RunsCame) -> None:
        self.summaries = event.summaries
        self.tree_pane.show_runs(event.summaries)
        if self.layout_of_run is not None and not self.layout_of_run.path.exists():
            self.attach(None)  # removed, here or elsewhere
        if self.layout_of_run is None:
            self.table.empty_note = NO_RUN
            self.table.refresh()
            self._attach_first()
        self._show_life()
        if self.layout_of_run is not None:
            self.query_one(StatusLine).rename(shown_name(self.layout_of_run))

    def on_outline_came(self, event: OutlineCame) -> None:
        self.outline = event.outline
        status = self.query_one(StatusLine)
        status.project = event.outline.name
        problems = event.outline.problems
        status.problems = len(problems)
        self.tree_pane.show_outline(event.outline)
        if self.builder.sweep is None:
            if self.layout_of_run is not None:
                self._builder_of(self.layout_of_run)
            elif event.outline.sweeps:
                self.edit_sweep(event.outline.sweeps[0].name)
        elif not self.builder.dirty and self.builder.file_moved:
            self.edit_sweep(self.builder.sweep.name)

    def read_project(self) -> None:
        self._load_project()

    @work(thread=True, exclusive=True, group="outline", exit_on_error=False)
    def _load_project(self) -> None:
        self.post_message(OutlineCame(read_outline(self.root)))

    def _attach_first(self) -> None:
        """The run asked for, else the newest with a living runner, else the newest."""
        try:
            if self._asked_run is not None:
                name, self._asked_run = self._asked_run, None
                self.attach(find_run(self.root, name))
            elif self.summaries:
                first = next(
                    (s for s in self.summaries if s.alive and s.state in UNDER_WAY), self.summaries[0]
                )
                self.attach(find_run(self.root, first.run))
        except SimorcError as error:
            self.show_error(error)

    def _builder_of(self, layout: RunLayout) -> None:
        """The builder shows the sweep of the run, unless the user is at work in it."""
        if not self.builder.dirty and self.outline.sweep(layout.sweep) is not None:
            self.edit_sweep(layout.sweep)

    def edit_sweep(self, name: str) -> None:
        sweep = self.outline.sweep(name)
        if sweep is None:
            return
        try:
            self.builder.edit_sweep(sweep, self.outline.testbench(sweep.testbench))
        except SimorcError as error:
            self.show_error(error)
        self.refresh_bindings()

    def _renew_case(self, news: RunNews) -> None:
        """What is shown of the case under the cursor may have changed with it; once a second is enough."""
        row = self.table.current
        if row is not None and (news.case_ids is None or row.case_id in news.case_ids):
            self._case_outdated = True
            if time.monotonic() - self._case_shown >= CASE_RENEWED_EVERY:
                self._show_case()

    def _show_case(self) -> None:
        row = self.table.current
        self._case_outdated, self._case_shown = False, time.monotonic()
        self.case_view.show_case(self.layout_of_run, row.case_id if row is not None else None)
        message = message_text(row) if row is not None else ""
        hidden = "" if self.table.has_in_view("message", len(message)) else message
        self.query_one("#cases").border_subtitle = hidden.replace("[", r"\[")

    def _every_second(self) -> None:
        self.table.tick()
        if self._case_outdated:
            self._show_case()
        if (
            self._outdated
            and not self._wanted.natural
            and time.monotonic() - self._arranged > max(REARRANGE_EVERY, ORDERED_SHARE * self._ordered_in)
        ):
            self._outdated, self._arranged = False, time.monotonic()
            if self._query is None:
                self.arrange_cases(self._wanted)

    def _show_life(self) -> None:
        status = self.query_one(StatusLine)
        status.show_life(self.alive)
        moved = self.summary.predates if self.summary is not None else ()
        names = ", ".join(Path(name).name for name in moved[:2])
        more = f" and {len(moved) - 2} more" if len(moved) > 2 else ""
        status.predates = f"results predate {names}{more}" if moved else ""

    # What panes say -------------------------------------------------------------------------------

    @on(CaseTable.Highlighted)
    def _case_under_cursor(self) -> None:
        """Files are opened once the cursor has come to rest."""
        if self._settle is not None:
            self._settle.stop()
        self._settle = self.set_timer(CASE_SETTLES, self._show_case)

    @on(CaseTable.Marked)
    def _marks_changed(self) -> None:
        self.marks_changed()
        self.show_arrangement()

    @on(CaseTable.LookChanged)
    def _look_changed(self, event: CaseTable.LookChanged) -> None:
        self.take_look(event.look)

    @on(ProjectTree.ProblemChosen)
    def _problem_chosen(self, event: ProjectTree.ProblemChosen) -> None:
        self.show_error(SimorcError(event.entry.why, remedy="e opens the file"))

    @on(ProjectTree.RunChosen)
    def _run_chosen(self, event: ProjectTree.RunChosen) -> None:
        self.open_run(event.name)

    @on(CaseView.CaseChosen)
    def _worst_chosen(self, event: CaseView.CaseChosen) -> None:
        self.go_past_filter(event.case_id)

    @on(CaseView.FailuresChosen)
    def _failures_chosen(self, event: CaseView.FailuresChosen) -> None:
        problem = self.filter_cases(event.filter_text)
        if problem:
            self.say(problem)
        self.pane = "cases"
        self._fit()
        self.set_focus(self.table)

    @on(ProjectTree.SweepChosen)
    def _sweep_chosen(self, event: ProjectTree.SweepChosen) -> None:
        self.edit_sweep(event.name)
        self.action_pane("builder")

    @on(FilterBar.Changed)
    def _filter_changed(self, event: FilterBar.Changed) -> None:
        problem = self.filter_cases(event.text)
        self.query_one(FilterBar).show_problem(problem)
        if event.final:
            self.set_focus(self.table)
            if problem:
                self.say(problem)

    def show_arrangement(self) -> None:
        table, wanted = self.table, self._wanted
        parts = ["3 cases"]
        if wanted.filter_text:
            parts.append(f"{table.row_count} match  /{plain(wanted.filter_text)}")
        column = next((column for column in table.columns if column.name == wanted.order), None)
        if column is not None and (wanted.order != "id" or wanted.descending):
            sign = self.glyphs.descending if wanted.descending else self.glyphs.ascending
            parts.append(f"sort={column.label}{sign}")
        if table.marks:
            parts.append(f"{len(table.marks)} marked")
        self.query_one("#cases").border_title = "  ".join(parts).replace("[", r"\[")
