"""The specs of a tuner: a strip for each, its worst value beside the nominal one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.widgets import Static

from simorc.reports.spec_sheet import SpecRow
from simorc_tui.theme.glyphs import Glyphs
from simorc_tui.widgets.spec_sheet.sheet_table import COLUMNS, SheetColumn, SheetTable

SHOWN = ("spec", "min", "strip", "max", "lowest", "highest", "worst", "margin", "met", "at")


class TunedSpecs(Static):
    """Shows rows of specs; what does not fit is left out at the end."""

    def __init__(self, glyphs: Glyphs, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id, markup=False)
        self._glyphs = glyphs
        self._rows: Sequence[SpecRow] = ()
        self._nominal: dict[str, str] = {}
        self._lines = 0

    def show_rows(self, rows: Sequence[SpecRow], nominal: Sequence[SpecRow]) -> None:
        """Show these rows; `nominal` are those of the nominal values."""
        self._rows = rows
        self._nominal = {row.name: row.worst for row in nominal}
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """The strips fill the width."""
        self._draw()

    def _draw(self) -> None:
        if not self._rows:
            self.update(Text("no measurement yet", "dim"))
            return
        table = SheetTable(self._rows, max(self.size.width, 40), self._glyphs, self._columns())
        lines = [table.heading(), *(table.line(row) for row in self._rows)]
        text = Text("\n", no_wrap=True).join(lines)
        self.update(text, layout=len(lines) != self._lines)
        self._lines = len(lines)

    def _columns(self) -> list[SheetColumn]:
        was = SheetColumn("nominal", lambda row: self._nominal.get(row.name, ""), 2)
        columns = [column for column in COLUMNS if column.title in SHOWN]
        place = next(i for i, column in enumerate(columns) if column.title == "worst")
        return [*columns[: place + 1], was, *columns[place + 1 :]]
