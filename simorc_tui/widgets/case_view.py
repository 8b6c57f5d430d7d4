"""One case: its waveforms, its log, its netlist, its measurements, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import ContentSwitcher

from simorc.runs.layout import RunLayout
from simorc_tui.glyphs import UNICODE, Glyphs
from simorc_tui.widgets.measures_view import MeasuresView
from simorc_tui.widgets.textview import FileView
from simorc_tui.widgets.wave_view import WaveView

TABS = ("wave", "log", "netlist", "measures")


class CaseView(Container):
    """The pane of the case under the cursor. Only the tab in view reads files."""

    def __init__(self, glyphs: Glyphs = UNICODE, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.glyphs = glyphs
        self.tab = "wave"
        self._layout: RunLayout | None = None
        self._case_id: int | None = None

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial="tab-wave"):
            yield WaveView(id="tab-wave")
            yield FileView(follow=True, id="tab-log")
            yield FileView(id="tab-netlist")
            yield MeasuresView(id="tab-measures")

    def on_mount(self) -> None:
        self._show_title()

    def show_case(self, layout: RunLayout | None, case_id: int | None) -> None:
        """Show a case of a run; None shows nothing."""
        self._layout, self._case_id = layout, case_id
        self._show()

    def show_tab(self, tab: str) -> None:
        """Bring a tab to the front, with the keys."""
        self.tab = tab
        self.query_one(ContentSwitcher).current = f"tab-{tab}"
        self._show()

    def focus_content(self) -> None:
        """Give the keys to what the tab shows."""
        content = self.query_one(f"#tab-{self.tab}")
        target = content if content.can_focus else next((w for w in content.query("*") if w.can_focus), None)
        if target is not None:
            target.focus()

    def _show(self) -> None:
        match self.tab:
            case "wave":
                self.query_one(WaveView).show_case(self._layout, self._case_id)
            case "log":
                self.query_one("#tab-log", FileView).show_file(self._file(RunLayout.log))
            case "netlist":
                self.query_one("#tab-netlist", FileView).show_file(self._file(RunLayout.deck))
            case _:
                self.query_one(MeasuresView).show_case(self._layout, self._case_id)
        self._show_title()

    def _file(self, which: Callable[[RunLayout, int], Path]) -> Path | None:
        if self._layout is None or self._case_id is None:
            return None
        return which(self._layout, self._case_id)

    def _show_title(self) -> None:
        title = Text("4 ")
        for place, tab in enumerate(TABS):
            title.append(f" {self.glyphs.separator} " if place else "", "not bold not reverse")
            title.append(tab, "bold reverse" if tab == self.tab else "")
        if self._case_id is not None:
            title.append(f"   case {self._case_id}")
        self.border_title = title.markup
