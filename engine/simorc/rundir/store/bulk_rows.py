"""Writes rows of one table that are mostly alike, many with one statement.

Binding a value costs SQLite and Python more than storing it. The values that neighbouring rows have in common
are bound once for all of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, groupby
from operator import itemgetter

from simorc.rundir.store.connection import quoted

_SIZES = (64, 16, 4, 1)
"""How many rows one statement may write: few sizes, so that SQLite compiles few statements."""
_MOST_VALUES = 990
"""How many values a statement of any SQLite may have."""

Row = tuple[tuple[object, ...], tuple[object, ...]]
"""The values that a row may share with its neighbours, and its own."""


def write_rows(
    db: sqlite3.Connection,
    table: str,
    shared: Sequence[str],
    own: Sequence[str],
    rows: Iterable[Row],
    *,
    key: str = "",
) -> None:
    """Write rows in their order; `shared` and `own` are the columns of their two parts. `key` is the column
    by which a row replaces the values that the table has already; empty: all rows are new.
    """
    for values, alike in groupby(rows, key=itemgetter(0)):
        left = [row[1] for row in alike]
        start = 0
        while start < len(left):
            size = _size(len(left) - start, len(shared), len(own))
            sql = _statement(table, tuple(shared), tuple(own), size, key)
            db.execute(sql, (*values, *chain.from_iterable(left[start : start + size])))
            start += size


def _size(left: int, shared: int, own: int) -> int:
    """How many of the rows that are left the next statement writes."""
    return next((size for size in _SIZES if size <= left and shared + size * own <= _MOST_VALUES), 1)


@lru_cache(maxsize=64)
def _statement(table: str, shared: tuple[str, ...], own: tuple[str, ...], size: int, key: str) -> str:
    common = [f"?{number}" for number in range(1, len(shared) + 1)]
    rows = []
    for row in range(size):
        first = len(shared) + row * len(own) + 1
        rows.append(f"({', '.join([*common, *(f'?{first + number}' for number in range(len(own)))])})")
    columns = [quoted(name) for name in (*shared, *own)]
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join(rows)}"
    if not key:
        return sql
    changed = ", ".join(f"{name}=excluded.{name}" for name in columns if name != quoted(key))
    return f"{sql} ON CONFLICT ({quoted(key)}) DO UPDATE SET {changed}"
