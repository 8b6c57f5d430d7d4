"""The case table: a million rows drawn from SQLite pages; only changed rows are drawn again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import Column, RunReader
from simorc_tui.data.broken_specs import BreaksSpec, no_specs
from simorc_tui.data.case_order import Arrangement, NaturalOrder, RowOrder
from simorc_tui.data.case_pages import CasePages, CaseRow
from simorc_tui.settings.table_look import USUAL, TableLook
from simorc_tui.theme.glyphs import UNICODE, Glyphs
from simorc_tui.widgets.case_table.columns import (
    CellWriter,
    TableColumn,
    changed_columns,
    shown_columns,
    table_columns,
)
from simorc_tui.widgets.case_table.cursor import CaseCursor
from simorc_tui.widgets.case_table.painting import GAP, CasePainter, CasePalette
from simorc_tui.widgets.case_table.seen_numbers import LOOKED_AT, SeenNumbers


class CaseTable(CaseCursor, can_focus=True):
    """Cases of one run in rows below a header; the first columns stay when scrolling sideways."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "case-table--header",
        "case-table--cursor",
        "case-table--blurred",
        "case-table--marked",
        "case-table--pending",
        "case-table--in_progress",
        "case-table--completed",
        "case-table--failed",
        "case-table--broken",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "sideways(-1)", "left", show=False, id="table.left"),
        Binding("right,l", "sideways(1)", "right", show=False, id="table.right"),
        Binding("greater_than_sign", "widen(2)", "wider", show=False, id="table.wider"),
        Binding("less_than_sign", "widen(-2)", "narrower", show=False, id="table.narrower"),
    ]

    class Highlighted(Message):
        """The cursor moved to another case; None if the table is empty."""

        def __init__(self, case_id: int | None) -> None:
            super().__init__()
            self.case_id = case_id

    def __init__(self, glyphs: Glyphs = UNICODE, *, widget_id: str | None = None) -> None:
        super().__init__(widget_id=widget_id)
        self.glyphs = glyphs
        self.arrangement = Arrangement()
        self.columns: list[TableColumn] = []
        self.all_columns: list[TableColumn] = []
        self.written: Callable[[int], Mapping[str, str]] = lambda _: {}
        self.empty_note = "searching for runs ..."
        self._breaks_spec: BreaksSpec = no_specs
        self._view: RunReader | None = None
        self._progress: Mapping[int, float] = {}
        self._digits = 4
        self.look = USUAL
        self._brought: list[Column] = []
        self._total = 0
        self._seen = SeenNumbers()
        self._palette = CasePalette(
            lambda: self.rich_style, lambda part: self.get_component_rich_style(part, partial=True)
        )
        self._painter: CasePainter | None = None

    # What is shown --------------------------------------------------------------------------------

    def attach(self, layout: RunLayout | None) -> None:
        """Show the run of `layout` from its first case, or nothing."""
        self.detach()
        if layout is not None:
            self._view = RunReader(layout)
            self._total = self._view.total
            self._digits = max(4, len(str(self._total)))
            self._pages = CasePages(self._view, NaturalOrder(self._total))
            self._seen = SeenNumbers()
            self._set_columns()
            self._learn(range(min(LOOKED_AT, self._total)))
        self.cursor = 0
        self._measure()
        self._post_highlighted()

    def detach(self) -> None:
        """Close the run."""
        if self._view is not None:
            self._view.close()
        self._view = self._pages = None
        self.columns, self.marks, self._progress, self._last_mark = [], set(), {}, None
        self.all_columns, self.written, self._breaks_spec = [], lambda _: {}, no_specs
        self.arrangement = Arrangement()

    def natural_order(self) -> NaturalOrder:
        return NaturalOrder(self._total)

    def set_order(self, order: RowOrder, arrangement: Arrangement) -> None:
        """Rows in another order; the cursor stays on its case if that is still there."""
        if self._pages is None:
            return
        before = self.current
        same_look = arrangement == self.arrangement
        self._pages.reorder(order)
        self.arrangement = arrangement
        row = order.row_of(before.case_id) if before is not None else None
        self._measure()
        self.cursor = (
            row if row is not None else (min(self.cursor, max(0, len(order) - 1)) if same_look else 0)
        )
        self._show_cursor()
        self._post_highlighted()

    def brought_columns(self) -> list[Column]:
        """The run's own columns: parameters and measurements."""
        return self._view.columns() if self._view is not None else []

    def columns_changed(self) -> None:
        """The run may have brought further measurements."""
        if self._view is not None and self._view.columns() != self._brought:
            self._set_columns()
            self._measure()

    def show_look(self, look: TableLook) -> None:
        """Show the columns like this."""
        set_before = dict(self.look.widths)
        self.look = look
        if self._view is not None:
            self.columns = [column for column in self.columns if column.name not in set_before]
            self._set_columns()
            self._measure()

    def show_written(self, written: Callable[[int], Mapping[str, str]]) -> None:
        """Parameters as `written(case_id)` gives them by label: ``100p`` and not 1e-10."""
        self.written = written
        self.refresh()

    def show_broken(self, breaks_spec: BreaksSpec) -> None:
        """Mark the values that break a spec."""
        self._breaks_spec = breaks_spec
        self.refresh()

    def cases_changed(self, case_ids: Iterable[int] | None, progress: Mapping[int, float]) -> None:
        """These cases changed (None: all of them may have); paint what is visible of the change."""
        if self._pages is None:
            return
        moved = {
            case for case in {*progress, *self._progress} if progress.get(case) != self._progress.get(case)
        }
        self._progress = dict(progress)
        if case_ids is None:
            self._pages.forget()
            self._learn(self.visible_rows)
            self.refresh()
            return
        renewed = self._pages.renew({*case_ids, *moved}, self.visible_rows)
        for index, (old, new) in renewed.items():
            self._refresh_cells(index, old, new, new.case_id in moved)
        self._learn(renewed)

    def tick(self) -> None:
        """A second went by: the times of running cases in view move on."""
        for index in self.visible_rows:
            row = self._pages.row(index) if self._pages is not None else None
            place = self.column_at("time")
            if row is not None and row.status == "in_progress" and place is not None:
                self._refresh_span(index, *self.span(place))

    def go_to(self, case_id: int) -> bool:
        """Put the cursor on a case; False if the filter hides it."""
        row = self._pages.order.row_of(case_id) if self._pages is not None else None
        if row is None:
            return False
        self.cursor = row
        return True

    def on_unmount(self) -> None:
        self.detach()

    def on_show(self) -> None:
        self._show_cursor()
        self.refresh()

    def on_focus(self, event: events.Focus) -> None:
        self._keys_changed_hands(event, True)

    def on_blur(self, event: events.Blur) -> None:
        self._keys_changed_hands(event, False)

    def _keys_changed_hands(self, event: events.Event, ours: bool) -> None:
        """As Textual does, without new styles: the border and the cursor's row show who has the keys."""
        event.prevent_default()
        self.set_reactive(CaseTable.has_focus, ours)
        self.refresh(Region(0, self.cursor - self.scroll_offset.y + 1, self.width_in_view, 1))
        if self.parent is not None:
            self.parent.post_message(events.DescendantFocus(self) if ours else events.DescendantBlur(self))

    # Painting -------------------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette.forget()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._painter = self._new_painter()
        try:
            return super().render_lines(crop)
        finally:
            self._painter = None

    def render_line(self, y: int) -> Strip:
        painter = self._painter or self._new_painter()
        if self._pages is None:
            return painter.note(self.empty_note if y == 0 else "")
        if y == 0:
            return painter.header(self.arrangement)
        index = self.scroll_offset.y + y - 1
        row = self._pages.row(index)
        if row is None:
            return painter.note("No case matches the filter." if y == 1 and not self.row_count else "")
        return painter.row(row, marked=row.case_id in self.marks, at_cursor=index == self.cursor)

    def _new_painter(self) -> CasePainter:
        return CasePainter(
            self.columns,
            self._writer(),
            self._palette,
            self.width_in_view,
            self.scroll_offset.x,
            self.frozen_columns,
            self._too_narrow,
            self._breaks_spec,
            self.has_focus,
        )

    def _too_narrow(self, column: TableColumn, width: int) -> None:
        if column.role != "message" and self.look.width_of(column.name) is None:
            self.call_later(self._widen, column.name, width)

    # Measure --------------------------------------------------------------------------------------

    def _set_columns(self) -> None:
        assert self._view is not None
        widths = {column.name: column.width for column in self.columns}
        self._brought = self._view.columns()
        self.all_columns = table_columns(self._brought, self._total)
        known = [self._seen.applied(column) for column in self.all_columns]
        fresh = shown_columns(known, self.look.columns, messages=self._seen.messages)
        self.columns = [
            column.widened(self.look.width_of(column.name) or max(column.width, widths.get(column.name, 0)))
            for column in fresh
        ]

    def _learn(self, indices: Iterable[int]) -> None:
        """Choose how numbers are shown from rows that have some for the first time."""
        if self._pages is None:
            return
        rows = [row for index in indices if (row := self._pages.row(index)) is not None]
        if self._seen.learn(self.all_columns, rows):
            self.columns = []
            self._set_columns()
            self._measure()

    def _widen(self, name: str, width: int) -> None:
        """A wider value scrolled into view: widen the column once; it is never narrowed again."""
        wider = [c.widened(max(c.width, width)) if c.name == name else c for c in self.columns]
        if wider != self.columns:
            self.columns = wider
            self._measure()

    def _measure(self) -> None:
        width = sum(column.width + GAP for column in self.columns)
        self.virtual_size = Size(width, self.row_count + 1 if self._pages is not None else 1)
        self.refresh()

    def _writer(self) -> CellWriter:
        return CellWriter(self.glyphs, self._digits, self._progress, self.marks, self.written)

    def _refresh_cells(self, index: int, old: CaseRow, new: CaseRow, progressed: bool) -> None:
        """Paint again from the first to the last cell whose text changed."""
        changed = changed_columns(self.columns, old, new, progressed)
        if changed:
            self._refresh_span(index, self.span(changed[0])[0], self.span(changed[-1])[1])

    def _refresh_span(self, index: int, start: int, stop: int) -> None:
        frozen = self.frozen_width
        if start < frozen < stop:
            start, stop = 0, self.size.width + self.scroll_offset.x
        scrolled = 0 if start < frozen else self.scroll_offset.x
        left = max(0 if start < frozen else frozen, start - scrolled)
        right = min(self.width_in_view, stop - scrolled)
        if right > left:
            self.refresh(Region(left, index - self.scroll_offset.y + 1, right - left, 1))

    def _post_highlighted(self) -> None:
        row = self.current
        self.post_message(self.Highlighted(row.case_id if row is not None else None))
