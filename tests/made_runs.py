"""A run directory made by hand, with whatever cases a test needs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest

from simorc.rundir.layout import RunLayout
from simorc.rundir.store import connection as database
from simorc.rundir.store.columns import add_column
from simorc.rundir.store.connection import quoted

Row = tuple[str, Mapping[str, Any], Mapping[str, float]]
"""Status, parameters, measurements of one case."""


class MakeRun(Protocol):
    """What the ``make_run`` fixture is."""

    def __call__(self, rows: Sequence[Row], **manifest: Any) -> RunLayout: ...


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Makes runs below the test's directory: ``make_run(rows, name=..., units=..., specs=...)``."""

    def make(rows: Sequence[Row], **manifest: Any) -> RunLayout:
        return write_run(tmp_path, rows, **manifest)

    return make


def write_run(
    root: Path,
    rows: Sequence[Row],
    *,
    name: str = "pvt_20260101000000",
    units: Mapping[str, str] | None = None,
    **manifest: Any,
) -> RunLayout:
    """A run with these cases, numbered from 1."""
    layout = RunLayout(root / "simulations" / name)
    layout.results.mkdir(parents=True)
    written = {
        "format": 1,
        "run": name,
        "sweep": "pvt",
        "testbench": "dc",
        "total": len(rows),
        "measurements": {},
    }
    layout.manifest.write_text(json.dumps({**written, "specs": {}, **manifest}))
    database.create(layout.database, {"total": str(len(rows)), "state": "finished", "sweep": "pvt"})
    parameters = list(dict.fromkeys(name for row in rows for name in row[1]))
    measurements = list(dict.fromkeys(name for row in rows for name in row[2]))
    db = database.open_for_writing(layout.database)
    for label in parameters:
        add_column(db, f"p_{label}", "parameter", label, "")
    for label in measurements:
        add_column(db, f"m_{label}", "measurement", label, (units or {}).get(label, ""))
    db.execute("BEGIN")
    names = [*_FIXED, *(f"p_{each}" for each in parameters), *(f"m_{each}" for each in measurements)]
    columns = ", ".join(quoted(each) for each in names)
    sql = f"INSERT INTO cases ({columns}) VALUES ({', '.join('?' * len(names))})"
    db.executemany(sql, (_values(i, row, parameters, measurements) for i, row in enumerate(rows, 1)))
    db.execute("COMMIT")
    db.close()
    return layout


_FIXED = ("id", "status", "kind", "message", "attempts", "warm", "rung", "started", "seconds")


def _values(case_id: int, row: Row, parameters: Sequence[str], measurements: Sequence[str]) -> list[Any]:
    kind = "no_convergence" if row[0] == "failed" else None
    fixed = [case_id, row[0], kind, kind, 1, 1, None, 0.0, 0.01]
    return [*fixed, *(row[1].get(p) for p in parameters), *(row[2].get(m) for m in measurements)]
