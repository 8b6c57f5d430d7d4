"""The whole case table of a run by column, for computations over all cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import quoted
from simorc.rundir.store.reader import Column, RunReader

FIXED = ("id", "status", "kind", "message", "seconds")


@dataclass(frozen=True)
class CaseTable:
    """The values of every case in order of its number: of the fixed columns, and of those of the sweep."""

    fixed: dict[str, Sequence[Any]]
    columns: Sequence[Column]
    values: Sequence[Sequence[Any]]
    """One sequence for each of `columns`."""
    circuits: Mapping[int, int] = field(default_factory=dict)
    """The cases that were simulated from another circuit than the run's first, with its number."""

    def by_label(self, role: str) -> dict[str, Sequence[Any]]:
        """The columns that are a ``parameter`` or a ``measurement``, by what people call them."""
        pairs = zip(self.columns, self.values, strict=True)
        return {column.label: values for column, values in pairs if column.role == role}


def read_case_table(layout: RunLayout) -> CaseTable:
    """Every case that has its row. Raises StoreError."""
    with RunReader(layout) as view:
        columns = view.columns()
        names = [*FIXED, *(quoted(column.name) for column in columns)]
        rows, circuits = view.plain_rows(names), view.accepted()
    turned: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return CaseTable(dict(zip(FIXED, turned, strict=False)), columns, turned[len(FIXED) :], circuits)
