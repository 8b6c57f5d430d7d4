"""What of SQLite's troubles is worth waiting for."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from simorc.runs.database import may_pass


def test_a_full_store_may_be_written_later(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "small.sqlite")
    db.execute("CREATE TABLE cases (text)")
    db.execute("PRAGMA max_page_count = 4")
    with pytest.raises(sqlite3.OperationalError) as caught:
        for _ in range(100):
            db.execute("INSERT INTO cases VALUES (?)", ("x" * 4000,))
    assert may_pass(caught.value)
    db.close()


def test_a_store_somebody_else_writes_may_be_written_later(tmp_path: Path) -> None:
    first, second = (sqlite3.connect(tmp_path / "busy.sqlite", timeout=0) for _ in range(2))
    first.execute("CREATE TABLE cases (text)")
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as caught:
        second.execute("BEGIN IMMEDIATE")
    assert may_pass(caught.value)
    first.close()
    second.close()


def test_a_mistake_stays_one(tmp_path: Path) -> None:
    db = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError) as caught:
        db.execute("INSERT INTO no_such_table VALUES (1)")
    assert not may_pass(caught.value)
    db.close()
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(b"no database, but long enough to be looked at" * 100)
    db = sqlite3.connect(damaged)
    with pytest.raises(sqlite3.DatabaseError) as found:
        db.execute("SELECT * FROM cases")
    assert not may_pass(found.value)
    db.close()
