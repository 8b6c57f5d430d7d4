"""What the controllers of the main screen share: project, open run, panes, error messages."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from simorc.errors import ConfigError, SimorcError
from simorc.rundir.layout import RunLayout
from simorc.rundir.summary import RunSummary
from simorc.text import plain
from simorc_tui.commands.command import Command
from simorc_tui.data.launcher import Launcher
from simorc_tui.data.project.outline import ProjectOutline
from simorc_tui.data.run_model import RunModel
from simorc_tui.data.run_watcher import RunNews
from simorc_tui.screens.dialogs.dialog import DismissedOnce, show
from simorc_tui.settings.project_memory import ProjectMemory
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.case_table.filter_bar import FilterBar
from simorc_tui.widgets.case_table.table import CaseTable
from simorc_tui.widgets.case_view import CaseView
from simorc_tui.widgets.status_line import StatusLine
from simorc_tui.widgets.sweep_builder.builder import SweepBuilder
from simorc_tui.widgets.tree.project_tree import ProjectTree

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen
    from textual.widget import Widget

PROBLEMS_SHOWN = 4
Answer = TypeVar("Answer")


class MainContext:
    """State and services of the main screen; every controller has the same one."""

    def __init__(self, screen: Screen[None], root: Path, launcher: Launcher, glyphs: Glyphs) -> None:
        self.screen = screen
        self.root = root
        self.launcher = launcher
        self.glyphs = glyphs
        self.outline = ProjectOutline(root.name, root)
        self.model: RunModel | None = None
        self.summaries: list[RunSummary] = []
        self.pane = "cases"
        self.case_shown = 0
        """The number of the case that was shown last."""
        self.remembered = ProjectMemory(root).recall()
        self.commands: Sequence[Command] = ()
        """The commands of the screen, which puts them here."""
        self.command: Callable[[str], None] = lambda name: None
        """Does what the command of that id does; the screen puts it here."""

    # Widgets --------------------------------------------------------------------------------------

    @property
    def app(self) -> App[Any]:
        return self.screen.app

    @property
    def tree(self) -> ProjectTree:
        return self.screen.query_one(ProjectTree)

    @property
    def builder(self) -> SweepBuilder:
        return self.screen.query_one(SweepBuilder)

    @property
    def table(self) -> CaseTable:
        return self.screen.query_one(CaseTable)

    @property
    def filter_bar(self) -> FilterBar:
        return self.screen.query_one(FilterBar)

    @property
    def case_view(self) -> CaseView:
        return self.screen.query_one(CaseView)

    @property
    def status_line(self) -> StatusLine:
        return self.screen.query_one(StatusLine)

    # State ----------------------------------------------------------------------------------------

    @property
    def place(self) -> str:
        """Where keys go: a pane, or the tab where the pane is the case's."""
        return self.case_view.tab if self.pane == "view" else self.pane

    @property
    def run(self) -> RunLayout | None:
        """The directory of the run shown."""
        return self.model.layout if self.model is not None else None

    @property
    def news(self) -> RunNews | None:
        """The newest news of the run shown."""
        return self.model.news if self.model is not None else None

    @property
    def summary(self) -> RunSummary | None:
        """The state of the run shown, as last read."""
        run = self.run
        return next((s for s in self.summaries if run is not None and s.run == run.name), None)

    @property
    def alive(self) -> bool:
        """Whether the run shown has an active runner."""
        return self.summary is not None and self.summary.alive

    def open_run(self) -> RunModel:
        """The run shown; commands that need one are not offered without."""
        assert self.model is not None
        return self.model

    def remember_plot(self, plot: str, chosen: Mapping[str, str]) -> None:
        """What was chosen for a plot of a sweep, from now on chosen first."""
        plots = {name: value for name, value in self.remembered.plots.items() if name != plot}
        self.remember(plots={**plots, plot: dict(chosen)})

    def remember(self, **changed: Any) -> None:
        """Fields of `Remembered` that are others now, for the next start."""
        self.remembered = replace(self.remembered, **changed)
        ProjectMemory(self.root).keep(self.remembered)

    # Services -------------------------------------------------------------------------------------

    def show_error(self, error: SimorcError) -> None:
        """The same words as on the command line."""
        lines = [plain(line) for line in error.message.splitlines()]
        if isinstance(error, ConfigError) and len(lines) > PROBLEMS_SHOWN:
            lines = [*lines[:PROBLEMS_SHOWN], f"... and {len(lines) - PROBLEMS_SHOWN} more"]
        if error.remedy:
            lines.append(plain(error.remedy))
        self.screen.notify("\n".join(lines), severity="error", markup=False, timeout=10)

    def say(self, message: str) -> None:
        self.screen.notify(plain(message), markup=False, timeout=4)

    def ask(
        self, dialog: DismissedOnce[Answer], then: Callable[[Answer | None], object] | None = None
    ) -> None:
        """Show a dialog; `then` gets its answer."""
        show(self.app, dialog, then)

    def focus(self, widget: Widget) -> None:
        self.screen.set_focus(widget)

    def do(self, work: Coroutine[object, object, None], group: str) -> None:
        """Run `work` beside the event loop's other business; its errors are shown."""
        self.screen.run_worker(self._guarded(work), group=group, exclusive=False)

    def in_thread(self, work: Callable[[], None], group: str, *, exclusive: bool = False) -> None:
        """Run `work` in a thread; it posts messages and touches no widget."""
        self.screen.run_worker(work, group=group, exclusive=exclusive, thread=True)

    async def _guarded(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except SimorcError as error:
            self.show_error(error)


class Controller:
    """One part of the main screen's behaviour."""

    def __init__(self, main: MainContext) -> None:
        self.main = main
