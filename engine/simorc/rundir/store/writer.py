"""The writer of the state of a run.

Changes are gathered in memory and written in one transaction a few times a second, so that a case costs a
row and not a sync. What was not yet written when the runner is killed is a case in flight: it becomes
pending again. Unless the run is not durable, the files of finished cases are put on the disk before the
transaction that reports them, and the transaction is on the disk when it is over.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any

from simorc.durability import FileSystem
from simorc.errors import StoreError
from simorc.rundir.layout import RunLayout
from simorc.rundir.statuses import Statuses
from simorc.rundir.store.batch import Batch, BatchRows
from simorc.rundir.store.connection import (
    close_for_writing,
    may_pass,
    open_for_reading,
    open_for_writing,
    set_synced,
)
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.reader import STATUSES
from simorc.sweeps.plan import Plan

_OVER = frozenset({"completed", "failed"})


class NotSynced(StoreError):
    """The files of finished cases could not be put on the disk, and may be incomplete there."""


class Store:
    """One run's state, open for its one writer.

    All methods are called from one thread, except `write`, `fill` and `flush`, which any thread may call.
    """

    def __init__(
        self, layout: RunLayout, plan: Plan, *, read_only: bool = False, durable: bool = True
    ) -> None:
        """Raises `StoreError` if the file cannot be read or does not fit the plan. `read_only` is for who
        only looks, as at a run in a directory that cannot be written. `durable`: what is written survives a
        power loss.
        """
        self._read_only = read_only
        self._db = open_for_reading(layout.database) if read_only else open_for_writing(layout.database)
        self._plan = plan
        self._pending: list[Finished] = []
        self._under_way: dict[int, tuple[int, float]] = {}
        self._unreported: set[int] = set()
        self._progress: dict[int, float] = {}
        self._reset: set[int] = set()
        self._given_back: dict[int, int] = {}
        self._meta: dict[str, str] = {}
        self._marks: dict[str, int] = {}
        self._events: list[tuple[float, str, int | None, str]] = []
        self._requests: list[tuple[str, float, str, str, str]] = []
        self._writing = threading.RLock()
        self._taken: Batch | None = None
        self._written: list[Finished] = []
        self.circuit = 1
        """The number of the circuit in force (see `simorc.rundir.circuit.record`)."""
        try:
            self._rows = BatchRows(self._db, plan)
            self._filled = self._read_filled()
            self._tried = self._read_tried()
            self.statuses = self._read_statuses()
        except (sqlite3.Error, ValueError, LookupError, TypeError) as error:
            self._db.close()
            damaged = f"{layout.database}: is damaged: {error}"
            raise StoreError(damaged, remedy=f"simorc fsck --repair {layout.name}") from error
        self._disk = FileSystem(layout.path) if durable and not read_only else None

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
        if self._disk is not None:
            self._disk.close()

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
        """These cases are to run (again): their last verdict no longer counts.

        Where they had one, it is withdrawn in the file before this returns: their files are about to be
        replaced. What cannot be written now is written with the next batch.
        """
        case_ids = list(case_ids)
        had_verdicts = any(self.statuses.of(case_id) in _OVER for case_id in case_ids)
        for case_id in case_ids:
            self._under_way.pop(case_id, None)
            self._reset.add(case_id)
            self.statuses.set(case_id, "pending")
        if had_verdicts:
            with suppress(StoreError):
                self._write_all()

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
        self._requests.append((request_id, time.time(), kind, data, answer))

    # Writing --------------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        changed = self._pending or self._reset or self._events or self._meta or self._marks or self._requests
        return bool(changed or self._under_way or self._taken is not None or self._written)

    def flush(self) -> list[Finished]:
        """Write everything that happened; returns the attempts written since `collect` was called last.

        Raises `StoreError` where that is impossible now; nothing is lost then.
        """
        self._write_all()
        return self.collect()

    def take(self) -> None:
        """Make what happened since the last batch the batch to be written; a batch that is not written yet
        comes first.
        """
        if self._taken is not None:
            return
        finished, self._pending = self._pending, []
        unreported = self._unreported & self._under_way.keys()
        self._taken = Batch(
            finished=finished,
            statuses={done.case_id: self.statuses.of(done.case_id) for done in finished},
            running=[(case_id, *self._under_way[case_id]) for case_id in unreported],
            reset=list(self._reset),
            given_back=dict(self._given_back),
            marks=dict(self._marks),
            events=list(self._events),
            meta=dict(self._meta),
            counts=self.statuses.counts(),
            progress=dict(self._progress),
            requests=list(self._requests),
            circuit=self.circuit,
        )
        self._reset.clear()
        self._given_back.clear()
        self._unreported.clear()
        self._marks.clear()
        self._events.clear()
        self._requests.clear()
        self._meta.clear()

    def write(self) -> None:
        """Write the batch taken: the files of its cases to the disk, then its rows in one transaction.

        Raises `NotSynced` and `StoreError`; the batch is still to be written then.
        """
        with self._writing:
            batch = self._taken
            if batch is not None:
                self._sync_files(batch)
                self._write(batch)
                self._written += batch.finished
                self._taken = None

    def collect(self) -> list[Finished]:
        """The attempts that were written since this was called last."""
        written, self._written = self._written, []
        return written

    def unwritten(self) -> list[Finished]:
        """The attempts that are not written yet."""
        taken = self._taken
        return [*(taken.finished if taken is not None else ()), *self._pending]

    def withdraw_unsynced(self) -> list[int]:
        """After `NotSynced`: the results of the batch do not count, the cases are pending again. Returns
        them.
        """
        with self._writing:
            batch = self._taken
            if batch is None:
                return []
            lost = [done for done in batch.finished if done.final and done.outcome.status in _OVER]
            kept = [done for done in batch.finished if done not in lost]
            self._taken = replace(batch, finished=kept)
        for done in lost:
            self._given_back[done.case_id] = done.attempt - 1
            self._reset.add(done.case_id)
            self.statuses.set(done.case_id, "pending")
        return [done.case_id for done in lost]

    def _write_all(self) -> None:
        with self._writing:
            self.write()
            self.take()
            self.write()

    def _sync_files(self, batch: Batch) -> None:
        if self._disk is None or not batch.finished:
            return
        try:
            self._disk.sync()
        except OSError as error:
            raise NotSynced(
                f"cannot put the files of {len(batch.finished)} cases on the disk: {error.strerror}",
                remedy="check the disk, then simorc run RUN",
            ) from error

    def _write(self, batch: Batch) -> None:
        try:
            set_synced(self._db, self._disk is not None and batch.changes_results)
            self._rows.begin()
            self._rows.write(batch, self._filled)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            if not may_pass(error):
                raise
            raise StoreError(
                f"cannot write the state of the run: {error}", remedy="free disk space, then simorc run RUN"
            ) from error

    def _roll_back(self) -> None:
        """Undo a transaction that failed, and forget what it made known."""
        with suppress(sqlite3.Error):  # a disk that fails may have undone it already
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        self._rows.forget()

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
        with self._writing:
            stop = min(self._filled + rows, len(self._plan))
            if stop > self._filled:
                try:
                    self._rows.begin()
                    self._rows.insert(range(self._filled + 1, stop + 1))
                    self._db.execute("INSERT OR REPLACE INTO meta VALUES ('filled', ?)", (str(stop),))
                    self._db.execute("COMMIT")
                except sqlite3.Error:
                    self._roll_back()
                    raise
                self._filled = stop
            return stop < len(self._plan)

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
