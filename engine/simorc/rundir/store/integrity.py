"""Checks a store: whether it is complete, and which run it belongs to."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from simorc.errors import StoreError
from simorc.rundir.store.connection import close_for_writing, open_for_reading, open_for_writing
from simorc.rundir.store.reader import STATUSES

_TABLES = ("attempts", "events", "changes", "progress", "counts", "columns", "requests")
_KEPT_TABLES = ("events", "requests", "gathered", "definitions")


def damage_of(database: Path, total: int) -> str:
    """Why the store cannot be used for a run of `total` cases; empty if it can. Raises `StoreError` where it
    cannot be opened.
    """
    db = open_for_reading(database)
    try:
        return _damage(db, total)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return f"is damaged: {error}"
    finally:
        db.close()


def _damage(db: sqlite3.Connection, total: int) -> str:
    found = db.execute("PRAGMA integrity_check(3)").fetchall()
    if [row[0] for row in found] != ["ok"]:
        return f"is damaged: {'; '.join(str(row[0]) for row in found)}"
    row = db.execute("SELECT value FROM meta WHERE key='total'").fetchone()
    if row is None or row[0] != str(total):
        return f"has {row[0] if row else 'no'} cases, the manifest has {total}"
    strange = db.execute(
        "SELECT count(*) FROM cases WHERE id < 1 OR id > ? OR status NOT IN (?, ?, ?, ?)", (total, *STATUSES)
    ).fetchone()[0]
    for table in _TABLES:
        db.execute(f"SELECT * FROM {table} LIMIT 1").fetchall()
    return f"{strange} rows are no cases of this run" if strange else ""


def readable_meta(database: Path, key: str) -> str:
    """What the store records about itself under `key` (``run``, ``total``); empty if it is missing or cannot
    be read.
    """
    try:
        db = open_for_reading(database)
    except (StoreError, OSError):
        return ""
    try:
        row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""
    except (sqlite3.Error, UnicodeDecodeError):
        return ""
    finally:
        db.close()


def carry_over(old: Path, new: Path) -> None:
    """Copy what is only in the old store: events, requests, read positions in the logs of chunks,
    definitions.
    """
    source, target = open_for_reading(old), open_for_writing(new)
    try:
        for table in _KEPT_TABLES:
            with suppress(sqlite3.Error, UnicodeDecodeError):  # damaged, or a store of an older version
                for row in source.execute(f"SELECT * FROM {table}"):
                    # Events are numbered again: the new store already has its own event.
                    values = [None, *tuple(row)[1:]] if table == "events" else list(row)
                    marks = ",".join("?" * len(values))
                    target.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", values)
    finally:
        source.close()
        close_for_writing(target)


def snapshot(database: Path) -> bytes:
    """The store as one consistent file, including its write-ahead log."""
    source = open_for_reading(database)
    try:
        copy = sqlite3.connect(":memory:")
        source.backup(copy)
        # A copy in memory keeps the source's journal mode in its header only if that was a rollback journal.
        copy.execute("PRAGMA journal_mode=DELETE")
        return copy.serialize()
    finally:
        source.close()
