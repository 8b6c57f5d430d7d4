"""One flipped bit in a run's store, attempt log or waveforms is found. `SIMORC_FLIPS=500` tests that many."""

from __future__ import annotations

import os
import random
import sqlite3
from pathlib import Path

import pytest

from simorc.errors import StoreError
from simorc.maintenance.archive import archive_run, restore_run
from simorc.maintenance.bit_rot import other_waveforms
from simorc.maintenance.fsck import check_run
from simorc.rundir import checksums
from simorc.rundir.attempts.attempt_log import Trace
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.reader import RunReader
from simorc.rundir.store.writer import Store
from simorc.simulators.outcome import Outcome
from simorc.waveforms.fingerprint import fingerprint
from simorc.waveforms.rawfile import RawFile

from .test_fsck import rows, run  # noqa: F401 -- a fixture

FLIPS = int(os.environ.get("SIMORC_FLIPS", "20"))


def flip(path: Path, whole: bytes, bit: int) -> None:
    """Write the file with one of its bits the other way round."""
    hurt = bytearray(whole)
    hurt[bit // 8] ^= 1 << bit % 8
    path.write_bytes(bytes(hurt))


def bits_of(whole: bytes, seed: int) -> list[int]:
    return random.Random(seed).sample(range(8 * len(whole)), FLIPS)


def test_no_flip_in_the_store_is_silent(run: RunLayout) -> None:  # noqa: F811
    whole = run.database.read_bytes()
    for bit in bits_of(whole, 1):
        flip(run.database, whole, bit)
        assert [each.where for each in check_run(run) if each.grave] == ["run.sqlite"], bit


def test_no_flip_in_the_attempt_log_is_silent(run: RunLayout) -> None:  # noqa: F811
    whole = run.trace.read_bytes()
    for bit in bits_of(whole, 2):
        flip(run.trace, whole, bit)
        assert "trace.jsonl" in [each.where for each in check_run(run) if each.grave], bit


def test_a_changed_store_is_made_anew_from_the_attempt_log(run: RunLayout) -> None:  # noqa: F811
    before = rows(run)
    db = sqlite3.connect(run.database)
    db.execute("UPDATE cases SET m_vout = 99 WHERE id = 3")
    db.commit()
    db.close()
    assert rows(run) != before
    assert not [each for each in check_run(run, repair=True) if each.open]
    assert rows(run) == before
    assert check_run(run) == []


def test_a_changed_attempt_log_is_written_anew_from_the_store(run: RunLayout) -> None:  # noqa: F811
    whole = run.trace.read_text()
    run.trace.write_text(whole.replace('"seconds": 0.25', '"seconds": 0.75', 1))
    assert not [each for each in check_run(run, repair=True) if each.open]
    assert run.trace.read_text() == whole
    assert check_run(run) == []


def test_two_changed_files_are_not_repaired_by_each_other(run: RunLayout) -> None:  # noqa: F811
    for path in (run.database, run.trace):
        flip(path, path.read_bytes(), 8 * (path.stat().st_size // 2))
    assert any(each.open and "restore the run" in each.message for each in check_run(run, repair=True))


def test_without_checksums_the_values_are_compared(run: RunLayout) -> None:  # noqa: F811
    db = sqlite3.connect(run.database)
    db.execute("UPDATE cases SET m_vout = 99 WHERE id = 3")
    db.commit()
    db.close()
    run.path.joinpath(checksums.NAME).unlink()
    (found,) = check_run(run)
    assert "case 3, attempt 1: vout is 99.0 and 0.375" in found.message
    assert found.grave


def test_an_archive_keeps_the_run_sound(run: RunLayout, tmp_path: Path) -> None:  # noqa: F811
    archive_run(run, tmp_path / "a.tar.gz")
    restored = restore_run(tmp_path / "a.tar.gz", tmp_path / "elsewhere")
    assert check_run(restored) == []
    assert checksums.is_intact(restored.database)


@pytest.fixture
def with_waveforms(run: RunLayout) -> RunLayout:  # noqa: F811
    """Cases 1 and 2 have real waveforms and their fingerprints; case 2 was compressed."""
    plan = load_manifest(run).plan
    with Store(run, plan) as store:
        for case_id in (1, 2):
            head = "Title: d\nPlotname: Transient Analysis\nFlags: real\nNo. Variables: 2\nNo. Points: 2\n"
            head += "Variables:\n\t0\ttime\ttime\n\t1\tv(out)\tvoltage\nBinary:\n"
            run.raw(case_id).write_bytes(head.encode() + bytes(range(32)))
            done = Outcome.completed({})._replace(fingerprint=fingerprint(RawFile.open(run.raw(case_id))))
            store.attempt_finished(Finished(case_id, 2, done, "done", True, 2000.0 + case_id, "host"))
        store.flush()
        trace = Trace(run)
        trace.append(store.attempts_after(trace.last_seq), {})
        trace.close()
    return run


def test_no_flip_in_the_data_of_a_raw_file_is_silent(with_waveforms: RunLayout) -> None:
    raw = with_waveforms.raw(1)
    whole = raw.read_bytes()
    assert other_waveforms(with_waveforms, 10) == []
    for bit in range(8 * (len(whole) - 32), 8 * len(whole), 5):
        flip(raw, whole, bit)
        assert other_waveforms(with_waveforms, 10) == [1]
    raw.write_bytes(whole[:-8])
    assert other_waveforms(with_waveforms, 10) == [1], "a truncated one"
    found = check_run(with_waveforms, waveforms=True)
    assert any("the waveforms of 1 case (1)" in each.message for each in found)


def test_the_waveforms_of_a_case_that_is_to_run_again_do_not_count(with_waveforms: RunLayout) -> None:
    with Store(with_waveforms, load_manifest(with_waveforms).plan) as store:
        store.back_to_pending([1])
        store.flush()
    with_waveforms.raw(1).write_bytes(b"")
    assert other_waveforms(with_waveforms, 10) == []


def test_a_reader_changes_no_checksum(run: RunLayout) -> None:  # noqa: F811
    before = run.path.joinpath(checksums.NAME).read_bytes()
    with RunReader(run) as view:
        assert view.counts()
    assert run.path.joinpath(checksums.NAME).read_bytes() == before
    assert checksums.is_intact(run.trace)


def test_a_viewer_that_is_open_when_the_writer_ends_does_not_hide_a_flip(run: RunLayout) -> None:  # noqa: F811
    with RunReader(run) as view, Store(run, load_manifest(run).plan) as store:
        assert view.counts()["completed"] == 6
        store.set_meta(note="x")
        store.flush()
    whole = run.database.read_bytes()
    assert checksums.is_intact(run.database)
    for bit in bits_of(whole, 3)[:5]:
        flip(run.database, whole, bit)
        assert "run.sqlite" in [each.where for each in check_run(run) if each.grave], bit


def test_no_flip_in_the_manifest_is_silent(run: RunLayout) -> None:  # noqa: F811
    whole = run.manifest.read_bytes()
    for bit in bits_of(whole, 4):
        flip(run.manifest, whole, bit)
        try:
            found = [each.where for each in check_run(run) if each.grave]
        except StoreError:
            continue  # it cannot be read, and that is said
        assert "manifest.json" in found, bit


def test_an_edited_copy_of_an_input_is_found(run: RunLayout) -> None:  # noqa: F811
    (template,) = run.inputs.glob("*.j2")
    template.write_text(template.read_text().replace("1k", "2k"))
    found = [each for each in check_run(run) if each.open]
    assert [each.where for each in found] == [f"inputs/{template.name}"]
    assert "copy of an input has changed" in found[0].message
