"""The changes of a run's state that are written together, and the rows they become."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from simorc.rundir.metadata_csv import swept_columns
from simorc.rundir.store.bulk_rows import Row, write_rows
from simorc.rundir.store.columns import add_column, sql_value
from simorc.rundir.store.connection import quoted
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.warning_rows import WarningRows, as_text
from simorc.sweeps.plan import Plan

CHANGES_KEPT = 50_000
_PRUNE_EVERY = 5_000
_CASE_SHARED = ("status", "kind", "message", "attempts", "warm", "rung")
_CASE_OWN = ("id", "started", "seconds", "fingerprint")
_ATTEMPT_SHARED = (
    *("attempt", "status", "kind", "message", "action", "warm", "cold_why", "rung", "place", "warnings"),
    "deck_run",
)
_ATTEMPT_OWN = ("seq", "case_id", "started", "seconds", "fingerprint")


@dataclass(frozen=True)
class Batch:
    """What happened in a run since the batch before it; nothing changes it any more.

    `statuses` are those of the cases in `finished` when the batch was taken, `circuit` the number of the
    circuit in force then.
    """

    finished: Sequence[Finished]
    statuses: Mapping[int, str]
    running: Sequence[tuple[int, int, float]]
    reset: Sequence[int]
    given_back: Mapping[int, int]
    marks: Mapping[str, int]
    events: Sequence[tuple[float, str, int | None, str]]
    meta: Mapping[str, str]
    counts: Mapping[str, int]
    progress: Mapping[int, float]
    requests: Sequence[tuple[str, float, str, str, str]]
    circuit: int

    @property
    def changes_results(self) -> bool:
        """Whether a person would miss it after a power loss: results, or results that count no more."""
        return bool(self.finished or self.reset or self.given_back)


class BatchRows:
    """Writes batches, and rows of the plan, within transactions of the store."""

    def __init__(self, db: sqlite3.Connection, plan: Plan) -> None:
        """Raises sqlite3.Error for a damaged store."""
        self._db = db
        self._parameters_of = plan.rows(sql_value)
        self._parameters = [f"p_{name}" for name in swept_columns(plan)]
        self._warned = WarningRows(db)
        self._since_prune = 0
        sql = "SELECT name FROM columns WHERE role='measurement' ORDER BY position"
        self._measurements = [row[0] for row in db.execute(sql)]
        self._before = list(self._measurements)

    def begin(self) -> None:
        """Begin a transaction."""
        self._before = list(self._measurements)
        self._db.execute("BEGIN IMMEDIATE")

    def forget(self) -> None:
        """The transaction was rolled back: what it made known is not in the store."""
        self._measurements = self._before
        self._warned.forget()

    def write(self, batch: Batch, filled: int) -> None:
        """Write a batch; cases after `filled` get their row now."""
        finished = [done.case_id for done in batch.finished]
        touched = [*batch.reset, *finished, *(row[0] for row in batch.running)]
        self.insert(case_id for case_id in touched if case_id > filled)
        self._db.executemany(
            "UPDATE cases SET status='pending', kind=NULL, message=NULL WHERE id=?",
            [(case,) for case in batch.reset],
        )
        self._db.executemany(
            "UPDATE cases SET attempts=? WHERE id=?",
            [(attempts, case_id) for case_id, attempts in batch.given_back.items()],
        )
        self._warned.remove(batch.reset)
        self._add_measurement_columns(batch.finished)
        self._write_attempts(batch)
        self._db.executemany(
            "UPDATE cases SET status='in_progress', attempts=?, started=? WHERE id=?",
            [(attempt, started, case_id) for case_id, attempt, started in batch.running],
        )
        changed = dict.fromkeys(touched)
        write_rows(self._db, "changes", (), ("case_id",), (((), (case_id,)) for case_id in changed))
        self._prune_changes(len(changed))
        self._write_small_tables(batch)

    def insert(self, case_ids: Iterable[int]) -> None:
        """Write the rows of these cases of the plan that have none."""
        names = ["id", *(quoted(name) for name in self._parameters)]
        sql = f"INSERT OR IGNORE INTO cases ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        self._db.executemany(sql, ((case_id, *self._parameters_of(case_id)) for case_id in case_ids))

    def add_measurement(self, label: str, unit: str) -> None:
        """Make a column for a measurement; called within a transaction or before the run."""
        add_column(self._db, f"m_{label}", "measurement", label, unit)
        self._measurements.append(f"m_{label}")

    def _add_measurement_columns(self, written: Sequence[Finished]) -> None:
        found = dict.fromkeys(f"m_{name}" for done in written for name in done.outcome.measurements)
        # SQLite takes columns that differ in upper and lower case only for the same.
        there = {name.lower() for name in self._measurements}
        for name in found:
            if name.lower() not in there:
                there.add(name.lower())
                self.add_measurement(name[2:], "")

    def _write_attempts(self, batch: Batch) -> None:
        """The attempts with their numbers in the order of the store, and what the cases are after them."""
        first = 1 + int(self._db.execute("SELECT ifnull(max(seq), 0) FROM attempts").fetchone()[0])
        attempts = [_attempt_row(seq, done) for seq, done in enumerate(batch.finished, first)]
        write_rows(self._db, "attempts", _ATTEMPT_SHARED, _ATTEMPT_OWN, attempts)
        labels = [name[2:] for name in self._measurements]
        cases = [_case_row(done, batch.statuses[done.case_id], labels) for done in batch.finished]
        write_rows(self._db, "cases", _CASE_SHARED, (*_CASE_OWN, *self._measurements), cases, key="id")
        for seq, done in enumerate(batch.finished, first):
            circuit = batch.circuit if done.circuit is None else done.circuit
            if circuit > 1:
                self._db.execute("INSERT INTO accepted VALUES (?, ?, ?)", (seq, done.case_id, circuit))
            if done.outcome.warnings or done.attempt > 1:
                counted = done.final and batch.statuses[done.case_id] != "pending"
                warnings = done.outcome.warnings if counted else ()
                self._warned.write(done.case_id, warnings, first=done.attempt == 1)

    def _write_small_tables(self, batch: Batch) -> None:
        meta = {"updated": str(time.time()), **batch.meta}
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())
        self._db.executemany(
            "INSERT INTO events (time, kind, case_id, message) VALUES (?, ?, ?, ?)", batch.events
        )
        self._db.executemany("INSERT OR REPLACE INTO counts VALUES (?, ?)", batch.counts.items())
        self._db.executemany("INSERT OR REPLACE INTO gathered VALUES (?, ?)", batch.marks.items())
        self._db.executemany("INSERT OR REPLACE INTO requests VALUES (?, ?, ?, ?, ?)", batch.requests)
        self._db.execute("DELETE FROM progress")
        self._db.executemany("INSERT INTO progress VALUES (?, ?)", batch.progress.items())

    def _prune_changes(self, added: int) -> None:
        self._since_prune += added
        if self._since_prune >= _PRUNE_EVERY:
            self._since_prune = 0
            self._db.execute(
                "DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?", (CHANGES_KEPT,)
            )


def _attempt_row(seq: int, done: Finished) -> Row:
    """The values of `_ATTEMPT_SHARED` and of `_ATTEMPT_OWN`."""
    outcome = done.outcome
    kind = None if outcome.kind is None else str(outcome.kind)
    return (
        (
            *(done.attempt, outcome.status, kind, outcome.message, done.action, int(outcome.warm)),
            *(outcome.cold_reason, done.rung, done.place, as_text(outcome.warnings), outcome.deck_run),
        ),
        (seq, done.case_id, done.started, outcome.seconds, outcome.fingerprint),
    )


def _case_row(done: Finished, status: str, labels: Sequence[str]) -> Row:
    """The values of `_CASE_SHARED`; and of `_CASE_OWN` and the measurements of these labels."""
    outcome = done.outcome
    over = status != "pending"
    kind = str(outcome.kind) if over and outcome.kind is not None else None
    message = (outcome.message or None) if over else None
    fingerprint = outcome.fingerprint if over else None
    return (
        (status, kind, message, done.attempt, int(outcome.warm), done.rung),
        (done.case_id, done.started, outcome.seconds, fingerprint, *map(outcome.measurements.get, labels)),
    )
