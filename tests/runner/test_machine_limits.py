"""Memory, waveforms, disk: what a case and a run may take, provoked for real."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.launch.build import build_run
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import runner_alive
from simorc.rundir.store.reader import RunReader
from tests.waiting import until

pytestmark = pytest.mark.ngspice

LARGE = """* many points
.param r={{ parameters.r }}
V1 in 0 sin(0 1 1meg)
R1 in out {r}
C1 out 0 1n
.tran 1n 1m
.end
"""
LADDER = "".join(f"R{n}a out x{n} 1k\nR{n}b x{n} 0 1k\n" for n in range(2, 42))
SMALL = "* small\n.param r={{ parameters.r }}\nV1 in 0 1\nR1 in 0 {r}\n.op\n.end\n"
MANY = "parameters: {r: {start: 1, stop: 30, num: 30}}\n"


def verdict(layout: RunLayout, case_id: int = 1) -> tuple[str, str | None, str]:
    with RunReader(layout) as view:
        row = view.case(case_id)
    assert row is not None
    return row["status"], row["kind"], row["message"] or ""


@pytest.mark.parametrize("warm", ["off", "auto"])
def test_memory_limit(
    make_project: Callable[..., Project], run_through: Callable[..., RunLayout], warm: str
) -> None:
    limits = f"memory_limit: 60MB, retries: 0, warm: '{warm}'"
    layout = run_through(make_project(LARGE.replace(".tran", f"{LADDER}.tran"), execution=limits))
    status, kind, message = verdict(layout)
    assert (status, kind) == ("failed", "out_of_memory"), message


@pytest.mark.parametrize("warm", ["off", "auto"])
def test_raw_limit(
    make_project: Callable[..., Project], run_through: Callable[..., RunLayout], warm: str
) -> None:
    sweep = "parameters: {r: [1k, 2k, 3k, 4k, 5k, 6k, 7k, 8k, 9k, 10k]}\n"
    deck = LARGE.replace("1n 1m", "1n 100u")
    layout = run_through(make_project(deck, execution=f"raw_limit: 1MB, warm: '{warm}'", sweep=sweep))
    for case_id in range(1, 11):
        status, kind, message = verdict(layout, case_id)
        assert (status, kind) == ("failed", "raw_limit"), message
        raw = layout.raw(case_id)
        assert not raw.exists() or raw.stat().st_size <= 1_100_000


def test_niceness_is_added(
    make_project: Callable[..., Project], run_through: Callable[..., RunLayout], tmp_path: Path
) -> None:
    sleeper = tmp_path / "sleeper"
    sleeper.write_text('#!/bin/sh\n[ "$1" = --version ] && exit 0\nsleep 0.3\nps -o ni= -p $$ > nice\n')
    sleeper.chmod(0o755)
    project = make_project(SMALL, execution="nice: 7, warm: 'off'")
    setup = project.root / "sim_setup.yaml"
    setup.write_text(setup.read_text() + f"simulator: {{executable: {sleeper}}}\n")
    layout = run_through(Project.load(project.root))
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert int((layout.case_dir(1) / "nice").read_text()) == min(19, own + 7)


# The disk -----------------------------------------------------------------------------------------


def state(layout: RunLayout) -> tuple[str, str]:
    with RunReader(layout) as view:
        meta = view.meta()
    return meta["state"], meta.get("pause_reason", "")


def pauses_and_goes_on(layout: RunLayout, free: Callable[[], object]) -> None:
    until(lambda: state(layout)[0] == "paused")
    assert "free disk space" in state(layout)[1]
    with RunReader(layout) as view:
        before = view.counts()["completed"]
    assert before < 30
    free()
    until(lambda: not runner_alive(layout))
    with RunReader(layout) as view:
        assert view.counts()["completed"] == 30
        kinds = [event["kind"] for event in view.events_since(0)]
    assert kinds.index("paused") < kinds.index("resumed") < kinds.index("finished")


STUB = """
import os
_real = os.statvfs
def statvfs(path):
    free = int(open({path!r}).read())
    told = list(_real(path))
    told[4] = free // told[1]
    return os.statvfs_result(told)
os.statvfs = statvfs
"""


@pytest.mark.e2e
def test_the_disk_floor_pauses_and_resumes(
    make_project: Callable[..., Project],
    start: Callable[..., RunLayout],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The runner, a process of its own, is told another number by its operating system."""
    reported = tmp_path / "free"
    reported.write_text("1000000")
    (tmp_path / "stub").mkdir()
    (tmp_path / "stub" / "sitecustomize.py").write_text(STUB.format(path=str(reported)))
    monkeypatch.syspath_prepend(str(tmp_path / "stub"))
    project = make_project(SMALL, execution="disk_floor: 100MB, warm: 'off'", sweep=MANY)
    layout = start(build_run(project, "s"))
    pauses_and_goes_on(layout, lambda: reported.write_text("1000000000"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "simorc-test", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small file system can only be mounted by root")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_disk_that_runs_full(
    small_disk: Path, make_project: Callable[..., Project], start: Callable[..., RunLayout]
) -> None:
    project = make_project(SMALL, execution="disk_floor: 8MB, warm: 'off'", sweep=MANY, root=small_disk)
    layout = build_run(project, "s")
    filler = small_disk / "filler"
    filler.write_bytes(b"\0" * (18 << 20))
    start(layout)
    pauses_and_goes_on(layout, filler.unlink)
