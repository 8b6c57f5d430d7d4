"""Writes the results of measuring a run again: values, verdicts, counts and definitions."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simorc.config.definitions import MeasurementDefinitions
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.columns import add_column
from simorc.rundir.store.connection import close_for_writing, open_for_writing, quoted
from simorc.rundir.store.definitions import write_definitions
from simorc.rundir.store.reader import STATUSES
from simorc.simulators.outcome import FailureKind

LACKING = str(FailureKind.MEASUREMENT_MISSING)


@dataclass(frozen=True)
class Remeasured:
    """What was computed: the measurements, how many cases, and how many values are missing in them."""

    measurements: tuple[str, ...]
    removed: tuple[str, ...]
    cases: int
    missing: int
    reasons: Mapping[str, str]
    """One example of why a value is missing, by measurement."""
    changed: tuple[str, ...] = ()
    """What changed in the run, in words; empty if nothing did."""


@dataclass(frozen=True)
class MeasuredRow:
    """What one case measured, and the verdict it has now."""

    case_id: int
    values: Mapping[str, float]
    missing: Mapping[str, str]
    status: str
    message: str | None


def store_rows(
    layout: RunLayout,
    definitions: MeasurementDefinitions,
    names: Sequence[str],
    removed: Sequence[str],
    rows: Iterator[MeasuredRow],
    declared: Mapping[str, Any],
    changed: Sequence[str],
) -> Remeasured:
    """Write all values and the definitions that produced them (`declared`) in one transaction: all values of
    a run come from one set of definitions. `changed` describes the change in words.
    """
    db = open_for_writing(layout.database)
    cases, missing, reasons = 0, 0, dict[str, str]()
    try:
        db.execute("BEGIN IMMEDIATE")
        _prepare_columns(db, definitions, names, removed)
        columns = "".join(f", {quoted(f'm_{name}')}=?" for name in names)
        sql = f"UPDATE cases SET status=?, kind=?, message=?{columns} WHERE id=?"
        for row in rows:
            kind = LACKING if row.status == "failed" else None
            values = (row.values.get(name) for name in names)
            db.execute(sql, (row.status, kind, row.message, *values, row.case_id))
            db.execute("INSERT INTO changes (case_id) VALUES (?)", (row.case_id,))
            cases, missing = cases + 1, missing + len(row.missing)
            for name, reason in row.missing.items():
                reasons.setdefault(name, f"case {row.case_id}: {reason}")
        _recount(db)
        write_definitions(db, declared)
        text = f"measured again: {'; '.join(changed) or 'nothing changed'}"
        db.execute("INSERT INTO events (time, kind, message) VALUES (?, 'measured', ?)", (time.time(), text))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    finally:
        close_for_writing(db)
    return Remeasured(tuple(names), tuple(removed), cases, missing, reasons, tuple(changed))


def _recount(db: sqlite3.Connection) -> None:
    """The counts by status; cases without a row yet are pending."""
    found = dict(db.execute("SELECT status, count(*) FROM cases WHERE status != 'pending' GROUP BY status"))
    total = int(db.execute("SELECT value FROM meta WHERE key='total'").fetchone()[0])
    counts = {status: found.get(status, 0) for status in STATUSES}
    counts["pending"] = total - sum(found.values())
    db.executemany("INSERT OR REPLACE INTO counts VALUES (?, ?)", counts.items())


def _prepare_columns(
    db: sqlite3.Connection, definitions: MeasurementDefinitions, names: Sequence[str], removed: Sequence[str]
) -> None:
    """A column for every new measurement, none for those no longer declared."""
    known = {row[0] for row in db.execute("SELECT label FROM columns WHERE role='measurement'")}
    for name in names:
        if name not in known:
            add_column(db, f"m_{name}", "measurement", name, "")
    for name in removed:
        if name in known:
            db.execute("DELETE FROM columns WHERE name=?", (f"m_{name}",))
            db.execute(f"ALTER TABLE cases DROP COLUMN {quoted(f'm_{name}')}")
    for name, definition in definitions.items():
        shown = definition.shown
        db.execute("UPDATE columns SET unit=?, scale=? WHERE name=?", (shown.unit, shown.scale, f"m_{name}"))
