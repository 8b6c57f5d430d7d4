"""The warnings of cases in the store: written by the runner, read by all viewers.

Each text is stored once, however many cases have it, and counts its cases, so that what a run of a million
cases warned of is read from a handful of rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simorc.simulators.case_warnings import CaseWarning, plain_warnings

_MOST_REMEMBERED = 10_000


def as_text(warnings: Sequence[CaseWarning]) -> str | None:
    """Warnings encoded for an attempt's row, None if there are none."""
    return json.dumps(plain_warnings(warnings), ensure_ascii=False) if warnings else None


class WarningRows:
    """Writes them, within the transactions of the store."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._texts: dict[tuple[str, str], int] = {}

    def write(self, case_id: int, warnings: Sequence[CaseWarning], *, first: bool) -> None:
        """These are the case's warnings now; `first`: it had none before."""
        if not first:
            self.remove([case_id])
        for warning in warnings:
            text = self._text(warning.kind, warning.message)
            sql = "INSERT INTO case_warnings VALUES (?, ?, ?)"
            self._db.execute(sql, (case_id, text, warning.count))
            self._db.execute("UPDATE warning_texts SET cases = cases + 1 WHERE id = ?", (text,))

    def forget(self) -> None:
        """Forget the texts of a transaction that was rolled back: they are not in the store."""
        self._texts.clear()

    def remove(self, case_ids: Iterable[int]) -> None:
        """The warnings of these cases count no more."""
        for case_id in case_ids:
            rows = self._db.execute("SELECT text FROM case_warnings WHERE case_id = ?", (case_id,)).fetchall()
            if rows:
                self._db.executemany("UPDATE warning_texts SET cases = cases - 1 WHERE id = ?", rows)
                self._db.execute("DELETE FROM case_warnings WHERE case_id = ?", (case_id,))

    def _text(self, kind: str, message: str) -> int:
        known = self._texts.get((kind, message))
        if known is not None:
            return known
        values = (str(kind), message)
        self._db.execute("INSERT OR IGNORE INTO warning_texts (kind, message) VALUES (?, ?)", values)
        row = self._db.execute(
            "SELECT id FROM warning_texts WHERE kind = ? AND message = ?", values
        ).fetchone()
        if len(self._texts) >= _MOST_REMEMBERED:
            self._texts.clear()
        self._texts[kind, message] = row[0]
        return int(row[0])


# Reading --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WarningGroup:
    """How many cases have a warning of one kind, and the line that most of them have."""

    kind: str
    cases: int
    message: str
    first_case: int

    @property
    def filter_text(self) -> str:
        """What to filter by for the cases of the group."""
        return f"warning={self.kind}"

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        return {"kind": self.kind, "cases": self.cases, "message": self.message, "case": self.first_case}

    def __str__(self) -> str:
        cases = "1 case" if self.cases == 1 else f"{self.cases} cases"
        return f"{self.kind} in {cases}, first in case {self.first_case}: {self.message}"


def warning_groups(db: sqlite3.Connection) -> tuple[WarningGroup, ...]:
    """The warnings of a run by kind, those of most cases first; none for a store of an older version."""
    if not _has_warnings(db):
        return ()
    texts = db.execute(
        "SELECT kind, cases, message, id FROM warning_texts WHERE cases > 0 ORDER BY cases DESC, id"
    ).fetchall()
    kinds: dict[str, list[tuple[str, int, str, int]]] = {}
    for row in texts:
        kinds.setdefault(row[0], []).append((row[0], row[1], row[2], row[3]))
    groups = [_group(db, rows) for rows in kinds.values()]
    return tuple(sorted(groups, key=lambda group: (-group.cases, group.kind)))


def _group(db: sqlite3.Connection, rows: Sequence[tuple[str, int, str, int]]) -> WarningGroup:
    kind, _, message, text = rows[0]
    first = db.execute("SELECT min(case_id) FROM case_warnings WHERE text = ?", (text,)).fetchone()[0]
    return WarningGroup(kind, sum(row[1] for row in rows), message, int(first or 0))


def warnings_of_case(db: sqlite3.Connection, case_id: int) -> tuple[CaseWarning, ...]:
    """What the simulator warned of in the case as it is now."""
    if not _has_warnings(db):
        return ()
    rows = db.execute(
        "SELECT kind, message, count FROM case_warnings JOIN warning_texts ON id = text "
        "WHERE case_id = ? ORDER BY text",
        (case_id,),
    )
    return tuple(CaseWarning(row[0], row[1], row[2]) for row in rows)


def _has_warnings(db: sqlite3.Connection) -> bool:
    sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'case_warnings'"
    return db.execute(sql).fetchone() is not None
