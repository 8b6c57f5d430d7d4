from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.cli.commands.running import status
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerInfo
from simorc.rundir.summary import RunSummary

Simorc = Callable[..., Any]


def test_lists_runs_with_counts(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    printed = simorc("status", "--table", "--project", project)
    assert printed.code == 0
    header, row = printed.out.splitlines()
    assert header.split()[:3] == ["run", "state", "done"]
    assert row.split() == [finished_run.name, "cancelled", "83%", "4", "1", "0", "1", "6"]


def test_a_line_for_each_run(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    printed = simorc("status", "--project", project)
    assert printed.out == f"{finished_run.name}: 4/6 completed (66.7%), 1 failed, cancelled\n"


@pytest.mark.parametrize(
    ("state", "counts", "more"),
    [
        ("running", (527, 0, 2, 471), ", running on eda1 (pid 4711)"),
        ("finished", (1000, 0, 0, 0), ""),
        ("finished", (527, 3, 0, 470), ", 3 failed, stopped"),
        ("dead", (527, 0, 0, 473), ", dead"),
    ],
)
def test_the_line_of_a_run(state: str, counts: tuple[int, ...], more: str) -> None:
    by_status = dict(zip(("completed", "failed", "in_progress", "pending"), counts, strict=True))
    alive = state == "running"
    runner = RunnerInfo("eda1", 4711, 0.0, 0, 0.0) if alive else None
    summary = RunSummary("pvt_dc_1", "pvt_dc", state, by_status, 1000, None, None, runner, alive)
    share = f"{counts[0] / 10:.1f}"
    assert status.line(summary) == f"pvt_dc_1: {counts[0]}/1000 completed ({share}%){more}"


def test_json_has_the_promised_shape(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    printed = simorc("status", "--json", "--project", project)
    (run,) = json.loads(printed.out)["runs"]
    assert run["run"] == finished_run.name
    assert run["sweep"] == "pvt"
    assert run["counts"] == {"pending": 1, "in_progress": 0, "completed": 4, "failed": 1}
    assert run["total"] == 6
    assert set(run) >= {"run", "sweep", "state", "counts", "total", "started", "updated", "runner"}


def test_one_run_by_its_sweep_shows_events(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    printed = simorc("status", "pvt", "--project", project)
    assert "cancelled by the user" in printed.out
    assert finished_run.name in printed.out


def test_project_may_stand_before_the_command(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    assert finished_run.name in simorc("--project", project, "status").out


def test_nearest_project_upwards(
    simorc: Simorc, project: Path, finished_run: RunLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "testbenches" / "ac")
    assert finished_run.name in simorc("status").out


def test_no_runs_says_what_to_type(simorc: Simorc, project: Path) -> None:
    printed = simorc("status", "--project", project)
    assert (printed.code, printed.out) == (0, "")
    assert "simorc run SWEEP" in printed.err


def test_outside_a_project(simorc: Simorc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = simorc("status")
    assert printed.code == 2
    assert "simorc init" in printed.err


def test_unknown_run_names_the_near_one(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    printed = simorc("status", "pvt_2026010203040", "--project", project)
    assert printed.code == 0  # a unique beginning
    printed = simorc("status", "pvvt", "--project", project)
    assert printed.code == 2
    assert "did you mean pvt" in printed.err or finished_run.name in printed.err


def test_corrupt_store_is_a_message(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    finished_run.database.write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    listed = simorc("status", "--project", project)
    assert listed.code == 0
    assert "broken" in listed.out
    alone = simorc("status", finished_run.name, "--project", project)
    assert alone.code == 1
    assert "run.sqlite" in alone.err
