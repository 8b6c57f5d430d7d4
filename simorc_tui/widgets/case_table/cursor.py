"""The cursor of the case table, and the marked cases."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive

from simorc_tui.data.case_pages import CasePages, CaseRow
from simorc_tui.widgets.case_table.column_layout import ColumnLayout


class CaseCursor(ColumnLayout):
    """Rows below a header of one line, one of them under the cursor, some of them marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, id="table.up"),
        Binding("down,j", "move(1)", "down", show=False, id="table.down"),
        Binding("pageup,ctrl+u", "page(-1)", "page up", show=False, id="table.page_up"),
        Binding("pagedown,ctrl+d", "page(1)", "page down", show=False, id="table.page_down"),
        Binding("home,g", "go_first", "first", show=False, id="table.first"),
        Binding("end,G", "go_last", "last", show=False, id="table.last"),
        Binding("space", "mark", "mark", show=False, id="table.mark"),
        Binding("V", "mark_range", "mark to here", show=False, id="table.mark_range"),
        Binding("a", "mark_all", "mark all", show=False, id="table.mark_all"),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    class Marked(Message):
        """The marks changed."""

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.marks: set[int] = set()
        self._pages: CasePages | None = None
        self._last_mark: int | None = None

    @property
    def row_count(self) -> int:
        return len(self._pages) if self._pages is not None else 0

    @property
    def current(self) -> CaseRow | None:
        """The case under the cursor."""
        return self._pages.row(self.cursor) if self._pages is not None else None

    @property
    def visible_rows(self) -> range:
        """The rows on screen."""
        top = self.scroll_offset.y
        return range(top, min(self.row_count, top + self._rows_in_view))

    @property
    def _rows_in_view(self) -> int:
        """Lines between the header and the scrollbar."""
        return max(1, self.scrollable_content_region.height - 1)

    def action_move(self, rows: int) -> None:
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        self.cursor += pages * max(1, self._rows_in_view - 1)

    def action_go_first(self) -> None:
        self.cursor = 0

    def action_go_last(self) -> None:
        self.cursor = self.row_count - 1

    def action_mark(self) -> None:
        """Mark the case under the cursor, or remove its mark, and move to the next case."""
        row = self.current
        if row is None:
            return
        self.marks ^= {row.case_id}
        self._last_mark = self.cursor
        self._refresh_row(self.cursor)
        self.cursor += 1
        self.post_message(self.Marked())

    def action_mark_range(self) -> None:
        """Mark everything from the case marked last to the one under the cursor."""
        if self._pages is None:
            return
        first, last = sorted((self.cursor if self._last_mark is None else self._last_mark, self.cursor))
        self.marks |= set(self._pages.order.ids(first, last + 1))
        self._last_mark = self.cursor
        self.refresh()
        self.post_message(self.Marked())

    def action_mark_all(self) -> None:
        """Mark every case the filter shows; all marked already, take all marks away."""
        if self._pages is None:
            return
        every = set(self._pages.order.ids(0, self.row_count))
        self.marks = set() if every <= self.marks else self.marks | every
        self.refresh()
        self.post_message(self.Marked())

    def on_click(self, event: events.Click) -> None:
        if event.y >= 1 and self.scroll_offset.y + event.y - 1 < self.row_count:
            self.cursor = self.scroll_offset.y + event.y - 1

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.row_count - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        self._show_cursor()
        self._refresh_row(before)
        self._refresh_row(now)
        self._post_highlighted()

    def _refresh_row(self, index: int) -> None:
        if index in self.visible_rows:
            self.refresh(Region(0, index - self.scroll_offset.y + 1, self.width_in_view, 1))

    def _show_cursor(self) -> None:
        """Scroll just far enough to have the cursor in view; out of sight, `on_show` does it."""
        if not self.scrollable_content_region.height:
            return
        top, rows = self.scroll_offset.y, self._rows_in_view
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + rows:
            self.scroll_to(y=self.cursor - rows + 1, animate=False, immediate=True)

    def _post_highlighted(self) -> None:
        """The cursor moved to another case."""
        raise NotImplementedError
