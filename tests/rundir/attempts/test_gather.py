"""Looking at a run changes nothing of it, and what workers left is stored by who writes."""

from __future__ import annotations

import os
from pathlib import Path

from simorc.launch.build import build_run
from simorc.launch.one_case import run_case, store_results
from simorc.maintenance.fsck import check_run
from simorc.rundir.attempts.gather import gather_idle
from simorc.rundir.attempts.status_files import Report, any_reports, leave_report
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerLock
from simorc.rundir.summary import summarise
from simorc.simulators.outcome import Outcome
from tests.divider_projects import DIVIDER, MakeProject


def everything(layout: RunLayout) -> dict[str, tuple[int, int]]:
    """Every file of a run with its time stamp and inode; directories with theirs."""
    found = {}
    for directory, _, files in os.walk(layout.path):
        for path in (Path(directory), *(Path(directory) / file for file in files)):
            stamp = path.stat()
            found[str(path)] = stamp.st_mtime_ns, stamp.st_ino
    return found


def test_status_writes_nothing_and_says_what_waits(make_project: MakeProject) -> None:
    layout = build_run(make_project(DIVIDER), "s")
    leave_report(layout, Report(1, Outcome.completed({"vout": 0.5}), 1.0, "node"))
    before = everything(layout)
    summary = summarise(layout)
    assert everything(layout) == before
    assert summary.counts["completed"] == 0
    assert f"simorc fsck --repair {layout.name}" in summary.note


def test_fsck_stores_what_waits(make_project: MakeProject) -> None:
    layout = build_run(make_project(DIVIDER), "s")
    leave_report(layout, Report(1, Outcome.completed({"vout": 0.5}), 1.0, "node"))
    assert ".status" in [finding.where for finding in check_run(layout) if finding.open]
    check_run(layout, repair=True)
    assert summarise(layout).counts["completed"] == 1
    assert not any_reports(layout)


def test_a_pytest_session_stores_its_results(make_project: MakeProject) -> None:
    layout = build_run(make_project(DIVIDER.replace(".meas op vout find v(out) at=0\n", "")), "s")
    assert run_case(layout.path, 1).status == "completed"
    store_results(layout.path)
    assert summarise(layout).counts["completed"] == 1


def test_who_gathers_looks_again_after_letting_go(make_project: MakeProject) -> None:
    """A report left while another process gathers must not wait for the next one to come along."""
    layout = build_run(make_project(DIVIDER), "s")
    leave_report(layout, Report(1, Outcome.completed({"vout": 0.5}), 1.0, "node"))
    with RunnerLock(layout):
        late = layout.path / ".status" / "case_1.json"
        assert late.exists()
    gather_idle(layout)
    assert not any_reports(layout)
