"""The order of the cases of a run in SQL."""

from __future__ import annotations

import sqlite3

from simorc.errors import UsageError
from simorc.rundir.store.connection import quoted


def ordering(db: sqlite3.Connection, column: str, descending: bool) -> str:
    """The expression after ORDER BY; cases without a value come last, equal ones by number. Raises UsageError
    for a column that the case table does not have.
    """
    if column not in {row[1] for row in db.execute("PRAGMA table_info(cases)")}:
        raise UsageError(f"unknown sort column {column!r}")
    way = "DESC" if descending else "ASC"
    return "id " + way if column == "id" else f"{quoted(column)} {way} NULLS LAST, id"


def clause(where: str) -> str:
    """A condition as it follows the name of a table."""
    return f" WHERE {where}" if where else ""
