"""The open run: opens it, follows its changes, and updates the case under the cursor."""

from __future__ import annotations

import time
from pathlib import Path

from textual.message import Message
from textual.timer import Timer

from simorc.errors import SimorcError
from simorc.rundir.layout import RunLayout
from simorc.rundir.notes import shown_name
from simorc.text import plain
from simorc_tui.data.run_model import RunModel
from simorc_tui.data.run_watcher import TICK, RunNews
from simorc_tui.screens.main.arrangement_controller import ArrangementController
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.project_controller import ProjectController
from simorc_tui.screens.main.run_end_controller import RunEndController
from simorc_tui.screens.main.table_controller import TableController
from simorc_tui.widgets.border_text import show_subtitle
from simorc_tui.widgets.case_table.columns import message_text

CASE_SETTLES = 0.08
"""Seconds the cursor rests on a case before its files are opened."""
CASE_RENEWED_EVERY = 1.0


class RunChanged(Message):
    """What changed in the run that is shown."""

    def __init__(self, news: RunNews) -> None:
        super().__init__()
        self.news = news


class OpenRunController(Controller):
    """Attaches a run to the panes and follows it."""

    def __init__(
        self,
        main: MainContext,
        arrangement: ArrangementController,
        table_layout: TableController,
        project: ProjectController,
        run_end: RunEndController,
        tick: float = TICK,
    ) -> None:
        super().__init__(main)
        self._arrangement = arrangement
        self._table_layout = table_layout
        self._project = project
        self._run_end = run_end
        self._tick = tick
        self._settle: Timer | None = None
        self._case_shown = 0.0
        self._case_outdated = False

    def attach(self, layout: RunLayout | None) -> None:
        """Show a run in all panes; None: no run."""
        main = self.main
        self.leave()
        try:
            main.table.attach(layout)
        except SimorcError as error:
            main.table.attach(None)
            main.show_error(error)
            return
        if layout is not None:
            main.model = RunModel(layout, self._post, self._tick)
        self._arrangement.wanted = main.table.arrangement
        self._arrangement.begin_view()
        main.status_line.attach(shown_name(layout) if layout is not None else "")
        self._arrangement.show_arrangement()
        main.screen.refresh_bindings()
        if main.model is not None:
            main.model.follow()
            self._project.show_sweep_of(main.model.layout)
            self._table_layout.read_written(main.model)
        self.show_life()

    def leave(self) -> None:
        """Stop following, and show no run."""
        if self.main.model is not None:
            self.main.model.close()
            self.main.model = None

    def _post(self, news: RunNews) -> None:
        self.main.screen.post_message(RunChanged(news))

    def run_changed(self, news: RunNews) -> None:
        main = self.main
        model = main.model
        if model is None or news.run != model.layout.name:
            return
        if news.error:
            main.screen.notify(plain(news.error), severity="error", markup=False)
            return
        model.take(news)
        main.status_line.show_news(news)
        main.table.columns_changed()
        main.table.cases_changed(news.case_ids, news.progress)
        if news.case_ids is None or news.case_ids:
            self._arrangement.cases_changed()
        self._renew_case(news)
        for kind, message in news.events:
            if kind in ("paused", "warning"):
                main.say(message)
        self._run_end.look_for_end(news)
        model.taken()

    # The case under the cursor --------------------------------------------------------------------

    def cursor_moved(self) -> None:
        """Files are opened once the cursor has come to rest."""
        if self._settle is not None:
            self._settle.stop()
        self._settle = self.main.screen.set_timer(CASE_SETTLES, self.show_case)

    def show_case(self) -> None:
        """Show the case under the cursor in the lower pane."""
        main = self.main
        row = main.table.current
        self._case_outdated, self._case_shown = False, time.monotonic()
        main.case_shown = row.case_id if row is not None else 0
        main.case_view.show_case(main.run, row.case_id if row is not None else None)
        message = message_text(row) if row is not None else ""
        hidden = "" if main.table.has_in_view("message", len(message)) else message
        show_subtitle(main.screen.query_one("#cases"), hidden.replace("[", r"\["))

    def _renew_case(self, news: RunNews) -> None:
        """What is shown of the case under the cursor may have changed with it; once a second is enough."""
        row = self.main.table.current
        if row is not None and (news.case_ids is None or row.case_id in news.case_ids):
            self._case_outdated = True
            if time.monotonic() - self._case_shown >= CASE_RENEWED_EVERY:
                self.show_case()

    def every_second(self) -> None:
        """What does not have to be shown at once."""
        self.main.table.tick()
        if self._case_outdated:
            self.show_case()
        self._arrangement.renew()

    def show_life(self) -> None:
        """Show on the status line whether a runner is active, and what changed since the results were
        created.
        """
        status, summary = self.main.status_line, self.main.summary
        status.show_life(self.main.alive)
        changed = summary.predates if summary is not None else ()
        names = ", ".join(Path(name).name for name in changed[:2])
        more = f" and {len(changed) - 2} more" if len(changed) > 2 else ""
        status.predates = f"results are older than {names}{more}" if changed else ""
