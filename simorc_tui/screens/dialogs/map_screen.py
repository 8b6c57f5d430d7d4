"""The pass and fail map over two parameters; enter goes to the worst case of a cell."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label, Static

from simorc.text import plain
from simorc_tui.commands.footers import keys_text
from simorc_tui.data.distributions import Map, figure_of_map, table_of_map
from simorc_tui.exporting import ask_export
from simorc_tui.screens.dialogs.result_screen import CHOICE_KEYS, Drawing, ResultScreen
from simorc_tui.theme.glyphs import VERDICT_STYLES, Glyphs, verdict_glyph

KEYS = (*CHOICE_KEYS, ("arrows", "move"), ("enter", "go to the case"), ("f6", "write"))
WIDEST, FRAME = 100, 4
"""Cells of the dialog, and those of its border and padding."""


class MapScreen(ResultScreen[Map]):
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

    def __init__(self, drawing: Drawing[Map], found: Map, glyphs: Glyphs) -> None:
        super().__init__(drawing)
        self.map = found
        self.glyphs = glyphs
        self.column = self.row = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide"):
            yield from self.choice_row()
            with VerticalScroll():
                yield Static(self.drawing(), id="map")
            yield Label(self._caption(), id="map-caption")
            yield Label(keys_text(KEYS), classes="dialog-keys")

    def on_resize(self) -> None:
        self.query_one("#map", Static).update(self.drawing())

    def show_drawn(self, drawn: Map) -> None:
        self.map = drawn
        self.action_move(0, 0)

    def show_problem(self, problem: str) -> None:
        self.query_one("#map", Static).update(Text(problem))

    def action_put_away(self) -> None:
        self.dismiss(None)

    def action_export(self) -> None:
        ask_export(self, lambda: figure_of_map(self.map), self.export_to, lambda: table_of_map(self.map))

    def action_go(self) -> None:
        cell = self._cell()
        self.dismiss(cell[1] if cell is not None else None)

    def action_move(self, columns: int, rows: int) -> None:
        self.column = min(max(self.column + columns, 0), len(self.map.columns) - 1)
        self.row = min(max(self.row + rows, 0), len(self.map.rows) - 1)
        self.query_one("#map", Static).update(self.drawing())
        self.query_one("#map-caption", Label).update(self._caption())

    def drawing(self) -> Text:
        """The map: row names left, column names above, a block of colour for each place but the cursor's.

        Where the names of all columns do not fit, cells are narrow and the head names the first and the last
        column; where the cells do not fit either, those around the cursor are shown.
        """
        left = max((len(plain(name)) for name in self.map.rows), default=0)
        width, columns = self._cells_shown(left)
        text = self._head(left, width, columns)
        for row, name in enumerate(self.map.rows):
            text.append(f"\n{plain(name):>{left}} ", "bold")
            for column in columns:
                sign, style = self._sign(self.map.cells[row][column])
                here = (column, row) == (self.column, self.row)
                cell = (f"[{sign}]" if here and width > 3 else sign).center(width)
                block = bool(style) and not here
                text.append(cell, f"{style} reverse" if block else style)
        return text

    def _cells_shown(self, left: int) -> tuple[int, range]:
        """The width of a cell and the columns that are shown."""
        count, room = len(self.map.columns), max(10, self._room - left - 1)
        named = max((len(plain(name)) for name in self.map.columns), default=0) + 2
        width = next((each for each in (named, 2, 1) if each * count <= room), 1)
        most = room // width
        first = min(max(0, self.column - most // 2), max(0, count - most))
        return width, range(first, min(count, first + most))

    @property
    def _room(self) -> int:
        """Cells of a line within the dialog."""
        return min(WIDEST, int(self.app.size.width * 0.96)) - FRAME

    def _head(self, left: int, width: int, columns: range) -> Text:
        names = [plain(self.map.columns[column]) for column in columns]
        text = Text(" " * (left + 1), no_wrap=True, overflow="ellipsis")
        if all(len(name) + 2 <= width for name in names):
            return text.append("".join(name.center(width) for name in names), "bold")
        ends = max(0, width * len(names) - len(names[0]) - len(names[-1]))
        return text.append(f"{names[0]}{' ' * max(1, ends)}{names[-1]}", "bold")

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
        verdict = f"{cell[0]}, case {cell[1]}: press enter to go to it" if cell else "no case here"
        place = [
            f"{plain(name)}={plain(values[at])}"
            for name, values, at in (
                (self.map.down, self.map.rows, self.row),
                (self.map.across, self.map.columns, self.column),
            )
            if at < len(values)
        ]
        return Text(f"{' '.join(place)}  {verdict}")
