"""The runner's record of a run: written in a thread, the attempt log complete."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import anyio
import pytest

from simorc.config.project import Project
from simorc.durability import FileSystem
from simorc.launch.build import build_run
from simorc.maintenance.fsck import check_run
from simorc.rundir.attempts.attempt_log import Trace
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.writer import Store
from simorc.runner.run_record import RunRecord
from simorc.simulators.outcome import Outcome

DECK = "* d\nV1 in 0 1\nR1 in 0 {{ parameters.r }}\n.op\n.end\n"


class Paused:
    """The part of a scheduler that the record uses."""

    def __init__(self) -> None:
        self.reasons: set[str] = set()
        self.again: list[int] = []

    def pause(self, reason: str) -> None:
        self.reasons.add(reason)

    def resume(self, reason: str) -> None:
        self.reasons.discard(reason)

    def retry(self, case_ids: list[int]) -> int:
        self.again += case_ids
        return len(case_ids)


class Bed:
    def __init__(self, layout: RunLayout, store: Store, trace: Trace) -> None:
        self.layout, self.store, self.trace = layout, store, trace
        self.scheduler = Paused()
        self.written: list[int] = []
        self.record = RunRecord(layout, store, trace, self.scheduler, self._note)  # type: ignore[arg-type]

    def _note(self, finished: object) -> None:
        self.written += [done.case_id for done in finished]  # type: ignore[attr-defined]

    def finish(self, case_id: int) -> None:
        done = Outcome.completed({"x": case_id / 8})
        self.store.attempt_finished(Finished(case_id, 1, done, "done", True, 1000.0, "host"))

    def traced(self) -> list[tuple[int, dict[str, float]]]:
        lines = map(json.loads, self.layout.trace.read_text().splitlines())
        return [(line["case_id"], line["metrics"]) for line in lines]


@pytest.fixture
def bed(make_project: Callable[..., Project]) -> Iterator[Bed]:
    layout = build_run(make_project(DECK, sweep="parameters: {r: [1, 2, 3]}\n"), "s")
    with Store(layout, load_manifest(layout).plan) as store, closing(Trace(layout)) as trace:
        yield Bed(layout, store, trace)


async def test_a_sync_holds_up_nothing_else(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, released = threading.Event(), threading.Event()

    def wait(_: FileSystem) -> None:
        begun.set()
        assert released.wait(30)

    monkeypatch.setattr(FileSystem, "sync", wait)
    bed.finish(1)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(bed.record.write)
        while not begun.is_set():
            await anyio.sleep(0)
        bed.finish(2)  # the event loop runs while the disk is waited for
        assert (bed.written, bed.traced() if bed.layout.trace.exists() else []) == ([], [])
        released.set()
    assert bed.written == [1]
    assert await bed.record.write_everything()
    assert bed.written == [1, 2]
    assert bed.traced() == [(1, {"x": 0.125}), (2, {"x": 0.25})]


async def test_results_that_did_not_reach_the_disk_run_again(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: FileSystem) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    bed.finish(1)
    with monkeypatch.context() as patched:
        patched.setattr(FileSystem, "sync", fail)
        assert not await bed.record.write()
    assert (bed.scheduler.again, bed.scheduler.reasons) == ([1], {"cannot write the state of the run"})
    assert await bed.record.write_everything()
    assert (bed.written, bed.scheduler.reasons) == ([], set())


def test_attempts_that_are_in_the_store_alone_are_logged_with_their_values(bed: Bed) -> None:
    bed.finish(1)
    bed.store.flush()  # a runner that was killed before it wrote the attempt log
    bed.finish(2)
    bed.record.flush()
    assert bed.traced() == [(1, {"x": 0.125}), (2, {"x": 0.25})]
    assert not [each for each in check_run(bed.layout) if each.grave]


def test_attempts_that_a_full_disk_kept_out_of_the_log_come_with_the_next_ones(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Trace, "_write", fail)
        bed.finish(1)
        bed.record.flush()
        bed.finish(2)
        bed.record.flush()
    bed.record.complete_trace()
    assert bed.traced() == [(1, {"x": 0.125}), (2, {"x": 0.25})]
