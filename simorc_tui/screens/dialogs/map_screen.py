"""The pass and fail map over two parameters; enter goes to the worst case of a cell."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label, Static

from simorc.text import plain
from simorc_tui.data.distributions import Map, figure_of_map, table_of_map
from simorc_tui.exporting import ask_export
from simorc_tui.screens.dialogs.dialog import Dialog
from simorc_tui.theme.glyphs import VERDICT_STYLES, Glyphs, verdict_glyph


class MapScreen(Dialog[int | None]):
    """The result is the case to go to, None to stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "put_away", "close"),
        Binding("f6", "export", "write", id="plot.export"),
        Binding("enter", "go", "go to the case", priority=True),
        Binding("up,k", "move(0, -1)", "up", priority=True, show=False),
        Binding("down,j", "move(0, 1)", "down", priority=True, show=False),
        Binding("left,h", "move(-1, 0)", "left", priority=True, show=False),
        Binding("right,l", "move(1, 0)", "right", priority=True, show=False),
    ]

    def __init__(self, found: Map, glyphs: Glyphs, export_to: Path = Path("map")) -> None:
        super().__init__()
        self._export_to = export_to
        self.map = found
        self.glyphs = glyphs
        self.column = self.row = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide"):
            yield Label(Text(plain(self.map.title)), classes="dialog-title")
            with VerticalScroll():
                yield Static(self.drawing(), id="map")
            yield Label(self._caption(), id="map-caption")
            yield Label("hjkl arrows move  enter go to the case  f6 write", classes="dialog-keys")

    def action_put_away(self) -> None:
        self.dismiss(None)

    def action_export(self) -> None:
        ask_export(self, lambda: figure_of_map(self.map), self._export_to, lambda: table_of_map(self.map))

    def action_go(self) -> None:
        cell = self._cell()
        self.dismiss(cell[1] if cell is not None else None)

    def action_move(self, columns: int, rows: int) -> None:
        self.column = min(max(self.column + columns, 0), len(self.map.columns) - 1)
        self.row = min(max(self.row + rows, 0), len(self.map.rows) - 1)
        self.query_one("#map", Static).update(self.drawing())
        self.query_one("#map-caption", Label).update(self._caption())

    def drawing(self) -> Text:
        """The map: row names left, column names above, the cursor reversed."""
        left = max((len(name) for name in self.map.rows), default=0)
        width = max((len(name) for name in self.map.columns), default=0) + 2
        text = Text(" " * left, no_wrap=True)
        for name in self.map.columns:
            text.append(f"{plain(name):>{width}}", "bold")
        for row, name in enumerate(self.map.rows):
            text.append(f"\n{plain(name):>{left}}", "bold")
            for column, cell in enumerate(self.map.cells[row]):
                sign, style = self._sign(cell)
                here = (column, row) == (self.column, self.row)
                text.append(" " * (width - 2)).append(f"{sign} ", f"{style} reverse" if here else style)
        return text

    def _sign(self, cell: tuple[str, int] | None) -> tuple[str, str]:
        if cell is None:
            return " ", ""
        sign = "~" if cell[0] == "near" else verdict_glyph(self.glyphs, cell[0])
        return sign, VERDICT_STYLES[cell[0]]

    def _cell(self) -> tuple[str, int] | None:
        rows = self.map.cells
        return rows[self.row][self.column] if rows and rows[self.row] else None

    def _caption(self) -> Text:
        cell = self._cell()
        caption = (
            f"{cell[0]}, case {cell[1]}: press enter to go to it" if cell is not None else "no case here"
        )
        return Text(caption)
