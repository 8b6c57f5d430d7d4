"""What all parts of the main screen share: the project, the run on the table, and how errors are shown."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path

from textual.screen import Screen

from simorc.errors import ConfigError, SimorcError
from simorc.rundir.layout import RunLayout
from simorc.rundir.summary import RunSummary
from simorc.text import plain
from simorc_tui.data.launcher import Launcher
from simorc_tui.data.project_outline import ProjectOutline
from simorc_tui.data.run_watcher import RunNews
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.case_table.table import CaseTable
from simorc_tui.widgets.case_view import CaseView
from simorc_tui.widgets.sweep_builder.builder import SweepBuilder
from simorc_tui.widgets.tree.project_tree import ProjectTree

PROBLEMS_SHOWN = 4


class Desk(Screen[None]):
    """The main screen's state and its parts by name."""

    pane = "cases"

    def __init__(self, root: Path, launcher: Launcher, glyphs: Glyphs) -> None:
        super().__init__()
        self.root = root
        self.launcher = launcher
        self.glyphs = glyphs
        self.outline = ProjectOutline(root.name, root)
        self.layout_of_run: RunLayout | None = None
        self.summaries: list[RunSummary] = []
        self.news: RunNews | None = None

    @property
    def tree_pane(self) -> ProjectTree:
        return self.query_one(ProjectTree)

    @property
    def builder(self) -> SweepBuilder:
        return self.query_one(SweepBuilder)

    @property
    def table(self) -> CaseTable:
        return self.query_one(CaseTable)

    @property
    def case_view(self) -> CaseView:
        return self.query_one(CaseView)

    @property
    def place(self) -> str:
        """Where the keys go: a pane, or the tab where the pane is the case's."""
        return self.case_view.tab if self.pane == "view" else self.pane

    @property
    def summary(self) -> RunSummary | None:
        """How the run on the table stands, as last seen."""
        run = self.layout_of_run
        return next((s for s in self.summaries if run is not None and s.run == run.name), None)

    @property
    def alive(self) -> bool:
        """Whether the run on the table has a living runner."""
        return self.summary is not None and self.summary.alive

    def attach(self, layout: RunLayout | None) -> None:
        """Put a run on the table."""
        raise NotImplementedError

    def filter_cases(self, text: str) -> str:
        """Show the cases that match; returns what is wrong with the text, '' if nothing."""
        raise NotImplementedError

    def go_to_case(self, case_id: int) -> None:
        """Put the table's cursor on a case, or say why not."""
        raise NotImplementedError

    def show_tab(self, tab: str) -> None:
        """Bring a tab of the case's pane to the front, with the keys."""
        raise NotImplementedError

    def bring_cases_into_sight(self) -> None:
        """Have the cases on screen where the tree or the builder covers them."""
        raise NotImplementedError

    def stale_netlists(self, testbench: str) -> list[str]:
        """The netlists a run of `testbench` is made of that are not their schematics' any more."""
        raise NotImplementedError

    def action_netlist(self) -> None:
        """Propose new netlists for what is stale."""
        raise NotImplementedError

    def look_at_runs_now(self) -> None:
        """Something was done to a run."""
        raise NotImplementedError

    def show_error(self, error: SimorcError) -> None:
        """The same words as on the command line."""
        lines = [plain(line) for line in error.message.splitlines()]
        if isinstance(error, ConfigError) and len(lines) > PROBLEMS_SHOWN:
            lines = [*lines[:PROBLEMS_SHOWN], f"... and {len(lines) - PROBLEMS_SHOWN} more"]
        if error.remedy:
            lines.append(plain(error.remedy))
        self.notify("\n".join(lines), severity="error", markup=False, timeout=10)

    def say(self, message: str) -> None:
        self.notify(plain(message), markup=False, timeout=4)

    def do(self, work: Coroutine[object, object, None], group: str) -> None:
        """Carry out `work` beside the event loop's other business; its errors are shown."""
        self.run_worker(self._guarded(work), group=group, exclusive=False)

    async def _guarded(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except SimorcError as error:
            self.show_error(error)
