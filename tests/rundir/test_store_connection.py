"""What of SQLite's troubles is worth waiting for."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from simorc import files as filesystem
from simorc.rundir.store.connection import (
    close_for_writing,
    create,
    journal_mode,
    may_pass,
    open_for_reading,
    open_for_writing,
)


def test_a_full_store_may_be_written_later(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "small.sqlite")
    db.execute("CREATE TABLE cases (text)")
    db.execute("PRAGMA max_page_count = 4")
    with pytest.raises(sqlite3.OperationalError) as caught:
        for _ in range(100):
            db.execute("INSERT INTO cases VALUES (?)", ("x" * 4000,))
    assert may_pass(caught.value)
    db.close()


def test_a_store_somebody_else_writes_may_be_written_later(tmp_path: Path) -> None:
    first, second = (sqlite3.connect(tmp_path / "busy.sqlite", timeout=0) for _ in range(2))
    first.execute("CREATE TABLE cases (text)")
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as caught:
        second.execute("BEGIN IMMEDIATE")
    assert may_pass(caught.value)
    first.close()
    second.close()


def test_a_reader_undoes_a_transaction_that_was_interrupted(tmp_path: Path) -> None:
    path, after_a_power_loss = tmp_path / "run.sqlite", tmp_path / "after"
    create(path, {"total": "1"})
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=DELETE")
    db.execute("PRAGMA cache_size=1")  # changes reach the file before the transaction is over
    db.execute("BEGIN")
    db.executemany("INSERT INTO events (time, kind, message) VALUES (1, 'x', ?)", [("y" * 500,)] * 500)
    db.execute("UPDATE meta SET value='2'")
    assert path.with_name("run.sqlite-journal").exists()
    shutil.copytree(tmp_path, after_a_power_loss)
    db.close()
    reader = open_for_reading(after_a_power_loss / "run.sqlite")
    assert reader.execute("SELECT value FROM meta WHERE key='total'").fetchone()[0] == "1"
    assert reader.execute("SELECT count(*) FROM events").fetchone()[0] == 0
    reader.close()


def test_a_mistake_stays_one(tmp_path: Path) -> None:
    db = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError) as caught:
        db.execute("INSERT INTO no_such_table VALUES (1)")
    assert not may_pass(caught.value)
    db.close()
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(b"no database, but long enough to be looked at" * 100)
    db = sqlite3.connect(damaged)
    with pytest.raises(sqlite3.DatabaseError) as found:
        db.execute("SELECT * FROM cases")
    assert not may_pass(found.value)
    db.close()


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *((kind, "WAL") for kind in ("ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay")),
        *((kind, "DELETE") for kind in ("nfs", "nfs4", "cifs", "lustre", "fuse.sshfs", "fuse", "9p")),
        *((kind, "DELETE") for kind in ("virtiofs", "panfs", "wekafs", "fuse.gvfsd-fuse", "newfs2030", "")),
    ],
)
def test_a_write_ahead_log_only_where_the_file_system_is_known_to_be_local(
    kind: str, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesystem, "file_system_of", lambda path: kind)
    store = tmp_path / "run.sqlite"
    create(store, {"total": "1"})
    assert journal_mode(store) == mode
    writer = open_for_writing(store)
    assert writer.execute("PRAGMA journal_mode").fetchone()[0].upper() == mode
    close_for_writing(writer)


def test_a_writer_that_ends_leaves_everything_in_the_main_file(tmp_path: Path) -> None:
    store = tmp_path / "run.sqlite"
    create(store, {"total": "1"})
    reader = open_for_reading(store)  # a viewer that stays open
    writer = open_for_writing(store)
    writer.execute("INSERT INTO meta VALUES ('state', 'finished')")
    reader.execute("SELECT count(*) FROM meta").fetchone()
    close_for_writing(writer)
    alone = tmp_path / "alone.sqlite"
    alone.write_bytes(store.read_bytes())
    assert dict(open_for_reading(alone).execute("SELECT * FROM meta"))["state"] == "finished"
    reader.close()


def test_without_a_viewer_the_journal_is_closed_as_well(tmp_path: Path) -> None:
    store = tmp_path / "run.sqlite"
    create(store, {"total": "1"})
    close_for_writing(open_for_writing(store))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checksums.json", "run.sqlite"]


def test_a_group_that_may_write_a_run_may_write_its_store(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    before = os.umask(0o002)
    try:
        create(path, {"total": "1"})
        db = open_for_writing(path)
        modes = {
            file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir() if "sqlite" in file.name
        }
        db.close()
    finally:
        os.umask(before)
    assert set(modes) >= {"run.sqlite"}
    assert set(modes.values()) == {0o664}


def test_a_store_that_may_only_be_read_is_refused_before_a_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.sqlite"
    create(path, {"total": "1"})
    monkeypatch.setattr(os, "access", lambda file, mode: file != path or mode != os.W_OK)
    with pytest.raises(PermissionError) as caught:
        open_for_writing(path)
    assert caught.value.filename == str(path)
