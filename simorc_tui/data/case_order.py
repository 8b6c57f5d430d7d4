"""Which case stands in which row of the table.

Unsorted and unfiltered, row r is case r + 1 and nothing is stored. Otherwise the ids in order are read once
into an array of eight bytes each (8 MB for a million cases), in a thread, on a connection of its own that the
next keystroke interrupts; pages are then looked up by primary key, so that scrolling never sorts again.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from simorc.errors import UsageError
from simorc.expressions.case_filter import CaseFilter
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import open_for_reading, quoted


@dataclass(frozen=True)
class Arrangement:
    """How the table is sorted and filtered."""

    order: str = "id"
    descending: bool = False
    filter: CaseFilter = field(default_factory=CaseFilter)
    filter_text: str = ""

    @property
    def natural(self) -> bool:
        """Whether row r simply is case r + 1."""
        return self.order == "id" and not self.descending and not self.filter.where


class RowOrder(Protocol):
    """Case ids by row, rows counted from 0."""

    def __len__(self) -> int: ...
    def ids(self, start: int, stop: int) -> Sequence[int]: ...
    def row_of(self, case_id: int) -> int | None: ...


@dataclass(frozen=True)
class NaturalOrder:
    """Row r is case r + 1."""

    total: int

    def __len__(self) -> int:
        return self.total

    def ids(self, start: int, stop: int) -> Sequence[int]:
        return range(max(0, start) + 1, min(stop, self.total) + 1)

    def row_of(self, case_id: int) -> int | None:
        return case_id - 1 if 1 <= case_id <= self.total else None


@dataclass(frozen=True)
class SnapshotOrder:
    """The ids as a query gave them."""

    case_ids: array[int]

    def __len__(self) -> int:
        return len(self.case_ids)

    def ids(self, start: int, stop: int) -> Sequence[int]:
        return self.case_ids[max(0, start) : stop]

    def row_of(self, case_id: int) -> int | None:
        try:
            return self.case_ids.index(case_id)
        except ValueError:
            return None


def _parsed(ids: str) -> array[int]:
    """``3,1,2`` as numbers; a million at a time, so not one by one."""
    import numpy as np

    return array("q", np.fromstring(ids, dtype=np.int64, sep=",").tobytes())


class OrderQuery:
    """One reading of the order, on a connection of its own; `interrupt` may come from another thread."""

    def __init__(self, layout: RunLayout, arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        self._db = open_for_reading(layout.database)

    def interrupt(self) -> None:
        self._db.interrupt()

    def run(self) -> SnapshotOrder | None:
        """The order, None if interrupted.

        All ids come in one row: after every row Python takes its lock back, for which a thread waits up to
        5 ms while the screen is busy; a million rows would take minutes.
        """
        ordered = f"SELECT id FROM cases{self._where()} ORDER BY {self._ordering()}"
        sql = f"SELECT group_concat(id) FROM ({ordered})"
        try:
            (ids,) = self._db.execute(sql, self.arrangement.filter.args).fetchone()
            return SnapshotOrder(_parsed(ids or ""))
        except sqlite3.OperationalError as error:
            if "interrupt" in str(error):
                return None
            raise UsageError(f"the cases cannot be sorted or filtered like this: {error}") from error
        finally:
            self._db.close()

    def _where(self) -> str:
        return f" WHERE {self.arrangement.filter.where}" if self.arrangement.filter.where else ""

    def _ordering(self) -> str:
        name, way = self.arrangement.order, "DESC" if self.arrangement.descending else "ASC"
        if name not in {row[1] for row in self._db.execute("PRAGMA table_info(cases)")}:
            raise UsageError(f"no column '{name}' to sort by")
        return f"id {way}" if name == "id" else f"{quoted(name)} {way} NULLS LAST, id"
