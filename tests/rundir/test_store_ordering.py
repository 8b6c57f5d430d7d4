"""The order of cases in SQL."""

from __future__ import annotations

import sqlite3

import pytest

from simorc.errors import UsageError
from simorc.rundir.store.ordering import clause, ordering


@pytest.fixture
def database() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute('CREATE TABLE cases (id INTEGER, "m_gain" REAL)')
    db.executemany("INSERT INTO cases VALUES (?, ?)", [(1, 5.0), (2, None), (3, 1.0), (4, 5.0)])
    return db


@pytest.mark.parametrize(
    ("column", "descending", "ids"),
    [
        ("id", False, [1, 2, 3, 4]),
        ("id", True, [4, 3, 2, 1]),
        ("m_gain", False, [3, 1, 4, 2]),
        ("m_gain", True, [1, 4, 3, 2]),
    ],
)
def test_missing_values_are_last(
    database: sqlite3.Connection, column: str, descending: bool, ids: list[int]
) -> None:
    order = ordering(database, column, descending)
    assert [row[0] for row in database.execute(f"SELECT id FROM cases ORDER BY {order}")] == ids


@pytest.mark.parametrize("column", ["m_nothing", "id; DROP TABLE cases", ""])
def test_an_unknown_column_is_refused(database: sqlite3.Connection, column: str) -> None:
    with pytest.raises(UsageError, match="unknown sort column"):
        ordering(database, column, False)


def test_a_condition_follows_the_table() -> None:
    assert (clause(""), clause("id > 1")) == ("", " WHERE id > 1")
