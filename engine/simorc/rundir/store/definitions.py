"""Definitions that may change after a run was built: measurements, specs, plot specs, hooks.

They change in the same transaction as the values they produce. A run that was never measured again has none
in its store: those of its manifest apply.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simorc.errors import StoreError
from simorc.rundir.store.connection import open_for_reading
from simorc.rundir.store.migrations import WITH_CIRCUITS, version_of

NAMES = frozenset({"measurements", "specs", "plot_specs", "hooks", "measured", "requested", "optional"})


def write_definitions(db: sqlite3.Connection, definitions: Mapping[str, Any]) -> None:
    """Replace these definitions; called within the transaction of their values."""
    rows = [(name, json.dumps(body, ensure_ascii=False)) for name, body in definitions.items()]
    db.executemany("INSERT OR REPLACE INTO definitions VALUES (?, ?)", rows)


def stored_definitions(database: Path) -> dict[str, Any]:
    """The definitions in a store; none where it has none or cannot be read, which who reads its values
    reports.
    """
    if not database.is_file():
        return {}
    try:
        db = open_for_reading(database)
    except StoreError:
        return {}
    try:
        if version_of(db) < WITH_CIRCUITS:
            return {}
        found = {row["name"]: json.loads(row["body"]) for row in db.execute("SELECT * FROM definitions")}
        return {name: body for name, body in found.items() if name in NAMES}
    except (sqlite3.Error, ValueError, RecursionError):
        return {}
    finally:
        db.close()
