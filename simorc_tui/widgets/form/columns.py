"""Sections of a form, and their columns in a width: those around the cursor's column are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.text import Text

from simorc.text import plain

GAP = 2
LEAST_NAME, MOST_NAME = 8, 20
LEAST_CELL, MOST_CELL = 7, 36
CELL_STYLE = "not bold"


@dataclass(frozen=True)
class GridRow:
    """A row: its name, its cells, and what is shown behind them."""

    name: str
    cells: Sequence[str]
    extra: Text = field(default_factory=Text)


@dataclass(frozen=True)
class GridBlock:
    """A section: its title, the names of its columns (right-aligned or not), and its rows."""

    title: str
    columns: Sequence[tuple[str, bool]]
    rows: Sequence[GridRow]
    extra: str = ""
    """The title of what is shown behind the cells."""


class GridColumns:
    """Which columns of a block are shown, and how wide; headings and lines have the same ones."""

    def __init__(self, block: GridBlock, width: int, here: int) -> None:
        self._block = block
        self._here = here
        names = max([len(plain(row.name)) for row in block.rows], default=0)
        self._name = min(MOST_NAME, max(LEAST_NAME, names, len(block.title)))
        self._widths = [self._width(place) for place in range(len(block.columns))]
        extra = max([row.extra.cell_len for row in block.rows], default=0)
        room = width - self._name - GAP - (extra + GAP if extra else 0)
        self._shown = self._fitting(max(room, LEAST_CELL))
        if self._shown and extra == 0 and not block.columns[self._shown[-1]][1]:
            self._fill(room)

    def _width(self, place: int) -> int:
        title = self._block.columns[place][0]
        cells = [len(plain(row.cells[place])) for row in self._block.rows if place < len(row.cells)]
        return min(MOST_CELL, max(LEAST_CELL, len(title), *cells, 0))

    def _fitting(self, room: int) -> range:
        """The columns around the cursor's that fit, the first ones if that is possible."""
        start = 0
        while start < self._here and self._needed(start, self._here + 1) > room:
            start += 1
        stop = min(self._here + 1, len(self._widths))
        while stop < len(self._widths) and self._needed(start, stop + 1) <= room:
            stop += 1
        return range(start, stop)

    def _fill(self, room: int) -> None:
        """The last column takes what is left."""
        last = self._shown[-1]
        self._widths[last] = max(LEAST_CELL, room - self._needed(self._shown.start, last))

    def _needed(self, start: int, stop: int) -> int:
        return sum(width + GAP for width in self._widths[start:stop])

    def heading(self, style: str) -> Text:
        """The title of the block and of its columns; signs where columns are hidden."""
        block = self._block
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(_fit(block.title, self._name).ljust(self._name), style).append(" " * GAP)
        for place in self._shown:
            title, right = block.columns[place]
            more = (place == self._shown.start > 0, place == self._shown.stop - 1 < len(self._widths) - 1)
            title = f"{'<' if more[0] else ''}{title}{' >' if more[1] else ''}"
            line.append(_aligned(title, self._widths[place], right), "dim not underline").append(" " * GAP)
        return line.append(block.extra, "dim not underline")

    def line(self, row: GridRow, cell_style: str) -> Text:
        """A row; the cell under the cursor has `cell_style`."""
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(_fit(plain(row.name), self._name).ljust(self._name), "bold").append(" " * GAP)
        for place in self._shown:
            text = plain(row.cells[place]) if place < len(row.cells) else ""
            style = cell_style if place == self._here and cell_style else CELL_STYLE
            line.append(_aligned(text, self._widths[place], self._block.columns[place][1]), style)
            line.append(" " * GAP, CELL_STYLE)
        return line.append_text(row.extra)


def _aligned(text: str, width: int, right: bool) -> str:
    shown = _fit(text, width)
    return shown.rjust(width) if right else shown.ljust(width)


def _fit(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}~"[:width]
