"""The causes behind the specs of a run: devices, parameters, distances and corners of the spec under the
cursor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from simorc.analysis.costs import Cost
from simorc.errors import SimorcError
from simorc.text import plain
from simorc_tui.commands.causes_commands import CAUSES_COMMANDS
from simorc_tui.commands.footers import footer_text
from simorc_tui.data.causes.jobs import AnalysisJobs
from simorc_tui.data.causes.model import Causes, SpecCauses, effects_of
from simorc_tui.data.launcher import Launcher
from simorc_tui.screens.causes.analysis_controller import AnalysisController
from simorc_tui.screens.causes.heading import heading
from simorc_tui.screens.causes.sources import sources_screen
from simorc_tui.screens.dialogs.dialog import DismissedOnce, show
from simorc_tui.screens.dialogs.help import causes_help_screen
from simorc_tui.screens.dialogs.reading import ReadingScreen
from simorc_tui.theme.compositing import FrugalCompositor
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.border_text import show_title
from simorc_tui.widgets.causes.cause_list import CauseList
from simorc_tui.widgets.causes.lines import (
    CaseTarget,
    CauseLines,
    DeviceTarget,
    Line,
    effect_lines,
    spec_lines,
)
from simorc_tui.widgets.causes.summary import summary

PANES = {"devices": "devices", "parameters": "parameters", "limits": "yield and limits", "corners": "corners"}
NARROW_COLUMNS, NARROW_LINES = 110, 30
DIALOG_WIDTH = 92
NO_SPECS = "This run has no specs. Press escape, then I, to write one."
NO_EFFECT = "No stored analysis says what it does. Press escape, then a, to start one."


@dataclass(frozen=True)
class Services:
    """What the screen needs of the program: reads the causes again (in a thread), starts an analysis."""

    launcher: Launcher
    jobs: AnalysisJobs
    read: Callable[[], Causes]
    start: Callable[[Cost], object]


class CausesScreen(DismissedOnce[int | None]):
    """Shows causes. Its answer is a case to go to, None to stay."""

    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in CAUSES_COMMANDS]
    palette_commands = CAUSES_COMMANDS

    def __init__(self, causes: Causes, services: Services, glyphs: Glyphs, spec: str = "") -> None:
        super().__init__()
        self._compositor = FrugalCompositor()
        self.causes = causes
        self.glyphs = glyphs
        self.problem = ""
        self.pane = "devices"
        self._services = services
        names = [each.row.name for each in causes.specs]
        violated = [each.row.name for each in causes.specs if each.row.status == "fail"]
        self._spec = spec if spec in names else next(iter(violated or names), "")
        self.analyses = AnalysisController(self, services.launcher, services.jobs, services.start)
        self._loading = False

    def compose(self) -> ComposeResult:
        yield Static(id="causes-head", markup=False)
        with Horizontal(id="causes-body"):
            with Vertical(id="causes-left"):
                yield OptionList(id="causes-specs", classes="causes-pane")
                with VerticalScroll(id="causes-summary", classes="causes-pane", can_focus=False):
                    yield Static(markup=False)
            with Container(id="causes-panes"):
                for name in PANES:
                    yield CauseList(widget_id=f"causes-{name}").add_class("causes-pane")
        keymap = getattr(self.app, "keymap", {})
        yield Static(footer_text("causes", CAUSES_COMMANDS, keymap), id="causes-keys", markup=False)

    def on_mount(self) -> None:
        self.fit()
        self.show_causes()
        self.set_focus(self.specs)

    @property
    def specs(self) -> OptionList:
        return self.query_one("#causes-specs", OptionList)

    def list_of(self, pane: str) -> CauseList:
        """The list of a pane."""
        return self.query_one(f"#causes-{pane}", CauseList)

    @property
    def spec(self) -> SpecCauses | None:
        """The spec that is shown."""
        return next((each for each in self.causes.specs if each.row.name == self._spec), None)

    # What is shown --------------------------------------------------------------------------------

    def show_causes(self) -> None:
        """All panes, for the causes as they are now."""
        self.show_head()
        specs, width = self.specs, max(self.specs.size.width - 2, 20)
        specs.clear_options()
        lines = spec_lines(self.causes, width, self.glyphs) or [Text(NO_SPECS, "dim")]
        specs.add_options([Option(line, disabled=not self.causes.specs) for line in lines])
        names = [each.row.name for each in self.causes.specs]
        if self._spec in names:
            specs.highlighted = names.index(self._spec)
        self.show_spec()

    def show_head(self) -> None:
        """The line at the top."""
        line = heading(self.causes, self._services.jobs.progress, self.problem, self.glyphs)
        self.query_one("#causes-head", Static).update(line, layout=False)

    def show_spec(self) -> None:
        """The panes of the spec under the cursor."""
        spec = self.spec
        for pane in PANES:
            if spec is None:
                self.list_of(pane).show(lambda _width: [])
            else:
                self.list_of(pane).show(self._lines(spec, pane))
        self._show_summary(spec)
        self._show_titles()

    def _show_summary(self, spec: SpecCauses | None) -> None:
        pane = self.query_one("#causes-summary", VerticalScroll)
        width = max(pane.size.width - 2, 20)
        text = Text() if spec is None else summary(self.causes, spec, width, self.glyphs)
        pane.query_one(Static).update(text)

    def _lines(self, spec: SpecCauses, pane: str) -> Callable[[int], Sequence[Line]]:
        return lambda width: getattr(CauseLines(self.causes, spec, width, self.glyphs), pane)()

    def _show_titles(self) -> None:
        show_title(self.specs, f"specs   {plain(self.causes.run)}" if self.single else "specs")
        for place, (name, title) in enumerate(PANES.items(), 1):
            if self.single:
                show_title(self.list_of(name), self._tabs())
            else:
                words = f"{place} {title}" + (f" of {plain(self._spec)}" if place == 1 and self._spec else "")
                show_title(self.list_of(name), words)

    def _tabs(self) -> str:
        """The titles of all panes, where one is shown at a time."""
        title = Text()
        for place, (name, words) in enumerate(PANES.items(), 1):
            title.append(f" {self.glyphs.separator} " if place > 1 else "", "not bold not reverse")
            title.append(f"{place} {words}", "bold reverse" if name == self.pane else "")
        return title.markup

    @property
    def single(self) -> bool:
        """One pane below the specs on a small terminal, else all beside them."""
        return self.size.width < NARROW_COLUMNS or self.size.height < NARROW_LINES

    def fit(self) -> None:
        """All panes, or one."""
        self.set_class(self.single, "narrow")
        self.query_one("#causes-summary").display = not self.single
        for name in PANES:
            self.list_of(name).display = not self.single or name == self.pane

    def on_resize(self, event: events.Resize) -> None:
        self.fit()
        self.show_causes()

    # Commands -------------------------------------------------------------------------------------

    def action_next_spec(self, step: int) -> None:
        names = [each.row.name for each in self.causes.specs]
        if names:
            place = names.index(self._spec) if self._spec in names else 0
            self.specs.highlighted = (place + step) % len(names)

    @on(OptionList.OptionHighlighted, "#causes-specs")
    def _spec_chosen(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index < len(self.causes.specs):
            name = self.causes.specs[event.option_index].row.name
            if name != self._spec:
                self._spec = name
                self.show_spec()

    def action_go_to(self, pane: str) -> None:
        self.pane = pane
        self.fit()
        self._show_titles()
        self.set_focus(self.list_of(pane))

    def action_next_pane(self, step: int) -> None:
        """Specs, then each pane, round and round."""
        order = ["specs", *PANES]
        focused = self.focused
        here = (
            "specs" if focused is None or focused is self.specs else str(focused.id).removeprefix("causes-")
        )
        there = order[(order.index(here) + step) % len(order)] if here in order else "specs"
        if there == "specs":
            self.set_focus(self.specs)
        else:
            self.action_go_to(there)

    def action_choose(self) -> None:
        """Enter is the list's own; this is for the palette."""
        focused = self.focused
        if isinstance(focused, OptionList):
            focused.action_select()

    @on(OptionList.OptionSelected, "#causes-specs")
    def _go_to_worst(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        spec = self.spec
        if spec is not None and spec.row.worst_case is not None:
            self.dismiss(spec.row.worst_case)

    @on(CauseList.Chosen)
    def _chosen(self, event: CauseList.Chosen) -> None:
        target = event.target
        if isinstance(target, CaseTarget):
            self.dismiss(target.case)
        elif isinstance(target, DeviceTarget):
            self._show_device(target.device)

    def _show_device(self, device: str) -> None:
        """What a device or a parameter does to every measurement."""
        effects = effects_of(self.causes, device)
        width = min(DIALOG_WIDTH, self.size.width - 8)
        text = effect_lines(effects, width, self.glyphs) if effects else Text(NO_EFFECT)
        show(self.app, ReadingScreen(f"what {plain(device)} does to every measurement", text))

    def action_start(self) -> None:
        self.analyses.offer()

    def action_cancel(self) -> None:
        self.analyses.cancel()

    def action_sources(self) -> None:
        show(self.app, sources_screen(self.causes))

    def action_help(self) -> None:
        show(self.app, causes_help_screen(getattr(self.app, "keymap", {})))

    def action_leave(self) -> None:
        """From a pane back to the specs, then away."""
        if self.focused is not self.specs and self.single:
            self.set_focus(self.specs)
        else:
            self.dismiss(None)

    def action_reload(self) -> None:
        if not self._loading:
            self._loading = True
            self.do(self._reload())

    async def _reload(self) -> None:
        try:
            self.causes = await asyncio.to_thread(self._services.read)
            self.problem = ""
        except SimorcError as error:
            self.problem = error.message
        finally:
            self._loading = False
        if self.is_mounted:
            self.show_causes()

    # Services of the controller ---------------------------------------------------------------------

    def do(self, work: Awaitable[object]) -> None:
        self.run_worker(work, group="causes", exclusive=False)

    def say(self, message: str) -> None:
        self.notify(plain(message), markup=False, timeout=4)

    def say_error(self, error: SimorcError) -> None:
        words = "\n".join(plain(each) for each in (error.message, error.remedy) if each)
        self.notify(words, severity="error", markup=False, timeout=8)
