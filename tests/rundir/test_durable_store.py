"""What the store reports is on the disk: files first, then the rows that rest on them."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc import files as small_files
from simorc.config.project import Project
from simorc.durability import FileSystem, append_durably
from simorc.launch.build import build_run
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.writer import NotSynced, Store
from simorc.simulators.outcome import FailureKind, Outcome

DECK = "* d\nV1 in 0 1\nR1 in 0 {{ parameters.r }}\n.op\n.end\n"


@pytest.fixture
def layout(make_project: Callable[..., Project]) -> RunLayout:
    return build_run(make_project(DECK, sweep="parameters: {r: [1, 2, 3]}\n"), "s")


def stored(layout: RunLayout) -> list[str]:
    """The statuses of the cases as another program reads them."""
    db = sqlite3.connect(layout.database)
    try:
        return [row[0] for row in db.execute("SELECT status FROM cases ORDER BY id")]
    finally:
        db.close()


def completed(case_id: int, attempt: int = 1) -> Finished:
    return Finished(case_id, attempt, Outcome.completed({"x": 1.0}), "done", True, 1000.0, "host")


@pytest.fixture
def syncs(layout: RunLayout, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the file says about the cases whenever the file system is synced."""
    seen: list[list[str]] = []
    monkeypatch.setattr(FileSystem, "sync", lambda _: seen.append(stored(layout)))
    return seen


def test_files_are_synced_before_their_case_is_reported(layout: RunLayout, syncs: list[list[str]]) -> None:
    with Store(layout, load_manifest(layout).plan) as store:
        store.attempt_finished(completed(1))
        store.attempt_finished(completed(2))
        store.flush()
        assert syncs == [["pending"] * 3], "once for all cases of a batch"
        assert stored(layout) == ["completed", "completed", "pending"]
        store.event("note", "nothing finished")
        store.flush()
        assert len(syncs) == 1


def test_a_run_that_is_not_durable_never_syncs(layout: RunLayout, syncs: list[list[str]]) -> None:
    with Store(layout, load_manifest(layout).plan, durable=False) as store:
        store.attempt_finished(completed(1))
        store.flush()
    assert syncs == []
    assert stored(layout)[0] == "completed"


@pytest.mark.parametrize(
    ("durable", "finished", "level"), [(True, True, 3), (True, False, 1), (False, True, 1)]
)
def test_results_are_synced_with_the_transaction(
    layout: RunLayout, monkeypatch: pytest.MonkeyPatch, *, durable: bool, finished: bool, level: int
) -> None:
    from simorc.rundir.store.batch import BatchRows

    levels = []
    begin = BatchRows.begin

    def noted(rows: BatchRows) -> None:
        levels.append(rows._db.execute("PRAGMA synchronous").fetchone()[0])
        begin(rows)

    monkeypatch.setattr(BatchRows, "begin", noted)
    with Store(layout, load_manifest(layout).plan, durable=durable) as store:
        store.event("note", "x")
        if finished:
            store.attempt_finished(completed(1))
        store.flush()
    assert levels == [level], "3 is EXTRA, 1 is NORMAL"


def test_results_that_do_not_reach_the_disk_do_not_count(
    layout: RunLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: FileSystem) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with Store(layout, load_manifest(layout).plan) as store:
        crash = Outcome.failed(FailureKind.CRASHED, "it crashed")
        store.case_started(1, 1)
        store.attempt_finished(completed(1))
        store.attempt_finished(Finished(2, 1, crash, "retry", False, 1000.0, "host"))
        with monkeypatch.context() as patched:
            patched.setattr(FileSystem, "sync", fail)
            with pytest.raises(NotSynced, match="files of 2 cases on the disk: Input/output error"):
                store.flush()
            assert stored(layout) == ["pending"] * 3
        assert store.withdraw_unsynced() == [1]
        assert [(done.case_id, done.final) for done in store.flush()] == [(2, False)]
        assert stored(layout) == ["pending", "in_progress", "pending"]
        assert store.attempts_of(1) == 0
        store.attempt_finished(completed(1))
        store.flush()
        assert (store.attempts_of(1), stored(layout)[0]) == (1, "completed")


def test_a_verdict_is_withdrawn_before_the_case_runs_again(layout: RunLayout) -> None:
    with Store(layout, load_manifest(layout).plan) as store:
        store.attempt_finished(completed(1))
        store.attempt_finished(completed(2))
        store.back_to_pending([1])
        assert stored(layout) == ["pending", "completed", "pending"]
        assert [done.case_id for done in store.flush()] == [1, 2], "written, and not yet collected"


def test_what_happens_while_a_batch_is_written_is_of_the_next_one(layout: RunLayout) -> None:
    with Store(layout, load_manifest(layout).plan) as store:
        store.attempt_finished(completed(1))
        store.take()
        store.attempt_finished(completed(2))
        store.take()
        assert [done.case_id for done in store.unwritten()] == [1, 2]
        store.write()
        assert stored(layout) == ["completed", "pending", "pending"]
        db = sqlite3.connect(layout.database)
        assert dict(db.execute("SELECT status, n FROM counts"))["completed"] == 1, "counts agree with rows"
        db.close()
        assert [done.case_id for done in store.flush()] == [1, 2]
        assert not store.dirty


# Small files ----------------------------------------------------------------------------------------------


def test_a_file_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, order = tmp_path / "manifest.json", list[str]()

    def noted(descriptor: int) -> None:
        path = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        order.append(f"{'directory' if path == str(tmp_path) else 'file'}, named: {target.exists()}")

    monkeypatch.setattr(os, "fsync", noted)
    small_files.write_json(target, {"a": 1})
    assert order == ["file, named: False", "directory, named: True"]
    small_files.write_json(tmp_path / "heartbeat", {}, durable=False)
    assert len(order) == 2


def test_a_line_that_does_not_reach_the_disk_is_not_appended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trace.jsonl"
    append_durably(path, "one\n")

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        append_durably(path, "two\n")
    assert path.read_text() == "one\n"
