"""Cases grouped by a parameter: passed and failed cases of each value, counted by SQLite."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from simorc.errors import UsageError
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.connection import open_for_reading, quoted

MOST_VALUES = 500


@dataclass(frozen=True)
class Group:
    """The cases with one value of a parameter."""

    value: object
    total: int
    completed: int
    failed: int

    @property
    def open(self) -> int:
        """Not run yet, or in progress."""
        return self.total - self.completed - self.failed


def groups_by(layout: RunLayout, column: str) -> list[Group]:
    """One group for each value of an SQL column, in order of value. Raises UsageError."""
    name = quoted(column)
    db = open_for_reading(layout.database)
    try:
        rows = db.execute(
            f"SELECT {name}, count(*), total(status = 'completed'), total(status = 'failed') FROM cases "
            f"GROUP BY {name} ORDER BY {name} LIMIT {MOST_VALUES}"
        ).fetchall()
    except sqlite3.OperationalError as error:
        raise UsageError(f"the cases cannot be grouped like this: {error}") from error
    finally:
        db.close()
    return [Group(row[0], row[1], int(row[2]), int(row[3])) for row in rows]
