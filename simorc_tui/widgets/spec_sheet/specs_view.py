"""The results of a run: specs with yield and worst case, failures by kind and message, events.

Enter on a spec goes to its worst case, enter on a group of failures shows its cases.
"""

from __future__ import annotations

import time
from textwrap import wrap
from typing import ClassVar

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from simorc.reports.spec_sheet import SpecRow
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.failure_groups import FailureGroup
from simorc.rundir.store.warning_rows import WarningGroup
from simorc.text import plain
from simorc_tui.data.run_results import RunResults, read_results
from simorc_tui.theme.coloured import coloured
from simorc_tui.theme.glyphs import HEADING, UNICODE, Glyphs
from simorc_tui.widgets.failing import FailingPane
from simorc_tui.widgets.spec_sheet.sheet_table import SheetTable

LOOK_AGAIN_SECONDS = 1.0
REST_FACTOR = 20
"""Reading may take a twentieth of the time at most: a million cases are not read again every second."""
EVENTS_SHOWN = 12
LEAST_WIDTH = 78
"""Width (cells) of the spec sheet before the pane has a size."""
MARGIN = 2
"""Cells of the list that are no text: its padding and its scrollbar."""
INDENT = 8
"""Indent (cells) of text that continues on its own line on a narrow terminal."""


class SpecsView(FailingPane):
    """Shows the results of a run; updates while it is visible and the run is active."""

    DEFAULT_CSS = """
    SpecsView { height: 1fr; width: 1fr; }
    SpecsView > OptionList {
        height: 1fr; border: none; background: $background; padding: 0; scrollbar-size: 1 1;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    SpecsView > OptionList:focus { border: none; }
    SpecsView > OptionList > .option-list--option-disabled { color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor(1)", "down", show=False, id="specs.down"),
        Binding("k", "cursor(-1)", "up", show=False, id="specs.up"),
    ]

    class Loaded(Message):
        """The results of a run were read."""

        def __init__(self, layout: RunLayout, results: RunResults) -> None:
            super().__init__()
            self.layout = layout
            self.results = results

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

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:  # noqa: A002 -- as Textual calls it
        super().__init__(id=id)
        self.glyphs = glyphs
        self.results = RunResults(note="no run")
        self._layout_of_run: RunLayout | None = None
        self._targets: list[SpecRow | FailureGroup | WarningGroup | None] = []
        self._next_look = 0.0
        self._reading = False
        self._laid_out_for = 0

    def compose(self) -> ComposeResult:
        yield OptionList()

    def on_mount(self) -> None:
        self.set_interval(LOOK_AGAIN_SECONDS, self._look_again)

    def show_run(self, layout: RunLayout | None) -> None:
        """Show a run; None shows nothing."""
        if layout == self._layout_of_run:
            return
        self._layout_of_run = layout
        if layout is None:
            self._show(RunResults(note="no run"))
        else:
            self._show(RunResults(note="reading ..."))
            self._read(layout)

    @property
    def current_spec(self) -> str:
        """The measurement of the spec under the cursor; empty if it is on something else."""
        place = self.query_one(OptionList).highlighted
        target = self._targets[place] if place is not None and place < len(self._targets) else None
        return target.name if isinstance(target, SpecRow) else ""

    def action_cursor(self, rows: int) -> None:
        lines = self.query_one(OptionList)
        if rows > 0:
            lines.action_cursor_down()
        else:
            lines.action_cursor_up()

    def show_failure(self, text: str) -> None:
        self._reading = False
        self._show(RunResults(note=text))

    def on_specs_view_loaded(self, message: Loaded) -> None:
        message.stop()
        self._reading = False
        self._next_look = time.monotonic() + REST_FACTOR * message.results.took
        if message.layout == self._layout_of_run:
            self._show(message.results)

    @on(OptionList.OptionSelected)
    def _go(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        target = self._targets[event.option_index]
        if isinstance(target, SpecRow) and target.worst_case is not None:
            self.post_message(self.CaseChosen(target.worst_case))
        elif isinstance(target, FailureGroup | WarningGroup):
            self.post_message(self.FailuresChosen(target.filter_text))

    def _look_again(self) -> None:
        due = time.monotonic() >= self._next_look
        if self._layout_of_run is not None and due and not self._reading and self.region.area:
            self._read(self._layout_of_run)

    @work(thread=True, exclusive=True, group="specs", exit_on_error=False)
    def _read(self, layout: RunLayout) -> None:
        self._reading = True
        results = read_results(layout)
        if not get_current_worker().is_cancelled:
            self.post_message(self.Loaded(layout, results))

    def _show(self, results: RunResults) -> None:
        if results == self.results:
            return
        self.results = results
        self._lay_out()

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self._laid_out_for:
            self._lay_out()

    def _lay_out(self) -> None:
        results, lines = self.results, self.query_one(OptionList)
        self._laid_out_for = self.size.width
        place, top = lines.highlighted, lines.scroll_offset.y
        self._targets, options = [], []
        for text, target in self._lines(results):
            self._targets.append(target)
            options.append(Option(text, disabled=target is None))
        lines.clear_options()
        lines.add_options(options)
        first = next((i for i, target in enumerate(self._targets) if target is not None), None)
        kept = place if place is not None and place < len(options) and self._targets[place] else first
        lines.highlighted = kept
        lines.scroll_to(y=top, animate=False)

    def _lines(self, results: RunResults) -> list[tuple[Text, SpecRow | FailureGroup | WarningGroup | None]]:
        lines: list[tuple[Text, SpecRow | FailureGroup | WarningGroup | None]] = []
        if results.head:
            lines.append((Text(plain(results.head)), None))
        if results.note:
            lines.append((Text(plain(results.note), "italic"), None))
        if results.specs:
            lines.append((coloured(plain(f"specs   {results.summary}"), HEADING), None))
            sheet = SheetTable(results.specs, (self.size.width or LEAST_WIDTH) - MARGIN, self.glyphs)
            lines += [(sheet.heading(), None), *((sheet.line(spec), spec) for spec in results.specs)]
        elif not results.note:
            lines.append((Text("This run has no specs.", "dim"), None))
        if results.failures:
            lines.append((coloured("failures   press enter to show the cases", HEADING), None))
            lines += [(self._failure_line(group), group) for group in results.failures]
        if results.warnings:
            lines.append((coloured("warnings   press enter to show the cases", HEADING), None))
            lines += [(coloured(plain(str(group)), "yellow"), group) for group in results.warnings]
        if results.events:
            lines.append((coloured("events", HEADING), None))
            lines += [
                (Text(f"{clock} {plain(kind):9} {plain(message)}"), None)
                for clock, kind, message in results.events[:EVENTS_SHOWN]
            ]
        return lines

    def _failure_line(self, group: FailureGroup) -> Text:
        line = Text(no_wrap=True, overflow="ellipsis").append(f"{group.count:5} x ", "bold red")
        line.append(plain(group.kind.replace("_", " ")), "bold")
        message, first = plain(group.message), f"   (first: {group.first_case})"
        width = self._laid_out_for
        if not width or line.cell_len + len(message) + len(first) + 2 <= width:
            return line.append(f"  {message}{first}", "not bold")
        line.append(first, "not bold")
        for row in wrap(message, max(width - INDENT, 20), break_on_hyphens=False):
            line.append(f"\n{' ' * INDENT}{row}", "not bold")
        return line
