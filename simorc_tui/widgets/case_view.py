"""The tabs of one case: waveforms, log, netlist, measurements; and the specs of the run.

The panes import numpy and plotext, a third of a second of CPU, so they are imported in a thread after the
first frame is displayed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from simorc.rundir.layout import RunLayout
from simorc_tui.theme.glyphs import UNICODE, Glyphs
from simorc_tui.widgets.border_text import show_title

if TYPE_CHECKING:
    from simorc_tui.widgets.measures_view import MeasuresView
    from simorc_tui.widgets.plot.wave_view import WaveView
    from simorc_tui.widgets.spec_sheet.specs_view import SpecsView
    from simorc_tui.widgets.text_view.file_view import FileView

TABS = ("wave", "log", "netlist", "measures", "specs")


class CaseView(Container):
    """The pane of the case under the cursor. Only the tab in view reads files."""

    class PanesImported(Message):
        """The modules of the panes are there."""

    class CaseChosen(Message):
        """The user selected the worst case of a spec."""

        def __init__(self, case_id: int) -> None:
            super().__init__()
            self.case_id = case_id

    class FailuresChosen(Message):
        """The user selected the cases of a group of failures."""

        def __init__(self, filter_text: str) -> None:
            super().__init__()
            self.filter_text = filter_text

    def __init__(self, glyphs: Glyphs = UNICODE, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.glyphs = glyphs
        self.tab = "wave"
        self.ready = False
        self.overlaid: tuple[int, ...] = ()
        self._layout: RunLayout | None = None
        self._case_id: int | None = None
        self._wants_focus = False

    def compose(self) -> ComposeResult:
        yield ContentSwitcher()

    def on_mount(self) -> None:
        self._show_title()
        self.call_after_refresh(self._import_panes)

    def show_case(self, layout: RunLayout | None, case_id: int | None) -> None:
        """Show a case of a run; None shows nothing. Waveforms laid over each other stay until taken off."""
        if layout != self._layout:
            self.overlaid = ()
        self._layout, self._case_id = layout, case_id
        self._show()

    @property
    def current_spec(self) -> str:
        """The spec under the cursor of the specs tab; empty where there is none."""
        return cast("SpecsView", self._pane()).current_spec if self.ready and self.tab == "specs" else ""

    def overlay(self, case_ids: Sequence[int]) -> None:
        """Waveforms of these cases over each other, whatever the cursor does; none: of the case again."""
        self.overlaid = tuple(case_ids)
        self._show()

    def show_tab(self, tab: str) -> None:
        """Bring a tab to the front, with the keys."""
        self.tab = tab
        self._show()

    def focus_content(self) -> None:
        """Give the keys to what the tab shows, as soon as it is there."""
        if not self.ready:
            self._wants_focus = True
            return
        content = self._pane()
        target = content if content.can_focus else next((w for w in content.query("*") if w.can_focus), None)
        if target is not None:
            self.screen.set_focus(target)

    @work(thread=True, exclusive=True, group="import-panes")
    def _import_panes(self) -> None:

        self.post_message(self.PanesImported())

    async def on_case_view_panes_imported(self, event: PanesImported) -> None:
        event.stop()
        from simorc_tui.widgets.measures_view import MeasuresView
        from simorc_tui.widgets.plot.wave_view import WaveView
        from simorc_tui.widgets.spec_sheet.specs_view import SpecsView
        from simorc_tui.widgets.text_view.file_view import FileView

        panes = (
            WaveView(id="tab-wave"),
            FileView(follow=True, id="tab-log"),
            FileView(id="tab-netlist"),
            MeasuresView(id="tab-measures"),
            SpecsView(self.glyphs, id="tab-specs"),
        )
        for pane in panes:
            pane.display = False
        await self.query_one(ContentSwitcher).mount(*panes)
        self.ready = True
        self._show()
        if self._wants_focus:
            self.focus_content()

    def _pane(self) -> Widget:
        return self.query_one(f"#tab-{self.tab}")

    def _show(self) -> None:
        self._show_title()
        if not self.ready:
            return
        self.query_one(ContentSwitcher).current = f"tab-{self.tab}"
        pane = self._pane()
        match self.tab:
            case "wave":
                one = () if self._case_id is None else (self._case_id,)
                cast("WaveView", pane).show_cases(self._layout, self.overlaid or one)
            case "log":
                cast("FileView", pane).show_file(self._file(RunLayout.log))
            case "netlist":
                cast("FileView", pane).show_file(self._file(RunLayout.deck))
            case "measures":
                cast("MeasuresView", pane).show_case(self._layout, self._case_id)
            case _:
                cast("SpecsView", pane).show_run(self._layout)

    def on_specs_view_case_chosen(self, event: SpecsView.CaseChosen) -> None:
        event.stop()
        self.post_message(self.CaseChosen(event.case_id))

    def on_specs_view_failures_chosen(self, event: SpecsView.FailuresChosen) -> None:
        event.stop()
        self.post_message(self.FailuresChosen(event.filter_text))

    def _file(self, which: Callable[[RunLayout, int], Path]) -> Path | None:
        if self._layout is None or self._case_id is None:
            return None
        return which(self._layout, self._case_id)

    def _show_title(self) -> None:
        title = Text("4 ")
        for place, tab in enumerate(TABS):
            title.append(f" {self.glyphs.separator} " if place else "", "not bold not reverse")
            title.append(tab, "bold reverse" if tab == self.tab else "")
        if self.overlaid and self.tab == "wave":
            title.append(f"   {len(self.overlaid)} cases")
        elif self._case_id is not None and self.tab != "specs":
            title.append(f"   case {self._case_id}")
        show_title(self, title.markup)
