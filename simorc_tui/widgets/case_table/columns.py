"""The columns of the case table: names, widths and texts of cells."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from simorc.rundir.store.reader import Column
from simorc.shown_values import NumberColumn, parameter_text
from simorc.text import duration, plain
from simorc.units import ShownAs
from simorc_tui.data.case_pages import CaseRow
from simorc_tui.theme.glyphs import Glyphs, status_text

MESSAGE_WIDTH = 60
WIDEST_CELL = 24
AS_IT_IS = ShownAs()


@dataclass(frozen=True)
class TableColumn:
    """A column on screen; `name` is the SQL column it shows and is sorted by."""

    name: str
    label: str
    role: str
    shown: ShownAs = AS_IT_IS
    width: int = 6
    right: bool = True
    numbers: NumberColumn | None = None

    def widened(self, width: int) -> TableColumn:
        return replace(self, width=width)

    def heading(self, sign: str = "") -> str:
        """What stands above the column: the label with a sign of its order, and the unit of its numbers."""
        label = f"{self.label}{sign}"
        return label if self.numbers is None else self.numbers.heading(label)


EXTRA = ("attempts", "warm", "rung")
"""Columns shown only where the user chose them."""


def table_columns(columns: Sequence[Column], total: int) -> list[TableColumn]:
    """case │ parameters │ status │ time │ measurements │ message │ and what is shown on request only."""
    digits = max(4, len(str(total)))
    parameters = [_brought(column, 4) for column in columns if column.role == "parameter"]
    measurements = [_brought(column, 9) for column in columns if column.role != "parameter"]
    return [
        TableColumn("id", "case", "case", width=digits + 1),
        *parameters,
        TableColumn("status", "status", "status", width=9, right=False),
        TableColumn("seconds", "time", "time", width=6),
        *measurements,
        TableColumn("message", "message", "message", width=MESSAGE_WIDTH, right=False),
        TableColumn("attempts", "tries", "attempts", width=5),
        TableColumn("warm", "session", "session", width=7, right=False),
        TableColumn("rung", "rung", "rung", width=10, right=False),
    ]


def shown_columns(
    columns: Sequence[TableColumn], chosen: Sequence[str] | None, *, messages: bool = True
) -> list[TableColumn]:
    """The columns to show, the case always first: those chosen in that order, by default all but `EXTRA`,
    and messages only where there are some.
    """
    if chosen is None:
        left_out = EXTRA if messages else (*EXTRA, "message")
        return [column for column in columns if column.name not in left_out]
    named = {column.name: column for column in columns}
    return [columns[0], *(named[name] for name in chosen if name in named and name != columns[0].name)]


def changed_columns(
    columns: Sequence[TableColumn], old: CaseRow, new: CaseRow, progressed: bool
) -> list[int]:
    """The places of the columns whose cells read otherwise now; `progressed`: the case got on meanwhile."""

    def changed(column: TableColumn) -> bool:
        match column.role:
            case "status":
                of_case = (old.status, old.circuit) != (new.status, new.circuit)
                return of_case or (progressed and new.status == "in_progress")
            case "time":
                return _time_text(old) != _time_text(new)
            case "message":
                return message_text(old) != message_text(new)
        return old.get(column.name) != new.get(column.name)

    return [place for place, column in enumerate(columns) if changed(column)]


def _brought(column: Column, least: int) -> TableColumn:
    label = plain(column.label)
    width = max(least, min(len(label), WIDEST_CELL))
    return TableColumn(column.name, label, column.role, column.shown, width)


@dataclass(frozen=True)
class CellWriter:
    """Returns the text of a cell."""

    glyphs: Glyphs
    digits: int
    progress: Mapping[int, float]
    marked: frozenset[int] | set[int]
    written: Callable[[int], Mapping[str, str]] = lambda _: {}
    """A case's parameters as the user wrote them, by label: the store keeps numbers only."""

    def text(self, column: TableColumn, row: CaseRow) -> str:
        """The text of a cell, neither cut nor padded."""
        match column.role:
            case "case":
                mark = self.glyphs.mark if row.case_id in self.marked else " "
                return f"{mark}{row.case_id:0{self.digits}d}"
            case "status":
                return self._status(row)
            case "time":
                return _time_text(row)
            case "message":
                return message_text(row)
            case "session":
                return {1: "warm", 0: "cold"}.get(row.get("warm"), "")  # type: ignore[call-overload, no-any-return]
            case "parameter":
                return self._parameter(column, row)
        value = row.get(column.name)
        if column.numbers is not None and isinstance(value, float):
            return column.numbers.text(value)
        return value_text(value, column.shown)

    def _status(self, row: CaseRow) -> str:
        """The status; ``✓ done !2`` for a case of the run's second circuit."""
        text = status_text(self.glyphs, row.status, self.progress.get(row.case_id))
        return f"{text} {self.glyphs.warning}{row.circuit}" if row.circuit > 1 else text

    def _parameter(self, column: TableColumn, row: CaseRow) -> str:
        as_written = self.written(row.case_id).get(column.label)
        if as_written:
            return plain(as_written)
        value = row.get(column.name)
        return value_text(value, column.shown) if column.shown.unit else parameter_text(value)


def value_text(value: object, shown: ShownAs = AS_IT_IS) -> str:
    """A parameter or measurement for a person: ``71.2 dB``, ``1.62``, ``ss``; empty where there is none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, float):
        return shown.text(value)
    return str(value)


def _time_text(row: CaseRow) -> str:
    seconds, started = row.get("seconds"), row.get("started")
    if row.status == "in_progress" and isinstance(started, float):
        return duration(max(0.0, time.time() - started), narrow=True)
    if row.status == "pending" or not isinstance(seconds, float | int):
        return ""
    return duration(float(seconds), narrow=True)


def message_text(row: CaseRow) -> str:
    """The first line of what went wrong in a case, '' where nothing did."""
    message = row.get("message")
    return plain(str(message).partition("\n")[0]) if message and row.status != "pending" else ""


def fitted(text: str, width: int, right: bool) -> str:
    """`text` in exactly `width` characters."""
    if len(text) > width:
        text = text[: width - 1] + "~" if width > 1 else text[:width]
    return text.rjust(width) if right else text.ljust(width)
