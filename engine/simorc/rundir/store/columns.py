"""The columns of the case table: ``p_...`` for parameters, ``m_...`` for measurements."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from simorc.rundir.layout import RunLayout
from simorc.rundir.statuses import Statuses
from simorc.rundir.store.connection import close_for_writing, open_for_writing, quoted
from simorc.units import ShownAs, Value


def add_column(
    db: sqlite3.Connection, name: str, role: str, label: str, unit: str, scale: float = 1.0
) -> None:
    """Add ``p_...`` or ``m_...`` to the case table and to the list of columns."""
    affinity = "REAL" if role == "measurement" else ""
    db.execute(f"ALTER TABLE cases ADD COLUMN {quoted(name)} {affinity}")
    position = db.execute("SELECT count(*) FROM columns").fetchone()[0]
    db.execute(
        "INSERT INTO columns (name, role, label, unit, position, scale) VALUES (?, ?, ?, ?, ?, ?)",
        (name, role, label, unit, position, scale),
    )


def declare_columns(
    layout: RunLayout, parameters: Sequence[str], measurements: Mapping[str, ShownAs], total: int
) -> None:
    """Add the columns known when a run is built (its parameters, its measurements and how they are shown) and
    the counts.
    """
    db = open_for_writing(layout.database)
    try:
        for name in parameters:
            add_column(db, f"p_{name}", "parameter", name, "")
        for name, shown in measurements.items():
            add_column(db, f"m_{name}", "measurement", name, shown.unit, shown.scale)
        db.executemany("INSERT OR REPLACE INTO counts VALUES (?, ?)", Statuses(total).counts().items())
    finally:
        close_for_writing(db)


def sql_value(value: Value) -> object:
    """Numbers as numbers, so that SQLite sorts and compares them; text as text."""
    if isinstance(value, bool | str):
        return int(value) if isinstance(value, bool) else value
    return int(value) if isinstance(value, int) else float(value)
