"""Rows that are written many at once are those that were given, in their order."""

from __future__ import annotations

import sqlite3

import pytest

from simorc.rundir.store.bulk_rows import Row, write_rows


@pytest.fixture
def db() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, \"a b\" TEXT NOT NULL DEFAULT 'new', c, d REAL, kept)"
    )
    return db


def rows_of(db: sqlite3.Connection) -> list[tuple[object, ...]]:
    return db.execute('SELECT id, "a b", c, d, kept FROM t ORDER BY id').fetchall()


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 63, 64, 65, 1000])
def test_any_number_of_rows(db: sqlite3.Connection, count: int) -> None:
    rows: list[Row] = [((f"x{number // 7}", None), (number, number / 3)) for number in range(count)]
    write_rows(db, "t", ("a b", "c"), ("id", "d"), rows)
    assert rows_of(db) == [(n, f"x{n // 7}", None, n / 3, None) for n in range(count)]


@pytest.mark.parametrize("columns", [1, 15, 16, 500, 1500])
def test_any_number_of_columns(columns: int) -> None:
    db = sqlite3.connect(":memory:")
    names = [f"m{number}" for number in range(columns)]
    db.execute(f"CREATE TABLE t (id INTEGER PRIMARY KEY, s, {', '.join(names)})")
    write_rows(db, "t", ("s",), ("id", *names), [(("s",), (row, *range(columns))) for row in range(70)])
    assert db.execute("SELECT * FROM t").fetchall() == [(row, "s", *range(columns)) for row in range(70)]


def test_rows_with_a_key_change_only_their_columns(db: sqlite3.Connection) -> None:
    db.executemany("INSERT INTO t (id, kept) VALUES (?, 'kept')", [(number,) for number in range(100)])
    write_rows(db, "t", ("a b",), ("id", "d"), [(("x",), (n, 0.5)) for n in range(100)], key="id")
    assert rows_of(db) == [(n, "x", None, 0.5, "kept") for n in range(100)]


def test_the_last_row_of_a_key_counts(db: sqlite3.Connection) -> None:
    rows: list[Row] = [(("x",), (1, 0.5)), (("x",), (1, 1.5)), (("y",), (1, 2.5)), (("x",), (1, 3.5))]
    write_rows(db, "t", ("a b",), ("id", "d"), rows, key="id")
    assert rows_of(db) == [(1, "x", None, 3.5, None)]


def test_few_statements_write_many_rows(db: sqlite3.Connection) -> None:
    statements: list[str] = []
    db.set_trace_callback(statements.append)
    write_rows(db, "t", ("a b",), ("id", "d"), [(("x",), (n, 0.5)) for n in range(640)], key="id")
    assert sum(text.startswith("INSERT") for text in statements) == 10
