"""Migrates older stores, one version at a time.

A step may only add tables and columns, so that a reader of this simorc reads a store of any older version
as it is; the writer brings it forward. To change the schema: edit ``schema.sql``, and add the step that
makes the same of a store of the version before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

Step = Callable[[sqlite3.Connection], None]


def _gathered(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE IF NOT EXISTS gathered (log TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID"
    )


def _scale(db: sqlite3.Connection) -> None:
    if "scale" not in {row[1] for row in db.execute("PRAGMA table_info(columns)")}:
        db.execute("ALTER TABLE columns ADD COLUMN scale REAL NOT NULL DEFAULT 1")


def _circuits_and_definitions(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE IF NOT EXISTS accepted "
        "(seq INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, circuit INTEGER NOT NULL)"
    )
    db.execute(
        "CREATE TABLE IF NOT EXISTS definitions (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID"
    )


def _warnings(db: sqlite3.Connection) -> None:
    for table, column in (("cases", "fingerprint INTEGER"), ("attempts", "warnings TEXT")):
        _add(db, table, column)
    _add(db, "attempts", "fingerprint INTEGER")
    db.execute(
        "CREATE TABLE IF NOT EXISTS warning_texts (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, "
        "message TEXT NOT NULL, cases INTEGER NOT NULL DEFAULT 0, UNIQUE (kind, message))"
    )
    db.execute(
        "CREATE TABLE IF NOT EXISTS case_warnings (case_id INTEGER NOT NULL, text INTEGER NOT NULL, "
        "count INTEGER NOT NULL, PRIMARY KEY (case_id, text)) WITHOUT ROWID"
    )
    db.execute("CREATE INDEX IF NOT EXISTS cases_of_warning ON case_warnings (text)")


def _deck_run(db: sqlite3.Connection) -> None:
    _add(db, "attempts", "deck_run TEXT")


def _add(db: sqlite3.Connection, table: str, column: str) -> None:
    if column.split()[0] not in {row[1] for row in db.execute(f"PRAGMA table_info({table})")}:
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


STEPS: Mapping[int, Step] = {
    1: _gathered,
    2: _scale,
    3: _circuits_and_definitions,
    4: _warnings,
    5: _deck_run,
}
"""From version -> what leads to the next one."""
WITH_CIRCUITS = 1 + next(version for version, step in STEPS.items() if step is _circuits_and_definitions)
"""The first version whose stores have the tables `accepted` and `definitions`."""
SCHEMA_VERSION = max(STEPS) + 1


def migrate(db: sqlite3.Connection, steps: Mapping[int, Step] | None = None) -> int:
    """Bring the open store to the newest version in one transaction: all of it or nothing. Returns the
    version it had.
    """
    steps = STEPS if steps is None else steps
    newest = max(steps) + 1
    found = version_of(db)
    if found >= newest:
        return found
    db.execute("BEGIN IMMEDIATE")
    try:
        found = version_of(db)  # another process may have migrated it meanwhile
        for version in range(found, newest):
            steps[version](db)
        db.execute(f"PRAGMA user_version={max(found, newest)}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    return found


def version_of(db: sqlite3.Connection) -> int:
    """The schema version recorded in a store."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])
