"""Watches all runs of the project, shows them in the tree, and opens the first one."""

from __future__ import annotations

from collections.abc import Mapping

from textual.message import Message

from simorc.errors import SimorcError
from simorc.rundir.layout import find_run
from simorc.rundir.notes import shown_name
from simorc.rundir.summary import UNDER_WAY, RunSummary
from simorc_tui.data.run_list import Overview
from simorc_tui.data.run_verdicts import RunVerdicts
from simorc_tui.screens.main.context import Controller, MainContext
from simorc_tui.screens.main.open_run_controller import OpenRunController

NO_RUN = "No run yet. Select a sweep and press r."


class RunsRead(Message):
    """The runs of the project."""

    def __init__(self, summaries: list[RunSummary]) -> None:
        super().__init__()
        self.summaries = summaries


class RunsJudged(Message):
    """How many cases of which runs violate a spec."""

    def __init__(self, violations: Mapping[str, int]) -> None:
        super().__init__()
        self.violations = violations


class RunListController(Controller):
    """Watches the project's runs. `asked` names the run to open first, None: the newest."""

    def __init__(self, main: MainContext, open_run: OpenRunController, asked: str | None) -> None:
        super().__init__(main)
        self._open_run = open_run
        self._asked = asked
        post = main.screen.post_message
        self._verdicts = RunVerdicts(main.root)
        self._overview = Overview(main.root, lambda summaries: post(RunsRead(summaries)))

    def watch(self) -> None:
        self._overview.start()

    def leave(self) -> None:
        self._overview.stop()

    def look_now(self) -> None:
        """Something was done to a run."""
        self._overview.look_now()

    def runs_read(self, summaries: list[RunSummary]) -> None:
        main = self.main
        main.summaries = summaries
        main.tree.show_runs(summaries)
        if main.run is not None and not main.run.path.exists():
            self._open_run.attach(None)  # removed, here or elsewhere
        if main.run is None:
            main.table.empty_note = NO_RUN
            main.table.refresh()
            self._attach_first()
        self._open_run.show_life()
        if main.run is not None:
            main.status_line.rename(shown_name(main.run))
        wanted = self._verdicts.wanted(summaries)
        if wanted:
            main.in_thread(lambda: self._judge(wanted), "verdicts", exclusive=True)

    def _judge(self, wanted: list[RunSummary]) -> None:
        self.main.screen.post_message(RunsJudged(self._verdicts.judge(wanted)))

    def _attach_first(self) -> None:
        """The requested run, else the newest with an active runner, else the one left last time, unless a
        newer one came since; else the newest.
        """
        name, self._asked = self._asked, None
        if name is None and self.main.summaries:
            runs = {summary.run for summary in self.main.summaries}
            left, newest = self.main.remembered, self.main.summaries[0].run
            usual = left.run if left.newest == newest and left.run in runs else newest
            active = (s.run for s in self.main.summaries if s.alive and s.state in UNDER_WAY)
            name = next(active, usual)
        if name is None:
            return
        try:
            self._open_run.attach(find_run(self.main.root, name))
        except SimorcError as error:
            self.main.show_error(error)
        if name == self.main.remembered.run:
            self.main.table.go_to(self.main.remembered.case)
