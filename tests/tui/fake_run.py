"""A run's store as a runner would have written it, for the terminal interface's tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from simorc.rundir.layout import RunLayout
from simorc.rundir.store import connection as database

CORNERS = ("tt", "ss", "ff")
START = 1_700_000_000.0


class FakeRun:
    """Writes a run's SQLite the way the runner does, row by row, on demand."""

    def __init__(self, root: Path, name: str, total: int) -> None:
        self.layout = RunLayout(root / "simulations" / name)
        self.layout.path.mkdir(parents=True)
        self.layout.manifest.write_text('{"format": 1, "inputs": {}}')
        sweep = self.layout.sweep
        meta = {"state": "running", "sweep": sweep, "testbench": "dc", "total": str(total), "jobs": "2"}
        database.create(self.layout.database, meta)
        self.db = sqlite3.connect(self.layout.database, isolation_level=None)
        self.add_column("p_vdd", "parameter", "vdd", "V", 0)
        self.add_column("p_corner", "parameter", "corner", "", 1)
        self.add_column("m_gain", "measurement", "gain", "dB", 2)
        self.total = total
        self.set_counts()

    def add_column(self, name: str, role: str, label: str, unit: str, position: int) -> None:
        self.db.execute(f'ALTER TABLE cases ADD COLUMN "{name}"')
        self.db.execute(
            "INSERT INTO columns (name, role, label, unit, position) VALUES (?, ?, ?, ?, ?)",
            (name, role, label, unit, position),
        )

    def fill(self, rows: Iterable[Sequence[object]]) -> None:
        """Rows of (id, status, kind, message, seconds, vdd, corner, gain)."""
        self.db.execute("BEGIN")
        self.db.executemany(
            "INSERT INTO cases (id, status, kind, message, seconds, attempts, started, p_vdd, p_corner, "
            f"m_gain) VALUES (?, ?, ?, ?, ?, 1, {START}, ?, ?, ?)",
            rows,
        )
        self.db.execute("COMMIT")
        self.set_counts()

    def set_case(self, case_id: int, **values: object) -> None:
        """Change a case and say so, as the runner does."""
        self.db.execute("BEGIN")
        sets = ", ".join(f'"{name}" = ?' for name in values)
        self.db.execute(f"UPDATE cases SET {sets} WHERE id = ?", (*values.values(), case_id))
        self.db.execute("INSERT INTO changes (case_id) VALUES (?)", (case_id,))
        self.db.execute("COMMIT")
        self.set_counts()

    def set_meta(self, **values: object) -> None:
        self.db.executemany(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)", [(k, str(v)) for k, v in values.items()]
        )

    def set_counts(self) -> None:
        counts = dict(self.db.execute("SELECT status, count(*) FROM cases GROUP BY status").fetchall())
        counts["pending"] = self.total - sum(n for status, n in counts.items() if status != "pending")
        self.db.executemany("INSERT OR REPLACE INTO counts VALUES (?, ?)", counts.items())


def ordinary_row(case_id: int) -> tuple[object, ...]:
    """Most cases are done, every seventh failed; gain falls with the id."""
    vdd, corner = (1.62, 1.8, 1.98)[case_id % 3], CORNERS[case_id % len(CORNERS)]
    if case_id % 7 == 0:
        message = f"no convergence: timestep too small, trouble with node 'x1.n{case_id}'"
        return (case_id, "failed", "no_convergence", message, 0.5, vdd, corner, None)
    return (case_id, "completed", None, None, 0.25, vdd, corner, 80.0 - case_id / 10)


SWEEP_FILE = """\
# supply and corner
testbench: dc

parameters:
  vdd: [1.62, 1.8, 1.98]   # volts
  corner:
    - tt
    # the slow one
    - ss   # hot
    - ff
"""
