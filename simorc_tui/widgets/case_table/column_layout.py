"""The positions of columns: where each begins, which are frozen, their widths.

Dragging a column's right edge in the header makes it wider or narrower.
"""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.scroll_view import ScrollView

from simorc_tui.data.case_order import Arrangement
from simorc_tui.settings.table_look import USUAL, TableLook
from simorc_tui.widgets.case_table.columns import TableColumn
from simorc_tui.widgets.case_table.painting import GAP


class ColumnLayout(ScrollView):
    """The columns of a table that scrolls sideways under the first of them."""

    columns: list[TableColumn]
    arrangement: Arrangement
    look: TableLook = USUAL
    _dragged: tuple[str, int] | None = None

    class LookChanged(Message):
        """The user changed the width of a column."""

        def __init__(self, look: TableLook) -> None:
            super().__init__()
            self.look = look

    def show_look(self, look: TableLook) -> None:
        """Show the columns like this."""
        raise NotImplementedError

    def action_widen(self, cells: int) -> None:
        """The column the cases are sorted by, wider or narrower."""
        column = next((each for each in self.columns if each.name == self.arrangement.order), None)
        if column is not None:
            self.show_look(self.look.with_width(column.name, column.width + cells))
            self.post_message(self.LookChanged(self.look))

    def action_sideways(self, columns: int) -> None:
        """Scroll to the next or the previous column: a number cut on its left would read as another one."""
        frozen, now = self.frozen_width, self.scroll_offset.x
        starts = [self.span(place)[0] - frozen for place in range(self.frozen_columns, len(self.columns))]
        after = [start for start in starts if start > now]
        before = [start for start in starts if start < now]
        target = (after[0] if after else now) if columns > 0 else (before[-1] if before else 0)
        self.scroll_to(x=target, animate=False, immediate=True)

    @property
    def frozen_columns(self) -> int:
        """How many columns are frozen: the requested ones, as far as they leave space for others."""
        most, wide = 2 * self.size.width // 3, 0
        for place, column in enumerate(self.columns[: self.look.frozen]):
            wide += column.width + GAP
            if wide > most:
                return max(1, place)
        return max(1, min(self.look.frozen, len(self.columns)))

    @property
    def frozen_width(self) -> int:
        """Screen columns that the frozen columns occupy."""
        return sum(column.width + GAP for column in self.columns[: self.frozen_columns])

    def span(self, place: int) -> tuple[int, int]:
        """First and last+1 screen column of a table column, nothing scrolled."""
        start = sum(column.width + GAP for column in self.columns[:place])
        return start, start + self.columns[place].width

    @property
    def width_in_view(self) -> int:
        """Cells left of the scrollbar."""
        return self.scrollable_content_region.width

    def column_at(self, role: str) -> int | None:
        """The place of the column with a role, None where it is not shown."""
        return next((place for place, column in enumerate(self.columns) if column.role == role), None)

    def has_in_view(self, role: str, length: int) -> bool:
        """Whether the first `length` cells of the column with a role are on screen, or it was put away."""
        place = self.column_at(role)
        right_edge = self.scroll_offset.x + self.width_in_view
        return place is None or self.span(place)[0] + length <= right_edge

    def edge_at(self, x: int) -> tuple[str, int] | None:
        """The column whose right edge is at screen column `x`, and where on the screen it begins."""
        frozen_columns, frozen = self.frozen_columns, self.frozen_width
        for place, column in enumerate(self.columns):
            start, stop = self.span(place)
            if place >= frozen_columns:
                start, stop = start - self.scroll_offset.x, stop - self.scroll_offset.x
            if stop <= x <= stop + 1 and (place < frozen_columns or stop > frozen):
                return column.name, start
        return None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.y == 0 and (edge := self.edge_at(event.x)) is not None:
            self._dragged = edge
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is not None:
            name, start = self._dragged
            self.show_look(self.look.with_width(name, event.x - start))

    def on_mouse_up(self, _event: events.MouseUp) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()
            self.post_message(self.LookChanged(self.look))
