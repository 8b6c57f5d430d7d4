"""Power losses of a recorded disk; `scripts/powerloss` has hundreds of them, and more commands."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from simorc.maintenance.archive import archive_run
from tests.made_runs import write_run
from tests.powerloss.cuts import SECTOR, disks_after_cuts, reached
from tests.powerloss.history import History
from tests.powerloss.inspection import problems_of
from tests.powerloss.recorded_disk import RECORD, Write
from tests.powerloss.trial import Trial
from tests.powerloss.work import Work

DISKS = os.geteuid() == 0 and Path("/dev/fuse").exists() and Path("/dev/loop-control").exists()


class OneSweep(Work):
    """Only the shortest run."""

    def do_everything(self) -> None:
        with self._history.watching(self.root):
            self._run_cold()


@pytest.mark.skipif(not DISKS, reason="needs root, /dev/fuse and loop devices")
def test_what_was_reported_survives_a_power_loss(tmp_path: Path) -> None:
    trial = Trial(tmp_path)
    trial.record(OneSweep)
    assert len(max(trial.history.reports, key=lambda each: each.moment).cases) == 6
    assert trial.flushes
    choice = random.Random(1)
    assert [look for look in trial.cuts(6, choice, resume_every=6) if look.problems] == []


def record(directory: Path, writes: list[Write]) -> None:
    (directory / "records").write_bytes(b"".join(RECORD.pack(each.offset, len(each.data)) for each in writes))
    (directory / "data").write_bytes(b"".join(each.data for each in writes))


def test_what_is_before_the_last_flush_is_always_there(tmp_path: Path) -> None:
    synced, later, flush = Write(0, b"a" * SECTOR), Write(SECTOR, b"b" * SECTOR), Write(0, b"")
    record(tmp_path, [synced, flush, later, later])
    seen = set()
    for seed in range(40):
        for moment, _, disk in disks_after_cuts(tmp_path, 4 * SECTOR, [1, 2, 4], random.Random(seed)):
            content = disk.read_bytes()
            seen.add((moment, content[:1], content[SECTOR : SECTOR + 1]))
    assert {each for each in seen if each[0] == 1} == {(1, b"a", b"\0"), (1, b"\0", b"\0")}
    assert {each for each in seen if each[0] == 2} == {(2, b"a", b"\0")}
    assert {each for each in seen if each[0] == 4} == {(4, b"a", b"\0"), (4, b"a", b"b")}


def test_a_torn_write_ends_at_a_sector() -> None:
    write = Write(0, bytes(range(256)) * 8)
    parts = {
        len(each.data) for seed in range(50) for each in reached([write], "some, torn", random.Random(seed))
    }
    assert parts == {SECTOR, 2 * SECTOR, 3 * SECTOR, 4 * SECTOR}


def test_an_inspection_finds_what_is_missing_and_what_is_not_whole(tmp_path: Path) -> None:
    history = History(lambda: 7)
    layout = write_run(tmp_path, [("completed", {"r": 1}, {"x": 1.0})])
    config = tmp_path / "config.yaml"
    config.write_text("a: 1\n")
    archive_run(layout, tmp_path / "a.tar.gz")
    history.promise(tmp_path, config)
    history.look(tmp_path)
    config.write_text("a:")
    archive = (tmp_path / "a.tar.gz").read_bytes()
    (tmp_path / "a.tar.gz").write_bytes(archive[:-5])
    found = "\n".join(problems_of(tmp_path, history, 7, tmp_path, resume=False))
    assert "config.yaml: has a content that it never had" in found
    assert "a.tar.gz: is damaged" in found or "a.tar.gz: cannot unpack" in found
    assert "results.raw" in found, "the completed case has no waveforms"
    config.unlink()
    assert "config.yaml: was reported as written and is missing" in "\n".join(
        problems_of(tmp_path, history, 7, tmp_path, resume=False)
    )
    assert "is missing" not in "\n".join(problems_of(tmp_path, history, 6, tmp_path, resume=False))
