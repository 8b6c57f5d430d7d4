"""Reads a run: pages of cases, counts, changes since a sequence number.

Every number of a million-case run comes from a small table or an indexed page, never from counting rows.
A view is one read-only connection; open one per thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Any

from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import open_for_reading, quoted
from simorc.rundir.store.migrations import WITH_CIRCUITS, version_of
from simorc.rundir.store.ordering import clause, ordering
from simorc.rundir.store.warning_rows import WarningGroup, warning_groups, warnings_of_case
from simorc.simulators.case_warnings import CaseWarning
from simorc.units import ShownAs

CASES_NAMED = 5000
"""If more cases than this change at once, they are not listed individually."""
STATUSES = ("pending", "in_progress", "completed", "failed")


@dataclass(frozen=True)
class Column:
    """A column of the case table that a sweep brings with it: ``p_vdda`` or ``m_gain``."""

    name: str
    role: str
    label: str
    unit: str
    scale: float = 1.0

    @cached_property
    def shown(self) -> ShownAs:
        """How its values are shown to a person."""
        return ShownAs(self.unit, self.scale)


@dataclass(frozen=True)
class Changes:
    """The cases that changed up to `seq`; `overflow` means too many to list: read everything again."""

    seq: int
    case_ids: list[int]
    overflow: bool


@dataclass(frozen=True)
class Effort:
    """How many cases ran in a warm session, took more than one attempt, needed other options to converge."""

    warm: int
    again: int
    climbed: int


class RunReader:
    """Read-only access to a run's store."""

    def __init__(self, layout: RunLayout) -> None:
        self.layout = layout
        self._db = open_for_reading(layout.database)

    def __enter__(self) -> RunReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def interrupt(self) -> None:
        """Stop a query that another thread has running on this view."""
        self._db.interrupt()

    def meta(self) -> dict[str, str]:
        """``state``, ``sweep``, ``testbench``, ``total``, ``jobs``, ``started``, ``updated``,
        ``pause_reason``, ...
        """
        return {row[0]: row[1] for row in self._db.execute("SELECT key, value FROM meta")}

    @property
    def total(self) -> int:
        """How many cases the run has, whether their rows are written yet or not."""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'total'").fetchone()
        return int(row[0])

    def counts(self) -> dict[str, int]:
        """How many cases are in each status; every status is named."""
        found = {row[0]: row[1] for row in self._db.execute("SELECT status, n FROM counts")}
        return {status: found.get(status, 0) for status in STATUSES}

    def columns(self) -> list[Column]:
        """The parameter and measurement columns of `cases`, in the order to show them."""
        # A store of an older schema has no scale, and all are 1.
        rows = self._db.execute("SELECT * FROM columns ORDER BY position").fetchall()
        scaled = bool(rows) and "scale" in rows[0].keys()  # noqa: SIM118 -- `in` a row looks at its values
        return [
            Column(row["name"], row["role"], row["label"], row["unit"], row["scale"] if scaled else 1.0)
            for row in rows
        ]

    def page(
        self,
        offset: int,
        limit: int,
        *,
        order: str = "id",
        descending: bool = False,
        where: str = "",
        args: Sequence[object] = (),
    ) -> list[sqlite3.Row]:
        """`limit` rows of the case table from `offset` on.

        `order` is a column's name; `where` is SQL from the filter parser, with its values in `args`.
        """
        ordered = ordering(self._db, order, descending)
        if order == "id" and not where:
            return self._page_by_id(offset, limit, descending)
        sql = f"SELECT * FROM cases{clause(where)} ORDER BY {ordered} LIMIT ? OFFSET ?"
        return self._db.execute(sql, (*args, limit, offset)).fetchall()

    def _page_by_id(self, offset: int, limit: int, descending: bool) -> list[sqlite3.Row]:
        """Ids are 1 ... n without a gap, so a page deep inside needs no counting."""
        if not descending:
            sql = "SELECT * FROM cases WHERE id > ? ORDER BY id LIMIT ?"
            return self._db.execute(sql, (offset, limit)).fetchall()
        top = self._db.execute("SELECT max(id) FROM cases").fetchone()[0] or 0
        sql = "SELECT * FROM cases WHERE id <= ? ORDER BY id DESC LIMIT ?"
        return self._db.execute(sql, (top - offset, limit)).fetchall()

    def count(self, where: str = "", args: Sequence[object] = ()) -> int:
        """How many written rows match."""
        row = self._db.execute(f"SELECT count(*) FROM cases{clause(where)}", tuple(args)).fetchone()
        return int(row[0])

    def rank(
        self,
        case_id: int,
        *,
        order: str = "id",
        descending: bool = False,
        where: str = "",
        args: Sequence[object] = (),
    ) -> int | None:
        """The place of a case in that order, from 0; None if the filter hides it."""
        ordered = ordering(self._db, order, descending)
        sql = (
            f"SELECT place FROM (SELECT id, row_number() OVER (ORDER BY {ordered}) - 1 AS place "
            f"FROM cases{clause(where)}) WHERE id = ?"
        )
        row = self._db.execute(sql, (*args, case_id)).fetchone()
        return None if row is None else int(row[0])

    def case(self, case_id: int) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute("SELECT * FROM cases WHERE id = ?", (case_id,)).fetchone()
        return row

    def accepted(self) -> dict[int, int]:
        """The cases whose result is of another circuit of the run than the first, with its number."""
        if version_of(self._db) < WITH_CIRCUITS:
            return {}
        # SQLite takes `circuit` from the row that has the maximum.
        sql = (
            "SELECT case_id, circuit, max(accepted.seq) AS newest FROM accepted GROUP BY case_id "
            "HAVING newest = (SELECT max(seq) FROM attempts WHERE attempts.case_id = accepted.case_id)"
        )
        return {row[0]: row[1] for row in self._db.execute(sql)}

    def accepted_among(self, case_ids: Sequence[int]) -> dict[int, int]:
        """The same of a few cases, as fast in a run of a million accepted ones."""
        if not case_ids or version_of(self._db) < WITH_CIRCUITS:
            return {}
        sql = (
            "SELECT accepted.case_id, circuit FROM accepted JOIN "
            "(SELECT max(seq) AS newest FROM attempts WHERE case_id IN "
            f"({','.join('?' * len(case_ids))}) GROUP BY case_id) ON accepted.seq = newest"
        )
        return {row[0]: row[1] for row in self._db.execute(sql, tuple(case_ids))}

    def ids_with(self, status: str) -> list[int]:
        """The cases in a status, ascending."""
        rows = self._db.execute("SELECT id FROM cases WHERE status = ? ORDER BY id", (status,))
        return [row[0] for row in rows]

    def columns_of(
        self, names: Sequence[str], where: str, args: Sequence[object] = ()
    ) -> Iterator[sqlite3.Row]:
        """``id`` and these columns of matching cases; a column that an older store has not is NULL."""
        there = {row[1] for row in self._db.execute("PRAGMA table_info(cases)")}
        wanted = (quoted(name) if name in there else f"NULL AS {quoted(name)}" for name in names)
        return self._db.execute(f"SELECT id, {', '.join(wanted)} FROM cases{clause(where)}", tuple(args))

    def verdicts(self) -> Iterator[tuple[int, str, str]]:
        """(case, status, message) of every case that is not pending."""
        for row in self._db.execute("SELECT id, status, message FROM cases WHERE status != 'pending'"):
            yield row[0], row[1], row[2] or ""

    def effort(self) -> Effort:
        """What it took to simulate the cases that were tried."""
        row = self._db.execute(
            "SELECT total(warm = 1), total(attempts > 1), count(rung) FROM cases WHERE attempts > 0"
        ).fetchone()
        return Effort(*map(int, row))

    def plain_rows(self, names: Sequence[str]) -> list[tuple[object, ...]]:
        """These columns (SQL names) of all cases in order of their number."""
        cursor = self._db.cursor()
        cursor.row_factory = None
        return cursor.execute(f"SELECT {', '.join(names)} FROM cases ORDER BY id").fetchall()

    def warning_groups(self) -> tuple[WarningGroup, ...]:
        """What the simulator warned of in the run's cases, by kind, those of most cases first."""
        return warning_groups(self._db)

    def warnings_of(self, case_id: int) -> tuple[CaseWarning, ...]:
        """What the simulator warned of in one case."""
        return warnings_of_case(self._db, case_id)

    def attempts(self, case_id: int) -> list[dict[str, Any]]:
        """Every attempt of a case, oldest first."""
        rows = self._db.execute("SELECT * FROM attempts WHERE case_id = ? ORDER BY seq", (case_id,))
        return [{"deck_run": None, **dict(row)} for row in rows]

    def last_seq(self) -> int:
        """The newest change's sequence number."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()[0])

    def last_event(self) -> int:
        """The newest event's sequence number."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])

    def changes_since(self, seq: int, limit: int = CASES_NAMED) -> Changes:
        """The cases changed after `seq`, each named once, in order of change."""
        # Two queries: in one query for both ends, SQLite reads the whole table.
        first, last = self._db.execute(
            "SELECT (SELECT min(seq) FROM changes), (SELECT max(seq) FROM changes)"
        ).fetchone()
        if last is None or last <= seq:
            return Changes(seq, [], False)
        if first > seq + 1 or last - seq > limit:
            return Changes(last, [], True)
        rows = self._db.execute(
            "SELECT case_id FROM changes WHERE seq > ? AND seq <= ? ORDER BY seq", (seq, last)
        )
        return Changes(last, list(dict.fromkeys(row[0] for row in rows)), False)

    def progress(self) -> dict[int, float]:
        """The progress of each case in progress, 0 ... 1."""
        return {row[0]: row[1] for row in self._db.execute("SELECT case_id, fraction FROM progress")}

    def events_since(self, seq: int, limit: int = 500) -> list[sqlite3.Row]:
        """What happened to the run after event `seq`, oldest first."""
        return self._db.execute(
            "SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
        ).fetchall()

    def events_of(self, kind: str, limit: int = 500) -> list[sqlite3.Row]:
        """The events of one kind, oldest first."""
        sql = "SELECT * FROM events WHERE kind = ? ORDER BY seq LIMIT ?"
        return self._db.execute(sql, (kind, limit)).fetchall()

    def latest_events(self, limit: int) -> list[sqlite3.Row]:
        """The run's newest events, newest first."""
        return self._db.execute("SELECT * FROM events ORDER BY seq DESC LIMIT ?", (limit,)).fetchall()


def still_awaited(counts: Mapping[str, int], meta: Mapping[str, str]) -> int:
    """How many cases the present start still has to end: without pending ones that were not requested."""
    unfinished = counts.get("pending", 0) + counts.get("in_progress", 0)
    return max(0, unfinished - int(meta.get("aside") or 0))
