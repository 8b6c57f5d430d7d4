"""Draws lines of the case table: a row of values becomes a strip of cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from simorc_tui.data.broken_specs import BreaksSpec, no_specs
from simorc_tui.data.case_order import Arrangement
from simorc_tui.data.case_pages import CaseRow
from simorc_tui.widgets.case_table.columns import WIDEST_CELL, CellWriter, TableColumn, fitted

GAP = 2


class CasePalette:
    """The styles of the table's parts, each computed once until the stylesheet changes."""

    def __init__(self, base: Callable[[], Style], part: Callable[[str], Style]) -> None:
        self._base, self._part = base, part
        self._known: dict[tuple[str, ...], Style] = {}

    def forget(self) -> None:
        """The stylesheet or the theme changed."""
        self._known.clear()

    def of(self, *parts: str) -> Style:
        """The table's own style with those of `parts` laid over it in this order."""
        style = self._known.get(parts)
        if style is None:
            style = self._base()
            for part in parts:
                style += self._part(f"case-table--{part}")
            self._known[parts] = style
        return style


@dataclass(frozen=True)
class CasePainter:
    """Draws lines `width` cells wide; all but the first `frozen_columns` columns are scrolled by `left`."""

    columns: Sequence[TableColumn]
    writer: CellWriter
    palette: CasePalette
    width: int
    left: int
    frozen_columns: int
    too_narrow: Callable[[TableColumn, int], object]
    """Called with a column and the width one of its values would need."""
    breaks_spec: BreaksSpec = no_specs
    focused: bool = True

    def note(self, text: str) -> Strip:
        """A line of plain words."""
        style = self.palette.of()
        return Strip([Segment(text, style)]).adjust_cell_length(self.width, style)

    def header(self, arrangement: Arrangement) -> Strip:
        """The columns' names; the one sorted by carries an arrow."""
        style = self.palette.of("header")
        return self._line(
            [(self._label(column, arrangement), style) for column in self.columns],
            style,
            cut=self.writer.glyphs.arrow,
        )

    def row(self, row: CaseRow, *, marked: bool, at_cursor: bool) -> Strip:
        """A case."""
        parts = ("marked",) * marked + ("cursor" if self.focused else "blurred",) * at_cursor
        style = self.palette.of(*parts)
        cells = [
            (self._cell(column, row), style if at_cursor else self._style(column, row, parts, style))
            for column in self.columns
        ]
        return self._line(cells, style, self.writer.glyphs.arrow if at_cursor else " ")

    def _style(self, column: TableColumn, row: CaseRow, parts: tuple[str, ...], usual: Style) -> Style:
        if column.role == "status":
            return self.palette.of(*parts, row.status)
        if column.role == "measurement" and self.breaks_spec(row.case_id, column.label, row.get(column.name)):
            return self.palette.of(*parts, "broken")
        return usual

    def _cell(self, column: TableColumn, row: CaseRow) -> str:
        text = self.writer.text(column, row)
        if len(text) > column.width and column.width < WIDEST_CELL:
            self.too_narrow(column, min(len(text), WIDEST_CELL))
        return fitted(text, column.width, column.right)

    def _line(
        self, cells: Sequence[tuple[str, Style]], style: Style, pointer: str = " ", cut: str = ""
    ) -> Strip:
        """The first cells, after the pointer, are frozen; the others scroll sideways under them."""
        parts = [
            Segment(self._in_view(place, text, cut) + " " * GAP, cell_style)
            for place, (text, cell_style) in enumerate(cells)
        ]
        parts[0] = Segment((pointer + cells[0][0]).ljust(self.columns[0].width + GAP), cells[0][1])
        if self.left:
            frozen = sum(column.width + GAP for column in self.columns[: self.frozen_columns])
            others = Strip(parts[self.frozen_columns :]).crop(self.left, self.left + self.width - frozen)
            parts = [*parts[: self.frozen_columns], *others]
        return Strip(parts).adjust_cell_length(self.width, style)

    def _in_view(self, place: int, text: str, cut: str) -> str:
        """A number that the right edge would cut is not shown, it would read as another one; `cut` is."""
        column = self.columns[place]
        room = self.width - self._starts[place] + (self.left if place >= self.frozen_columns else 0)
        if column.right and 0 < room < column.width:
            return cut.rjust(room).ljust(column.width)
        return text

    @cached_property
    def _starts(self) -> list[int]:
        """Where each column begins, nothing scrolled."""
        return [0, *accumulate(column.width + GAP for column in self.columns)]

    def _label(self, column: TableColumn, arrangement: Arrangement) -> str:
        glyphs, sign = self.writer.glyphs, ""
        if column.name == arrangement.order and (column.name != "id" or arrangement.descending):
            sign = glyphs.descending if arrangement.descending else glyphs.ascending
        return fitted(column.heading(sign), column.width, column.right)
