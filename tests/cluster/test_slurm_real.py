"""Runs on a real Slurm of three nodes: nodes and coordinators die, walltimes pass, users cancel."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from simorc.waveforms.sections import same_data
from tests.waiting import until

from .filter_project import Lab, Simorc, hold_all_but_one, slow_down

pytestmark = [pytest.mark.slurm, pytest.mark.ngspice, pytest.mark.timeout(1200)]


def processes_of(mark: str, **variables: str) -> list[int]:
    """The processes whose command line or environment speaks of `mark`, and which have these variables."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                said = (entry / "cmdline").read_bytes() + b"\0" + (entry / "environ").read_bytes()
            except OSError:
                continue
            words = [f"{name}={value}".encode() for name, value in variables.items()]
            if mark.encode() in said and all(word in said.split(b"\0") for word in words):
                found.append(int(entry.name))
    return found


def attempts(root: Path, run: str) -> list[tuple[int, str, str]]:
    db = sqlite3.connect(root / "simulations" / run / "run.sqlite")
    try:
        return db.execute("SELECT case_id, status, place FROM attempts").fetchall()
    finally:
        db.close()


def test_a_node_and_the_coordinator_die(slurm: Lab, simorc_here: Simorc) -> None:
    root = simorc_here.root
    run = simorc_here("run", "many", "--executor", "slurm", "--warm", "off", "--detach")
    until(lambda: simorc_here.counts(run)["completed"] > 20)
    os.kill(simorc_here.runner_pid(run), signal.SIGKILL)
    os.kill(slurm.slurmd("n2"), signal.SIGKILL)
    for pid in processes_of(run, SLURMD_NODENAME="n2"):
        with suppress(ProcessLookupError):  # a simulator may just have ended
            os.kill(pid, signal.SIGKILL)
    before = simorc_here.counts(run)["completed"]
    assert 20 < before < 500

    simorc_here("run", run, "--executor", "slurm")
    assert simorc_here.counts(run) == {"pending": 0, "in_progress": 0, "completed": 500, "failed": 0}
    completed = [case for case, status, _ in attempts(root, run) if status == "completed"]
    assert sorted(completed) == list(range(1, 501))
    places = {place.split()[0] for _, status, place in attempts(root, run) if status == "completed"}
    assert places <= {"n1", "n2", "n3"} and len(places) > 1

    local = simorc_here("run", "many", "--detach")
    until(lambda: simorc_here.counts(local)["completed"] == 500)
    there, here = simorc_here.results(run), simorc_here.results(local)
    assert {case: row["measurements"] for case, row in there.items()} == {
        case: row["measurements"] for case, row in here.items()
    }
    for case in range(1, 501, 25):
        raws = [root / "simulations" / name / f"results/{case}/results.raw" for name in (run, local)]
        assert same_data(raws[0], raws[1])
    assert not list((root / "simulations" / run).glob(".chunk-*"))


def test_cancel_leaves_no_process_and_no_job(slurm: Lab, simorc_here: Simorc) -> None:
    hold = hold_all_but_one(simorc_here.root)
    run = simorc_here("run", "slow", "--executor", "slurm", "--warm", "off", "--jobs", "1", "--detach")
    until(lambda: simorc_here.counts(run)["completed"] > 0)
    simorc_here("cancel", run)
    until(lambda: not processes_of(run))
    until(lambda: not slurm.queue())
    counts = simorc_here.counts(run)
    assert counts["in_progress"] == counts["failed"] == 0 and counts["pending"] > 0

    # What was not finished is finished here.
    hold.unlink()
    simorc_here("run", run, "--executor", "local")
    assert simorc_here.counts(run)["completed"] == 16


def test_work_longer_than_the_walltime(slurm: Lab, simorc_here: Simorc) -> None:
    slow_down(simorc_here.root)
    setup = simorc_here.root / "sim_setup.yaml"
    setup.write_text(setup.read_text().replace("poll: 1", "poll: 0.5, walltime: 5, chunk: 16"))
    run = simorc_here("run", "slow", "--executor", "slurm", "--warm", "off", "--detach")
    until(lambda: simorc_here.counts(run)["completed"] == 16)
    job_arrays = list((simorc_here.root / "simulations" / run / ".cluster").glob("w*"))
    assert len(job_arrays) > 1
    completed = [case for case, status, _ in attempts(simorc_here.root, run) if status == "completed"]
    assert sorted(completed) == list(range(1, 17))
