"""Locked runs, and how many finished ones stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simorc.errors import RunError
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.retention import lock_of, lock_run, remove_run, retire, unlock_run
from simorc.rundir.store import connection as database


def make(root: Path, name: str, *, state: str = "finished", keep: int | None = None) -> RunLayout:
    layout = RunLayout(root / "simulations" / name)
    layout.path.mkdir(parents=True)
    settings = {"execution": {"keep": keep}}
    layout.manifest.write_text(json.dumps({"format": 1, "settings": settings}))
    database.create(layout.database, {"state": state, "total": "1"})
    return layout


def names(root: Path) -> list[str]:
    return sorted(run.name for run in find_runs(root))


def test_a_locked_run_is_not_removed(tmp_path: Path) -> None:
    layout = make(tmp_path, "pvt_20260101000000")
    assert lock_of(layout) is None and not unlock_run(layout)
    lock_run(layout, "design review")
    assert "design review" in str(lock_of(layout))
    with pytest.raises(RunError, match="design review"):
        remove_run(layout)
    assert unlock_run(layout)
    remove_run(layout)
    assert list((tmp_path / "simulations").iterdir()) == []


def test_a_lock_that_cannot_be_read_is_a_lock(tmp_path: Path) -> None:
    layout = make(tmp_path, "pvt_20260101000000")
    layout.lock_json.write_text("{")
    with pytest.raises(RunError, match="cannot be read"):
        remove_run(layout)


def test_the_newest_finished_runs_of_a_sweep_stay(tmp_path: Path) -> None:
    for day in range(1, 6):
        make(tmp_path, f"pvt_2026010{day}000000")
    make(tmp_path, "other_20260101000000")
    make(tmp_path, "pvt_20251231000000", state="cancelled")
    lock_run(RunLayout(tmp_path / "simulations" / "pvt_20260101000000"))
    newest = make(tmp_path, "pvt_20260106000000", keep=3)
    assert retire(newest) == ["pvt_20260103000000", "pvt_20260102000000"]
    assert names(tmp_path) == [
        *("other_20260101000000", "pvt_20251231000000", "pvt_20260101000000"),
        *("pvt_20260104000000", "pvt_20260105000000", "pvt_20260106000000"),
    ]


def test_nothing_goes_while_the_run_itself_is_not_finished_or_keeps_all(tmp_path: Path) -> None:
    make(tmp_path, "pvt_20260101000000")
    assert retire(make(tmp_path, "pvt_20260102000000", keep=1, state="cancelled")) == []
    assert retire(make(tmp_path, "pvt_20260103000000")) == []
    assert len(names(tmp_path)) == 3
