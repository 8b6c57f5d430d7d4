"""A repair never makes less of what is known: the richer record wins, and what is replaced is kept."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.config.definitions import measurements_of_json, specs_of_json
from simorc.config.project import Project
from simorc.launch.build import build_run
from simorc.maintenance.fsck import check_run
from simorc.maintenance.remeasure import remeasure
from simorc.results.frame import load_frame
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerLock
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.reader import RunReader
from simorc.rundir.store.writer import Store
from simorc.simulators.outcome import Outcome
from tests.rundir.attempts.test_gather import everything

from .test_fsck import DECK, TEN, rows, run  # noqa: F401 -- a fixture


def journal(layout: RunLayout, ending: str) -> Path:
    return layout.database.with_name(layout.database.name + ending)


def as_built(layout: RunLayout) -> None:
    """The store as it is without its write-ahead log: what was built and nothing of what was run."""
    db = sqlite3.connect(layout.database)
    db.execute("PRAGMA journal_mode=DELETE")
    for table in ("attempts", "accepted", "changes", "events"):
        db.execute(f"DELETE FROM {table}")
    db.execute(
        "UPDATE cases SET status='pending', kind=NULL, message=NULL, attempts=0, m_vout=NULL, rung=NULL"
    )
    db.execute("UPDATE counts SET n = CASE status WHEN 'pending' THEN 10 ELSE 0 END")
    db.execute("UPDATE meta SET value='pending' WHERE key='state'")
    db.commit()
    db.close()


def repaired(layout: RunLayout) -> list[str]:
    """Where something was found; everything is repaired afterwards."""
    found = check_run(layout, repair=True)
    assert not any(finding.open for finding in found)
    assert check_run(layout) == []
    return [finding.where for finding in found]


def test_a_store_that_lost_its_write_ahead_log_is_made_of_the_trace(run: RunLayout) -> None:  # noqa: F811
    before, trace, table = rows(run), run.trace.read_bytes(), run.metadata_csv.read_bytes()
    as_built(run)
    poor = run.database.read_bytes()
    assert "has lost 9 attempts that trace.jsonl has" in check_run(run)[0].message
    assert repaired(run)[0] == "run.sqlite"
    assert rows(run) == before
    assert run.metadata_csv.read_bytes() == table
    kept = [json.loads(line) for line in trace.splitlines()]
    assert [json.loads(line) for line in run.trace.read_bytes().splitlines()] == kept
    assert run.database.with_name("run.sqlite.old").read_bytes() == poor, "what is replaced is kept"


def test_an_older_copy_of_the_store_gives_way(run: RunLayout) -> None:  # noqa: F811
    older = run.path / "older.sqlite"
    shutil.copyfile(run.database, older)
    plan = load_manifest(run).plan
    run.case_dir(9).mkdir()
    run.raw(9).write_bytes(b"raw")
    with Store(run, plan) as store:
        done = Outcome.completed({"vout": 0.9}, seconds=0.5)
        store.attempt_finished(Finished(9, 1, done, "done", True, 2000.0, "host"))
        store.event("finished", "told")
        store.flush()
    repaired(run)  # trace and metadata.csv follow
    before = rows(run)
    older.replace(run.database)
    repaired(run)
    assert rows(run) == before


def test_what_only_the_store_knows_is_not_lost_either(run: RunLayout) -> None:  # noqa: F811
    """The trace lost its beginning, the store its end: together they know everything."""
    before = rows(run)
    lines = run.trace.read_text().splitlines(keepends=True)
    run.trace.write_text("".join(lines[3:]))
    db = sqlite3.connect(run.database)
    db.execute("DELETE FROM attempts WHERE seq > 5")
    db.execute("UPDATE cases SET status='pending', kind=NULL, message=NULL, attempts=0 WHERE id > 5")
    db.execute("UPDATE cases SET m_vout=NULL, rung=NULL WHERE id > 5")
    db.execute("INSERT INTO events (time, kind, message) VALUES (1.0, 'warning', 'only here')")
    db.execute("INSERT INTO gathered VALUES ('w0001/1.1', 77)")
    db.commit()
    db.close()
    repaired(run)
    assert rows(run) == before
    assert [json.loads(line)["case_id"] for line in run.trace.read_text().splitlines()] == [
        *(1, 2, 3, 4, 5, 6, 7, 7, 8)
    ]
    assert json.loads(run.trace.read_text().splitlines()[0])["metrics"] == {"vout": 0.125}
    with RunReader(run) as view:
        assert "only here" in [row["message"] for row in view.events_since(0)]
    db = sqlite3.connect(run.database)
    assert db.execute("SELECT * FROM gathered").fetchall() == [("w0001/1.1", 77)]
    db.close()


@pytest.mark.parametrize("text", [b"", b'{"stage": "simulate", "seq": 1, "ca'])
def test_an_empty_or_torn_trace_is_made_of_the_store_with_its_values(
    run: RunLayout,  # noqa: F811
    text: bytes,
) -> None:
    before = rows(run)
    run.trace.write_bytes(text)
    assert "trace.jsonl" in repaired(run)
    assert rows(run) == before
    lines = [json.loads(line) for line in run.trace.read_text().splitlines()]
    assert [line["metrics"] for line in lines[:6]] == [{"vout": number / 8} for number in range(1, 7)]


def test_metadata_csv_tells_what_neither_store_nor_trace_knows(run: RunLayout) -> None:  # noqa: F811
    table = run.metadata_csv.read_bytes()
    as_built(run)
    run.trace.write_bytes(b"")
    assert "metadata.csv has" in check_run(run)[0].message
    repaired(run)
    assert run.metadata_csv.read_bytes() == table
    with RunReader(run) as view:
        assert view.counts()["completed"] == 6 and view.counts()["failed"] == 1


def test_the_store_of_another_run_is_not_believed(
    run: RunLayout,  # noqa: F811
    make_project: Callable[..., Project],
) -> None:
    before = rows(run)
    other = build_run(make_project(DECK, sweep=TEN, name="other"), "s")
    plan = load_manifest(other).plan
    db = sqlite3.connect(other.database)
    db.execute("UPDATE meta SET value='s_20200101000000' WHERE key='run'")
    db.commit()
    db.close()
    with Store(other, plan) as store:
        wrong = Outcome.completed({"vout": 7.0})
        store.attempt_finished(Finished(10, 1, wrong, "done", True, 3000.0, "elsewhere"))
        store.flush()
    shutil.copyfile(other.database, run.database)
    assert "another run, s_20200101000000" in check_run(run)[0].message
    repaired(run)
    assert rows(run) == before


def test_nothing_that_was_kept_before_is_replaced(run: RunLayout) -> None:  # noqa: F811
    for _ in range(3):
        run.trace.write_bytes(b"")
        run.metadata_csv.write_text("case_id\n")
        repaired(run)
    kept = sorted(path.name for path in run.path.glob("*.old*"))
    assert [name for name in kept if name.startswith("trace")] == [
        *("trace.jsonl.old", "trace.jsonl.old.2", "trace.jsonl.old.3")
    ]
    assert len([name for name in kept if name.startswith("metadata")]) == 3


def test_a_retried_case_is_no_lost_verdict(run: RunLayout) -> None:  # noqa: F811
    """metadata.csv is up to a second late: what it lists of a case that is to run again is old."""
    plan = load_manifest(run).plan
    with Store(run, plan) as store:
        store.back_to_pending([3])
        store.flush()
    assert [finding.where for finding in check_run(run)] == ["metadata.csv"]
    repaired(run)
    assert rows(run)[2][1] == "pending"


def test_checking_writes_nothing_and_takes_no_lock(run: RunLayout) -> None:  # noqa: F811
    run.runner_lock.unlink(missing_ok=True)
    run.trace.write_bytes(b"")
    before = everything(run)
    assert check_run(run)
    assert everything(run) == before


def test_a_sound_run_in_a_directory_that_cannot_be_written_is_sound(
    run: RunLayout,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reachable = os.access

    def access(path: Path, mode: int) -> bool:
        inside = str(path).startswith(str(run.path))
        return False if inside and mode == os.W_OK else reachable(path, mode)

    monkeypatch.setattr(os, "access", access)
    monkeypatch.setattr(RunnerLock, "acquire", lambda self: pytest.fail("a reader took the lock"))
    assert check_run(run) == []


@pytest.mark.ngspice
def test_a_lost_store_is_rebuilt_as_it_was_measured_last(
    make_project: Callable[..., Project], run_through: Callable[..., RunLayout]
) -> None:
    layout = run_through(make_project(DECK, sweep=TEN))
    old = load_manifest(layout).measurements
    new = {**old, **measurements_of_json({"twice": {"expr": "2*max(v(out))", "unit": "V"}})}
    remeasure(layout, new, specs_of_json({"twice": {"max": 1.0}}), project_root=layout.root)
    before, manifest = load_frame(layout), load_manifest(layout)
    for _ in range(2):
        layout.database.unlink()
        assert "measured again as the attempt log records" in check_run(layout, repair=True)[0].repaired
        after, defined = load_frame(layout), load_manifest(layout)
        assert after.values("twice")[0] == pytest.approx(1.0)
        assert after.values("twice").tolist() == before.values("twice").tolist()
        assert after.units == before.units
        assert (defined.measurements, defined.specs) == (manifest.measurements, manifest.specs)
        assert check_run(layout) == []
