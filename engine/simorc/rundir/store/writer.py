"""The writer of the state of a run.

Changes are gathered in memory and written in one transaction a few times a second, so that a case costs a
row and not an fsync. What was not yet written when the runner is killed is a case in flight: it becomes
pending again.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from types import TracebackType
from typing import Any

from simorc.errors import StoreError
from simorc.rundir.layout import RunLayout
from simorc.rundir.metadata_csv import swept_columns
from simorc.rundir.statuses import Statuses
from simorc.rundir.store.columns import add_column, sql_value
from simorc.rundir.store.connection import (
    close_for_writing,
    may_pass,
    open_for_reading,
    open_for_writing,
    quoted,
)
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.reader import STATUSES
from simorc.rundir.store.warning_rows import WarningRows, as_text
from simorc.sweeps.plan import Plan

CHANGES_KEPT = 50_000
_PRUNE_EVERY = 5_000
_CASE_COLUMNS = ("status", "kind", "message", "attempts", "warm", "rung", "started", "seconds", "fingerprint")
_ATTEMPT_SQL = (
    "INSERT INTO attempts "
    "(seq, case_id, attempt, status, kind, message, action, warm, cold_why, rung, started, seconds, place, "
    "warnings, fingerprint, deck_run) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)


class Store:
    """One run's state, open for its one writer."""

    def __init__(self, layout: RunLayout, plan: Plan, *, read_only: bool = False) -> None:
        """Raises `StoreError` if the file cannot be read or does not fit the plan. `read_only` is for who
        only looks, as at a run in a directory that cannot be written.
        """
        self._read_only = read_only
        self._db = open_for_reading(layout.database) if read_only else open_for_writing(layout.database)
        self._plan = plan
        self._parameters = [f"p_{name}" for name in swept_columns(plan)]
        self._pending: list[Finished] = []
        self._under_way: dict[int, tuple[int, float]] = {}
        self._unreported: set[int] = set()
        self._progress: dict[int, float] = {}
        self._reset: set[int] = set()
        self._given_back: dict[int, int] = {}
        self._meta: dict[str, str] = {}
        self._marks: dict[str, int] = {}
        self._events: list[tuple[float, str, int | None, str]] = []
        self._since_prune = 0
        self.circuit = 1
        """The number of the circuit in force (see `simorc.rundir.circuit.record`)."""
        self._warned = WarningRows(self._db)
        try:
            self._measurements = self._known_measurements()
            self._filled = self._read_filled()
            self._tried = self._read_tried()
            self.statuses = self._read_statuses()
        except (sqlite3.Error, ValueError, IndexError, TypeError) as error:
            self._db.close()
            damaged = f"{layout.database}: is damaged: {error}"
            raise StoreError(damaged, remedy=f"simorc fsck --repair {layout.name}") from error

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._read_only:
            self._db.close()
        else:
            close_for_writing(self._db)

    # Events from the runner -----------------------------------------------------------------------

    def case_started(self, case_id: int, attempt: int) -> None:
        self._under_way[case_id] = (attempt, time.time())
        self._unreported.add(case_id)
        self._tried[case_id] = 1
        self.statuses.set(case_id, "in_progress")

    def attempt_finished(self, finished: Finished) -> None:
        self._under_way.pop(finished.case_id, None)
        self._progress.pop(finished.case_id, None)
        self._pending.append(finished)
        self._tried[finished.case_id] = 1
        self.statuses.set(finished.case_id, finished.case_status)

    def progressed(self, case_id: int, fraction: float) -> None:
        if case_id in self._under_way:
            self._progress[case_id] = fraction

    def back_to_pending(self, case_ids: Iterable[int]) -> None:
        """These cases are to run (again): their last verdict no longer counts."""
        for case_id in case_ids:
            self._under_way.pop(case_id, None)
            self._reset.add(case_id)
            self.statuses.set(case_id, "pending")

    def given_back(self, case_id: int, attempts: int) -> None:
        """The attempt in progress does not count: the case is pending after `attempts` attempts."""
        self._progress.pop(case_id, None)
        self.back_to_pending([case_id])
        self._given_back[case_id] = attempts

    def set_meta(self, **values: object) -> None:
        self._meta.update({key: str(value) for key, value in values.items()})

    def event(self, kind: str, message: str, case_id: int | None = None) -> None:
        self._events.append((time.time(), kind, case_id, message))

    def gathered(self, log: str, offset: int) -> None:
        """The part of a chunk's log before `offset` has been passed to the writer; the offset is written in
        the same transaction.
        """
        self._marks[log] = offset

    def answer(self, request_id: str, kind: str, data: str, answer: str) -> None:
        """Keep a request with what became of it."""
        self._db.execute(
            "INSERT OR REPLACE INTO requests VALUES (?, ?, ?, ?, ?)",
            (request_id, time.time(), kind, data, answer),
        )

    # Writing --------------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        return bool(
            self._pending or self._reset or self._events or self._meta or self._under_way or self._marks
        )

    def flush(self) -> list[Finished]:
        """Write everything queued since the last flush in one transaction; returns the attempts it made
        durable.
        """
        written, self._pending = self._pending, []
        columns = list(self._measurements)
        unreported = self._unreported & self._under_way.keys()
        running = [(case_id, *self._under_way[case_id]) for case_id in unreported]
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._write_rows(written, running)
            self._write_small_tables()
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            self._measurements = columns
            self._pending = written + self._pending
            if not may_pass(error):
                raise
            raise StoreError(
                f"cannot write the state of the run: {error}", remedy="free disk space, then simorc run RUN"
            ) from error
        self._reset.clear()
        self._given_back.clear()
        self._unreported.clear()
        self._marks.clear()
        self._events.clear()
        self._meta.clear()
        return written

    def _roll_back(self) -> None:
        """Undo a transaction that failed, and forget what it made known."""
        with suppress(sqlite3.Error):  # a disk that fails may have undone it already
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        self._warned.forget()

    def _write_rows(self, written: Sequence[Finished], running: Sequence[tuple[int, int, float]]) -> None:
        touched = [*self._reset, *(done.case_id for done in written), *(row[0] for row in running)]
        self._make_rows(touched)
        self._db.executemany(
            "UPDATE cases SET status='pending', kind=NULL, message=NULL WHERE id=?",
            [(case,) for case in self._reset],
        )
        self._db.executemany(
            "UPDATE cases SET attempts=? WHERE id=?",
            [(attempts, case_id) for case_id, attempts in self._given_back.items()],
        )
        self._warned.remove(self._reset)
        self._add_measurement_columns(written)
        self._write_attempts(written)
        self._db.executemany(
            "UPDATE cases SET status='in_progress', attempts=?, started=? WHERE id=?",
            [(attempt, started, case_id) for case_id, attempt, started in running],
        )
        changed = dict.fromkeys(touched)
        self._db.executemany("INSERT INTO changes (case_id) VALUES (?)", [(case,) for case in changed])
        self._prune_changes(len(changed))

    def _write_attempts(self, written: Sequence[Finished]) -> None:
        """The attempts with their numbers in the order of the store, and what the cases are after them."""
        first = 1 + int(self._db.execute("SELECT ifnull(max(seq), 0) FROM attempts").fetchone()[0])
        self._db.executemany(
            _ATTEMPT_SQL, [_attempt_row(seq, done) for seq, done in enumerate(written, first)]
        )
        sql = self._update_sql((*_CASE_COLUMNS, *self._measurements))
        self._db.executemany(sql, [self._case_row(done) for done in written])
        for seq, done in enumerate(written, first):
            circuit = self.circuit if done.circuit is None else done.circuit
            if circuit > 1:
                self._db.execute("INSERT INTO accepted VALUES (?, ?, ?)", (seq, done.case_id, circuit))
            if done.outcome.warnings or done.attempt > 1:
                counted = done.final and self.statuses.of(done.case_id) != "pending"
                warnings = done.outcome.warnings if counted else ()
                self._warned.write(done.case_id, warnings, first=done.attempt == 1)

    def _case_row(self, done: Finished) -> tuple[object, ...]:
        """The values of `_CASE_COLUMNS` and of all measurements, then the case."""
        outcome, status = done.outcome, self.statuses.of(done.case_id)
        over = status != "pending"
        kind = str(outcome.kind) if over and outcome.kind is not None else None
        message = (outcome.message or None) if over else None
        measured = outcome.measurements
        return (
            *(status, kind, message, done.attempt, int(outcome.warm), done.rung, done.started),
            *(outcome.seconds, outcome.fingerprint if over else None),
            *(measured.get(name[2:]) for name in self._measurements),
            done.case_id,
        )

    @staticmethod
    @lru_cache(maxsize=8)
    def _update_sql(names: tuple[str, ...]) -> str:
        return f"UPDATE cases SET {', '.join(f'{quoted(name)}=?' for name in names)} WHERE id=?"

    def _write_small_tables(self) -> None:
        self._meta.setdefault("updated", str(time.time()))
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", self._meta.items())
        self._db.executemany(
            "INSERT INTO events (time, kind, case_id, message) VALUES (?, ?, ?, ?)", self._events
        )
        self._db.executemany("INSERT OR REPLACE INTO counts VALUES (?, ?)", self.statuses.counts().items())
        self._db.executemany("INSERT OR REPLACE INTO gathered VALUES (?, ?)", self._marks.items())
        self._db.execute("DELETE FROM progress")
        self._db.executemany("INSERT INTO progress VALUES (?, ?)", self._progress.items())

    def _prune_changes(self, added: int) -> None:
        self._since_prune += added
        if self._since_prune >= _PRUNE_EVERY:
            self._since_prune = 0
            self._db.execute(
                "DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?", (CHANGES_KEPT,)
            )

    # Rows of the plan -----------------------------------------------------------------------------

    @property
    def filled(self) -> int:
        """Cases 1 ... `filled` have their row."""
        return self._filled

    def _read_filled(self) -> int:
        row = self._db.execute("SELECT value FROM meta WHERE key='filled'").fetchone()
        return int(row[0]) if row else 0

    def fill(self, rows: int) -> bool:
        """Write up to `rows` further rows of the plan; whether any are left to write."""
        stop = min(self._filled + rows, len(self._plan))
        if stop > self._filled:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._insert(range(self._filled + 1, stop + 1))
                self._db.execute("INSERT OR REPLACE INTO meta VALUES ('filled', ?)", (str(stop),))
                self._db.execute("COMMIT")
            except sqlite3.Error:
                self._roll_back()
                raise
            self._filled = stop
        return stop < len(self._plan)

    def _make_rows(self, case_ids: Iterable[int]) -> None:
        """Cases ahead of the filling get their row now."""
        self._insert([case_id for case_id in case_ids if case_id > self._filled])

    def _insert(self, case_ids: Iterable[int]) -> None:
        names = ["id", *(quoted(name) for name in self._parameters)]
        sql = f"INSERT OR IGNORE INTO cases ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        self._db.executemany(sql, ((case_id, *self._parameter_row(case_id)) for case_id in case_ids))

    def _parameter_row(self, case_id: int) -> list[object]:
        return [sql_value(value) for value in self._plan.case(case_id).scope().values()]

    # Measurements ---------------------------------------------------------------------------------

    def _known_measurements(self) -> list[str]:
        rows = self._db.execute("SELECT name FROM columns WHERE role='measurement' ORDER BY position")
        return [row[0] for row in rows]

    def _add_measurement_columns(self, written: Sequence[Finished]) -> None:
        found = dict.fromkeys(f"m_{name}" for done in written for name in done.outcome.measurements)
        # SQLite takes columns that differ in upper and lower case only for the same.
        there = {name.lower() for name in self._measurements}
        for name in found:
            if name.lower() not in there:
                there.add(name.lower())
                self.add_measurement(name[2:], "")

    def add_measurement(self, label: str, unit: str) -> None:
        """Make a column for a measurement; called within a transaction or before the run."""
        add_column(self._db, f"m_{label}", "measurement", label, unit)
        self._measurements.append(f"m_{label}")

    # Statuses in memory ---------------------------------------------------------------------------

    def _read_tried(self) -> bytearray:
        """One byte for each case: whether the store may know an attempt at it."""
        tried = bytearray(len(self._plan) + 1)
        for (case_id,) in self._db.execute("SELECT id FROM cases WHERE attempts > 0"):
            tried[case_id] = 1
        return tried

    def _read_statuses(self) -> Statuses:
        statuses = Statuses(len(self._plan))
        for case_id, status in self._db.execute("SELECT id, status FROM cases WHERE status != 'pending'"):
            statuses.set(case_id, status)
        return statuses

    def gathered_so_far(self) -> dict[str, int]:
        """How far each chunk's log is in the store."""
        return dict(self._db.execute("SELECT log, bytes FROM gathered").fetchall())

    def losses_of(self, case_id: int) -> int:
        """How often the worker of this case was lost."""
        sql = "SELECT count(*) FROM attempts WHERE case_id=? AND kind='lost_worker'"
        return int(self._db.execute(sql, (case_id,)).fetchone()[0])

    def mean_seconds(self) -> float | None:
        """What a completed case took on average, None if none is known."""
        rows = self._db.execute("SELECT seconds FROM cases WHERE status='completed' LIMIT 2000").fetchall()
        return sum(row[0] or 0.0 for row in rows) / len(rows) if rows else None

    def failure_messages(self) -> dict[int, str]:
        """The error message of every failed case that is written."""
        rows = self._db.execute("SELECT id, message FROM cases WHERE status='failed'")
        return {case_id: message or "" for case_id, message in rows}

    def attempts_of(self, case_id: int) -> int:
        """The number of the case's last attempt that was written, 0 if it never ran."""
        if not self._tried[case_id]:
            return 0
        row = self._db.execute("SELECT attempts FROM cases WHERE id=?", (case_id,)).fetchone()
        return int(row[0]) if row else 0

    def tried(self) -> set[int]:
        """The cases that were tried at least once, as far as that is written."""
        return {row[0] for row in self._db.execute("SELECT id FROM cases WHERE attempts > 0")}

    def attempts_made(self) -> int:
        """How many attempts are written."""
        return int(self._db.execute("SELECT count(*) FROM attempts").fetchone()[0])

    def written_counts(self) -> dict[str, int]:
        """The counts in the file, for every status."""
        found = {row[0]: int(row[1]) for row in self._db.execute("SELECT status, n FROM counts")}
        return {status: found.get(status, 0) for status in STATUSES}

    def circuits_after(self, seq: int) -> dict[int, int]:
        """The circuit of the attempts after `seq` that were not simulated from the first one."""
        return dict(self._db.execute("SELECT seq, circuit FROM accepted WHERE seq > ?", (seq,)).fetchall())

    def attempts_after(self, seq: int) -> list[tuple[Any, ...]]:
        """The attempt rows after `seq`, for the trace."""
        return self._db.execute("SELECT * FROM attempts WHERE seq > ? ORDER BY seq", (seq,)).fetchall()


def _attempt_row(seq: int, done: Finished) -> tuple[object, ...]:
    """The values of `_ATTEMPT_SQL`."""
    outcome = done.outcome
    kind = None if outcome.kind is None else str(outcome.kind)
    return (
        *(seq, done.case_id, done.attempt, outcome.status, kind, outcome.message, done.action),
        *(int(outcome.warm), outcome.cold_reason, done.rung, done.started, outcome.seconds, done.place),
        *(as_text(outcome.warnings), outcome.fingerprint, outcome.deck_run),
    )
