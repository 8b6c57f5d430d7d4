"""How the numbers of each measurement are shown, chosen from the first values that are seen of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from simorc.shown_values import NumberColumn
from simorc_tui.data.case_pages import CaseRow
from simorc_tui.widgets.case_table.columns import WIDEST_CELL, TableColumn, message_text

LOOKED_AT = 50
"""Rows from which a column is chosen; it stays, so that numbers do not change while one scrolls."""


class SeenNumbers:
    """The columns of numbers of one run, and whether a case has a message."""

    def __init__(self) -> None:
        self._known: dict[str, NumberColumn] = {}
        self.messages = False

    def learn(self, columns: Sequence[TableColumn], rows: Iterable[CaseRow]) -> bool:
        """Look at rows; whether anything was learnt."""
        before = len(self._known), self.messages
        seen = list(rows)
        self.messages = self.messages or any(message_text(row) for row in seen)
        for column in columns:
            if column.role == "measurement" and column.name not in self._known:
                values = [value for row in seen if isinstance(value := row.get(column.name), float)]
                chosen = NumberColumn.of(values, column.shown)
                if chosen is not None:
                    self._known[column.name] = chosen
        return (len(self._known), self.messages) != before

    def applied(self, column: TableColumn) -> TableColumn:
        """The column with its numbers, wide enough for its heading."""
        numbers = self._known.get(column.name)
        if numbers is None:
            return column
        numbered = replace(column, numbers=numbers)
        return numbered.widened(max(6, min(WIDEST_CELL, len(numbered.heading(" ")))))
