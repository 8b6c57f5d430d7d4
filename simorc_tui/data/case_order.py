"""The order of cases in the table.

Unsorted and unfiltered, row r is case r + 1 and nothing is stored. Otherwise the ids in order are read once
into an array of eight bytes each (8 MB for a million cases), in a thread, on a connection of its own that the
next keystroke interrupts; pages are then looked up by primary key, so that scrolling never sorts again.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from simorc.expressions.case_sql import CaseFilter
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.case_ids import CaseIdQuery


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
    """The ids in the order of a query's result."""

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


class OrderQuery:
    """One reading of the order; `interrupt` may come from another thread."""

    def __init__(self, layout: RunLayout, arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        self._query = CaseIdQuery(layout)

    def interrupt(self) -> None:
        self._query.interrupt()

    def run(self) -> SnapshotOrder | None:
        """The order, None if interrupted."""
        wanted = self.arrangement
        ids = self._query.run(wanted.order, wanted.descending, wanted.filter.where, wanted.filter.args)
        return None if ids is None else SnapshotOrder(ids)
