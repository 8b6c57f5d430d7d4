"""Reads the attempts and cases of a store, including the readable ones of a damaged store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from simorc.rundir.store.connection import open_for_reading
from simorc.rundir.store.migrations import WITH_CIRCUITS, version_of


@dataclass(frozen=True)
class CaseVerdict:
    """A completed or failed case as its row has it, which may have been measured again since its attempt."""

    status: Literal["completed", "failed"]
    kind: str | None
    message: str
    measurements: Mapping[str, float]


class AttemptRows:
    """Reads the attempts of a store; its methods raise DatabaseError if it is damaged."""

    def __init__(self, database: Path) -> None:
        """Raises StoreError, OSError."""
        self._db = open_for_reading(database)

    def __enter__(self) -> AttemptRows:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def attempts(self) -> Iterator[dict[str, Any]]:
        """The columns of each attempt, oldest first, with the number of its ``circuit`` where that is not the
        first.
        """
        circuits = self._circuits()
        for row in self._db.execute("SELECT * FROM attempts ORDER BY seq"):
            yield {**dict(row), "circuit": circuits.get(row["seq"])}

    def verdicts(self, case_ids: Iterator[int]) -> Iterator[tuple[int, CaseVerdict]]:
        """Those of these cases that have one."""
        sql = "SELECT name, label FROM columns WHERE role='measurement'"
        measured = self._db.execute(sql).fetchall()
        for case_id in case_ids:
            row = self._db.execute("SELECT * FROM cases WHERE id = ?", (case_id,)).fetchone()
            if row is not None and row["status"] in ("completed", "failed"):
                yield case_id, _verdict(row, measured)

    def _circuits(self) -> dict[int, int]:
        if version_of(self._db) < WITH_CIRCUITS:
            return {}
        return {row[0]: row[1] for row in self._db.execute("SELECT seq, circuit FROM accepted")}


def _verdict(row: sqlite3.Row, measured: list[sqlite3.Row]) -> CaseVerdict:
    values = {label: float(row[name]) for name, label in measured if isinstance(row[name], float | int)}
    return CaseVerdict(row["status"], row["kind"], str(row["message"] or ""), values)
