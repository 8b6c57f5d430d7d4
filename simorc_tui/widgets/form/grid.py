"""A form as a table with a cursor on one cell: sections below each other, each with columns of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from simorc_tui.theme.glyphs import HEADING
from simorc_tui.widgets.form.columns import GridBlock, GridColumns
from simorc_tui.widgets.option_lines import show_line

MARGIN = 2
"""Cells of the list that are no text: its padding and its scrollbar."""
CELL, TITLE = "reverse", HEADING


class FormGrid(OptionList):
    """Shows blocks of rows; the cursor is on one cell of one row, or on the title of a block without rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "column(-1)", "left", show=False),
        Binding("right,l", "column(1)", "right", show=False),
        Binding("j", "cursor_down", "down", show=False),
        Binding("k", "cursor_up", "up", show=False),
        Binding("tab", "section(1)", "next section", show=False),
        Binding("shift+tab", "section(-1)", "previous section", show=False),
    ]

    class Moved(Message):
        """The cursor is on another cell."""

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.blocks: Sequence[GridBlock] = ()
        self._places: list[tuple[int, int | None]] = []
        self._column = 0
        self._drawn: int | None = None

    @property
    def place(self) -> tuple[int, int | None]:
        """(block, row) under the cursor; row None on the title of a block."""
        return self._places[self.highlighted] if self.highlighted is not None and self._places else (0, None)

    @property
    def column(self) -> int:
        """The column under the cursor."""
        columns = self.blocks[self.place[0]].columns if self.blocks else ()
        return min(self._column, max(0, len(columns) - 1))

    def show_blocks(self, blocks: Sequence[GridBlock]) -> None:
        """Show these blocks; the cursor stays on its row. Lines that have not changed are left alone."""
        before, self.blocks = self.blocks, blocks
        places = [each for block in range(len(blocks)) for each in self._places_of(block)]
        if places == self._places and self.option_count:
            self._show_changed(before)
            return
        kept = self.highlighted
        self._places = places
        self._lay_out(kept)

    def go_to(self, block: int, row: int | None, column: int = 0) -> None:
        """Put the cursor on a cell."""
        if (block, row) in self._places:
            self._column = column
            self.highlighted = self._places.index((block, row))
            self._show_cursor()

    def action_column(self, step: int) -> None:
        columns = self.blocks[self.place[0]].columns if self.blocks else ()
        wanted = min(max(0, self.column + step), max(0, len(columns) - 1))
        if wanted != self.column:
            self._column = wanted
            self._show_block(self.place[0])
            self.post_message(self.Moved())

    def action_section(self, step: int) -> None:
        """To the first row of the next section."""
        if self.blocks:
            block = (self.place[0] + step) % len(self.blocks)
            self.go_to(block, 0 if self.blocks[block].rows else None)

    def watch_highlighted(self, highlighted: int | None) -> None:
        super().watch_highlighted(highlighted)
        self._show_cursor()

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out(self.highlighted)

    def on_focus(self) -> None:
        self._show_cursor()

    def on_blur(self) -> None:
        self._show_cursor()

    def _places_of(self, block: int) -> list[tuple[int, int | None]]:
        return [(block, None), *((block, row) for row in range(len(self.blocks[block].rows)))]

    def _lay_out(self, highlighted: int | None) -> None:
        self.clear_options()
        rows = {block for block, row in self._places if row is not None}
        self.add_options(
            [
                Option(
                    self._line(place),
                    disabled=self._places[place][1] is None and self._places[place][0] in rows,
                )
                for place in range(len(self._places))
            ]
        )
        if self._places:
            first = next((i for i in range(len(self._places)) if not self.options[i].disabled), 0)
            wanted = first if highlighted is None else min(highlighted, len(self._places) - 1)
            self.highlighted = first if self.options[wanted].disabled else wanted
        self._drawn = None
        self._show_cursor()

    def _show_changed(self, before: Sequence[GridBlock]) -> None:
        for block, (old, new) in enumerate(zip(before, self.blocks, strict=True)):
            if old != new:
                self._show_block(block)

    def _show_block(self, block: int) -> None:
        for place, (each, _) in enumerate(self._places):
            if each == block:
                show_line(self, place, self._line(place))

    def _show_cursor(self) -> None:
        """The row that had the cursor, and the one that has it."""
        if not self._places or self.option_count != len(self._places):
            return
        place, drawn = self.highlighted, self._drawn
        blocks = {
            self._places[each][0] for each in (place, drawn) if each is not None and each < len(self._places)
        }
        for block in blocks:
            self._show_block(block)
        if drawn != place:
            self.post_message(self.Moved())
        self._drawn = place

    def _line(self, place: int) -> Text:
        block, row = self._places[place]
        shown = self.blocks[block]
        has_cursor = self.highlighted == place
        here = self.column if self.place[0] == block else 0
        columns = GridColumns(shown, self.size.width - MARGIN, here)
        if row is None:
            return columns.heading(TITLE)
        return columns.line(shown.rows[row], CELL if has_cursor else "")
