"""Which cases run, how many at once, and whether at all: selections, jobs, pause, retry, the disk floor."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.launch.start import request, start_runner
from simorc.rundir.layout import RunLayout
from tests.e2e.driving import (
    SLOW,
    Project,
    assert_sound,
    completed,
    counts,
    processes_of,
    rows,
    wait_for_end,
)
from tests.waiting import until

pytestmark = [
    pytest.mark.ngspice,
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning"),
]

COLD = "execution: {warm: off}\n"
CORNERS = """corners:
  slow: {r: 2k, c: 200p}
  fast: {r: 500, c: 50p}
  usual: {r: 1k, c: 100p}
parameters:
  step: [100n, 200n]
"""


def ran(layout: RunLayout) -> list[object]:
    return [row[0] for row in rows(layout, "SELECT id FROM cases WHERE status='completed' ORDER BY id")]


def meta(layout: RunLayout, key: str) -> object:
    found = rows(layout, f"SELECT value FROM meta WHERE key='{key}'")
    return found[0][0] if found else None


def test_named_cases_run_and_no_others(make_project: Callable[..., Project]) -> None:
    project = make_project(10)
    layout = project.build()
    project.ok("run", layout.name, "--case", "3,7-9")
    assert ran(layout) == [3, 7, 8, 9]
    project.ok("run", layout.name)
    assert_sound(layout, 10)


def test_corners_and_conditions_select(make_project: Callable[..., Project]) -> None:
    project = make_project(sweep=CORNERS)
    project.ok("run", "rc", "--corner", "slow,fast", "--where", "step==100n")
    found = json.loads(project.ok("results", "last", "--format", "json"))
    assert sorted(str(case["parameters"]["r"]) for case in found) == ["2000.0", "500.0"]
    assert {case["status"] for case in found} == {"completed"}


def test_jobs_change_while_it_runs(make_project: Callable[..., Project]) -> None:
    project = make_project(2000, step=SLOW, settings=COLD)
    layout = project.build()
    start_runner(layout, jobs=1)
    project.ok("jobs", layout.name, "+2")
    until(lambda: meta(layout, "jobs") == "3")
    until(lambda: len(processes_of(layout)) == 3)
    project.ok("jobs", layout.name, "1")
    until(lambda: meta(layout, "jobs") == "1")
    until(lambda: len(processes_of(layout)) == 1)
    project.ok("cancel", layout.name)
    wait_for_end(layout)
    assert set(counts(layout)) == {"completed", "pending"}


def test_pause_starts_nothing_and_resume_goes_on(make_project: Callable[..., Project]) -> None:
    project = make_project(2000, step=SLOW, settings=COLD)
    layout = project.build()
    start_runner(layout, jobs=2)
    project.ok("pause", layout.name)
    until(lambda: meta(layout, "state") == "paused")
    until(lambda: processes_of(layout) == [] and "in_progress" not in counts(layout))
    before = completed(layout)
    assert before < 2000
    project.ok("status", layout.name)
    assert completed(layout) == before
    project.ok("resume", layout.name)
    until(lambda: completed(layout) > before + 2)
    project.ok("cancel", layout.name)
    wait_for_end(layout)
    assert set(counts(layout)) == {"completed", "pending"}


def test_retry_runs_failed_cases_again(make_project: Callable[..., Project], tmp_path: Path) -> None:
    repaired, simulator = tmp_path / "repaired", tmp_path / "ngspice-broken"
    simulator.write_text(
        f"""#!/bin/sh
case " $* " in *" -b "*) [ -e {repaired} ] || exit 1 ;; esac
exec ngspice "$@"
"""
    )
    simulator.chmod(0o755)
    settings = f"simulator: {{executable: {simulator}}}\nexecution: {{warm: off, retries: 0}}\n"
    project = make_project(4, settings=settings)
    assert project.simorc("run", "rc").returncode == 1
    layout = project.newest
    assert counts(layout) == {"failed": 4}
    repaired.touch()
    project.ok("retry", layout.name)
    wait_for_end(layout)
    assert_sound(layout, 4)


def test_below_the_disk_floor_the_run_waits(make_project: Callable[..., Project]) -> None:
    project = make_project(40, step=SLOW, settings="execution: {warm: off, disk_floor: 1000000G}\n")
    layout = project.build()
    start_runner(layout, jobs=1)
    until(lambda: meta(layout, "state") == "paused")
    assert "of free disk space" in str(meta(layout, "pause_reason"))
    request(layout, "cancel")
    wait_for_end(layout)
    assert completed(layout) < 40 and "in_progress" not in counts(layout)


def test_a_cancelled_run_leaves_no_simulator(make_project: Callable[..., Project]) -> None:
    project = make_project(20, step="1p", settings=COLD)
    layout = project.build()
    start_runner(layout, jobs=2)
    until(lambda: len(processes_of(layout)) == 2)
    project.ok("cancel", layout.name)
    wait_for_end(layout)
    assert counts(layout) == {"pending": 20}
    assert processes_of(layout) == []
