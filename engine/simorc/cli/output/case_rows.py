"""Rows of the case table as JSON, CSV and text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence

from simorc.errors import UsageError
from simorc.rundir.store.connection import Row
from simorc.rundir.store.reader import Column, RunReader
from simorc.simulators.case_warnings import CaseWarning, plain_warnings

PAGE = 1000
SORTED_PAGE = 50_000
"""Larger, because SQLite sorts the whole table again for each page."""


def pages(
    view: RunReader,
    *,
    order: str = "id",
    descending: bool = False,
    where: str = "",
    args: Sequence[object] = (),
) -> Iterator[Row]:
    """Every matching row, a page at a time."""
    if order == "id" and not descending:
        yield from _pages_by_id(view, where, args)
        return
    offset = 0
    while rows := view.page(offset, SORTED_PAGE, order=order, descending=descending, where=where, args=args):
        yield from rows
        offset += len(rows)


def _pages_by_id(view: RunReader, where: str, args: Sequence[object]) -> Iterator[Row]:
    """From the last id on, not by offset: a page deep inside a million rows costs what the first one does."""
    condition = f"id > ? AND ({where})" if where else "id > ?"
    last = 0
    while rows := view.page(0, PAGE, where=condition, args=(last, *args)):
        yield from rows
        last = rows[-1]["id"]


def as_json(
    row: Row,
    columns: Sequence[Column],
    circuit: int | None = None,
    warnings: Sequence[CaseWarning] = (),
) -> dict[str, object]:
    """The case as ``simorc results --json`` prints it; ``rung`` only if a fallback step was needed to
    converge, ``circuit`` only if it is not the run's first, ``warnings`` only if there are any.
    """
    record = {
        "case_id": row["id"],
        "status": row["status"],
        "kind": row["kind"],
        "parameters": _values(row, columns, "parameter"),
        "measurements": _values(row, columns, "measurement"),
        "error_message": row["message"] if row["status"] == "failed" else None,
        "attempts": row["attempts"],
        "warm": None if row["warm"] is None else bool(row["warm"]),
    }
    record |= {} if circuit is None else {"circuit": circuit}
    record |= {"rung": row["rung"]} if row["rung"] else {}
    return record | {"warnings": plain_warnings(warnings)} if warnings else record


def _values(row: Row, columns: Sequence[Column], role: str) -> dict[str, object]:
    return {column.label: finite(row[column.name]) for column in columns if column.role == role}


def finite(value: object) -> object:
    """JSON has no infinity and no NaN: they become null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def dumps(value: object) -> str:
    """One line of strict JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def sort_column(text: str, columns: Sequence[Column]) -> tuple[str, bool]:
    """``-gain`` -> ("m_gain", True): the column for what a person calls it, and whether descending."""
    descending = text.startswith("-")
    asked = text.removeprefix("-")
    named = {"case": "id", "time": "seconds"} | {
        name: name for name in ("id", "status", "kind", "seconds", "attempts", "started", "message")
    }
    named |= {column.label: column.name for column in reversed(columns)} | {
        column.name: column.name for column in columns
    }
    if asked not in named:
        raise UsageError(f"unknown sort column {asked!r}", remedy="one of " + ", ".join(sorted(named)))
    return named[asked], descending
