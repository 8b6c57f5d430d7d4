"""Runs that were damaged, and what is left of them after a repair."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.cli import main as cli
from simorc.config.project import Project
from simorc.errors import RunBusy, StoreError
from simorc.launch.build import build_run
from simorc.maintenance.fsck import check_run
from simorc.rundir import checksums
from simorc.rundir.attempts.attempt_log import Trace
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerLock
from simorc.rundir.manifest import load_manifest
from simorc.rundir.metadata_csv import write_metadata
from simorc.rundir.store import connection as database
from simorc.rundir.store import migrations
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.reader import RunReader
from simorc.rundir.store.writer import Store
from simorc.simulators.outcome import FailureKind, Outcome

DECK = """* d
V1 in 0 1
R1 in out {{ parameters.r }}
R2 out 0 1k
.tran 1n 9n
.meas tran vout find v(out) at=5n
.end
"""
TEN = "parameters: {r: {start: 1k, stop: 10k, num: 10}}\n"


@pytest.fixture
def run(make_project: Callable[..., Project]) -> RunLayout:
    """Ten cases: 1 to 6 completed, 7 failed after a retry, 8 cancelled, 9 and 10 never run."""
    layout = build_run(make_project(DECK, sweep=TEN), "s")
    plan = load_manifest(layout).plan
    with Store(layout, plan) as store:
        while store.fill(1000):
            pass
        for case_id in range(1, 7):
            layout.case_dir(case_id).mkdir()
            layout.raw(case_id).write_bytes(b"raw")
            done = Outcome.completed({"vout": case_id / 8}, seconds=0.25)
            store.attempt_finished(Finished(case_id, 1, done, "done", True, 1000.0 + case_id, "host"))
        crash = Outcome.failed(FailureKind.CRASHED, "it crashed, badly\nand twice")
        store.attempt_finished(Finished(7, 1, crash, "retry", False, 1010.0, "host"))
        store.attempt_finished(Finished(7, 2, crash, "give_up", True, 1011.0, "host", "gear"))
        store.attempt_finished(Finished(8, 1, Outcome.cancelled(), "cancelled", True, 1012.0, "host"))
        store.set_meta(state="cancelled")
        metrics = {(done.case_id, done.attempt): done.outcome.measurements for done in store.flush()}
        trace = Trace(layout)
        trace.append(store.attempts_after(0), metrics)
        trace.close()
        write_metadata(layout, plan, store.statuses.snapshot(), store.failure_messages())
    return layout


def rows(layout: RunLayout) -> list[tuple[object, ...]]:
    with RunReader(layout) as view:
        there = [column.name for column in view.columns()]
        names = ("id", "status", "kind", "message", "attempts", "rung", "p_r", "m_vout")
        return [
            tuple(row[name] if name in there or name[1] != "_" else None for name in names)
            for row in view.page(0, 100)
        ]


def wheres(layout: RunLayout, *, repair: bool = False) -> list[str]:
    return [finding.where for finding in check_run(layout, repair=repair)]


def test_a_sound_run_is_sound(run: RunLayout) -> None:
    assert check_run(run) == []
    assert check_run(run, repair=True) == []


@pytest.mark.parametrize("damage", ["missing", "empty", "garbage", "torn", "another"])
def test_a_lost_store_is_rebuilt(run: RunLayout, damage: str) -> None:
    before = rows(run)
    database_file = run.database
    for ending in ("-wal", "-shm"):
        database_file.with_name(database_file.name + ending).unlink(missing_ok=True)
    whole = database_file.read_bytes()
    if damage == "missing":
        database_file.unlink()
    elif damage == "another":
        database_file.unlink()
        database.create(database_file, {"total": "3"})
    else:
        database_file.write_bytes({"empty": b"", "garbage": b"\0" * 5000, "torn": whole[:9000]}[damage])
    assert any(finding.where == "run.sqlite" and finding.open for finding in check_run(run))
    repaired = check_run(run, repair=True)
    assert not any(finding.open for finding in repaired)
    assert rows(run) == before
    assert check_run(run) == []
    with RunReader(run) as view:
        assert view.counts() == {"pending": 3, "in_progress": 0, "completed": 6, "failed": 1}
        assert [row["action"] for row in view.attempts(7)] == ["retry", "give_up"]


def test_without_a_trace_metadata_csv_tells(run: RunLayout) -> None:
    before = rows(run)
    run.database.unlink()
    run.trace.unlink()
    check_run(run, repair=True)
    verdicts = [(row[0], row[1], row[3] if row[1] == "failed" else None) for row in rows(run)]
    assert verdicts == [(row[0], row[1], row[3]) for row in before]
    assert wheres(run) == []


def test_damaged_bytes_anywhere_never_crash_it(run: RunLayout) -> None:
    whole = run.database.read_bytes()
    chance = random.Random(6)
    for _ in range(25):
        hurt = bytearray(whole)
        for _ in range(40):
            hurt[chance.randrange(len(hurt))] = chance.randrange(256)
        for path in run.path.glob("run.sqlite*"):
            path.unlink()
        run.database.write_bytes(bytes(hurt[: chance.randrange(1, len(hurt) + 1)]))
        try:
            check_run(run, repair=True)
        except StoreError as error:
            assert "newer simorc" in error.message
            continue
        assert [row[:2] for row in rows(run)][:7] == [(n, "completed") for n in range(1, 7)] + [(7, "failed")]


def test_a_torn_or_wrong_trace_is_mended(run: RunLayout) -> None:
    sound = run.trace.read_text()
    run.trace.write_text("nonsense\n" + sound[: len(sound) // 2])
    assert wheres(run) == ["trace.jsonl"]
    check_run(run, repair=True)
    lines = [json.loads(line) for line in run.trace.read_text().splitlines()]
    assert [line["case_id"] for line in lines] == [1, 2, 3, 4, 5, 6, 7, 7, 8]
    assert lines[0]["metrics"] == {"vout": 0.125}
    assert wheres(run) == []


def test_what_lies_about_is_found_and_cleared(run: RunLayout) -> None:
    (run.results / "11").mkdir()
    (run.results / "elsewhere").symlink_to("/etc")
    (run.path / ".metadata.csv.99.tmp").write_text("half")
    (run.path / ".warm" / "0").mkdir(parents=True)
    run.runner_json.write_text(
        json.dumps({"host": "gone", "pid": 1, "started": 1, "started_ticks": 1, "heartbeat": 1})
    )
    run.status_file(3).write_text("{")
    run.metadata_csv.write_text("case_id\n")
    found = wheres(run)
    for where in ("results/11", "results/elsewhere", ".metadata.csv.99.tmp", ".warm", "runner.json"):
        assert where in found
    assert ".status/case_3.json" in found and "metadata.csv" in found
    assert not any(finding.open for finding in check_run(run, repair=True))
    assert check_run(run) == []
    assert (run.path / "orphans" / "elsewhere").is_symlink(), "a link is moved, not followed"
    assert Path("/etc/passwd").exists()


def test_missing_waveforms_are_told_and_no_verdict_is_taken_back(run: RunLayout) -> None:
    shutil.rmtree(run.case_dir(2))
    findings = check_run(run, repair=True)
    assert ["1 case (2)" in each.message for each in findings] == [True]
    assert rows(run)[1][1] == "completed"


def test_a_case_whose_runner_died_is_pending_again(run: RunLayout) -> None:
    db = sqlite3.connect(run.database)
    db.execute("UPDATE cases SET status='in_progress' WHERE id=9")
    db.commit()
    db.close()
    run.path.joinpath(checksums.NAME).unlink()  # a runner that died has left none
    assert "1 case (9)" in check_run(run)[0].message
    check_run(run, repair=True)
    assert rows(run)[8][1] == "pending"
    assert check_run(run) == []


def test_a_run_that_is_held_is_not_repaired(run: RunLayout) -> None:
    import subprocess
    import sys

    hold = (
        "import sys; from pathlib import Path; from simorc.rundir.lock import RunnerLock; "
        "from simorc.rundir.layout import RunLayout; lock = RunnerLock(RunLayout(Path(sys.argv[1]))); "
        "lock.acquire(); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(run.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(RunBusy):
            check_run(run, repair=True)
        assert [finding.lasting for finding in check_run(run)] == [True]
        process.kill()
    with RunnerLock(run):
        pass


@pytest.mark.ngspice
def test_result_directories_are_judged_again(
    make_project: Callable[..., Project], run_through: Callable[..., RunLayout]
) -> None:
    layout = run_through(make_project(DECK, sweep=TEN))
    before = [row[:2] + row[6:] for row in rows(layout)]
    for path in (layout.database, layout.trace, layout.metadata_csv):
        path.unlink()
    repaired = check_run(layout, repair=True)
    assert "10 evaluated again" in repaired[0].repaired
    assert [row[:2] + row[6:] for row in rows(layout)] == before


def test_the_command_says_what_a_repair_can_do_and_what_not(
    run: RunLayout, capfd: pytest.CaptureFixture[str]
) -> None:
    project = ["--project", str(run.root)]
    (run.inputs / str(load_manifest(run).template)).unlink()
    assert cli.run([*project, "fsck", run.name]) == 1
    first = capfd.readouterr().err
    assert "cannot repair: see" in first and "to repair:" not in first
    run.metadata_csv.unlink()
    assert cli.run([*project, "fsck", run.name]) == 1
    both = capfd.readouterr().err
    assert "1 to repair: simorc fsck --repair" in both and "1 that simorc fsck --repair cannot repair" in both
    assert cli.run([*project, "fsck", run.name, "--json"]) == 1
    findings = json.loads(capfd.readouterr().out)["findings"]
    assert sorted(finding["repairable"] for finding in findings) == [False, True]
    assert cli.run([*project, "fsck", run.name, "--repair"]) == 1
    assert "1 could not be repaired" in capfd.readouterr().err


def test_the_command(run: RunLayout, capfd: pytest.CaptureFixture[str]) -> None:
    run.database.unlink()
    project = ["--project", str(run.root)]
    assert cli.run([*project, "fsck", run.name]) == 1
    assert "simorc fsck --repair" in capfd.readouterr().err
    assert cli.run([*project, "fsck", run.name, "--repair", "--json"]) == 0
    findings = json.loads(capfd.readouterr().out)["findings"]
    assert [finding["open"] for finding in findings] == [False]
    assert cli.run([*project, "fsck", run.name]) == 0
    assert "no problems" in capfd.readouterr().err


# Versions of the store ----------------------------------------------------------------------------


def old_store(layout: RunLayout, version: int) -> None:
    """The store as a simorc of long ago would have left it."""
    db = sqlite3.connect(layout.database)
    db.execute("DROP TABLE IF EXISTS gathered")
    db.execute("ALTER TABLE columns DROP COLUMN scale")
    db.execute(f"PRAGMA user_version={version}")
    db.commit()
    db.close()


def test_a_store_of_version_1_is_brought_forward(run: RunLayout) -> None:
    before = rows(run)
    old_store(run, 1)
    assert rows(run) == before, "readers read it as it is"
    database.open_for_writing(run.database).close()
    db = sqlite3.connect(run.database)
    assert db.execute("PRAGMA user_version").fetchone()[0] == migrations.SCHEMA_VERSION
    db.execute("SELECT * FROM gathered").fetchall()
    db.close()
    assert rows(run) == before


def test_steps_are_taken_in_order_and_all_or_none(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "store", isolation_level=None)
    db.execute("PRAGMA user_version=3")

    def fails(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE c (x)")
        raise sqlite3.OperationalError("the disk is full")

    steps = {3: lambda db: db.execute("CREATE TABLE a (x)"), 4: lambda db: db.execute("ALTER TABLE a ADD y")}
    with pytest.raises(sqlite3.OperationalError):
        migrations.migrate(db, {**steps, 5: fails})
    assert migrations.version_of(db) == 3
    assert not db.execute("SELECT name FROM sqlite_master").fetchall()
    assert migrations.migrate(db, steps) == 3
    assert migrations.version_of(db) == 5
    db.execute("SELECT x, y FROM a").fetchall()
    assert migrations.migrate(db, steps) == 5, "nothing is done twice"
    db.close()


def test_a_newer_store_is_refused_and_left_alone(run: RunLayout, capfd: pytest.CaptureFixture[str]) -> None:
    old_store(run, migrations.SCHEMA_VERSION + 1)
    before = run.database.read_bytes()
    for repair in (False, True):
        with pytest.raises(StoreError, match="newer simorc"):
            check_run(run, repair=repair)
    assert cli.run(["--project", str(run.root), "results", run.name]) == 1
    assert "update simorc" in capfd.readouterr().err
    assert run.database.read_bytes() == before


def test_the_schema_of_a_new_store_is_that_of_a_migrated_one(tmp_path: Path) -> None:
    database.create(tmp_path / "new.sqlite", {})
    db = sqlite3.connect(tmp_path / "new.sqlite", isolation_level=None)
    new = set(db.execute("SELECT type, name FROM sqlite_master"))
    assert migrations.version_of(db) == migrations.SCHEMA_VERSION
    columns = list(db.execute("SELECT name, type, \"notnull\", dflt_value FROM pragma_table_info('columns')"))
    for table in ("gathered", "case_warnings", "warning_texts"):
        db.execute(f"DROP TABLE {table}")
    for table, column in (("cases", "fingerprint"), ("attempts", "fingerprint"), ("attempts", "warnings")):
        db.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO other_{column}")
    db.execute("ALTER TABLE columns DROP COLUMN scale")
    db.execute("PRAGMA user_version=1")
    migrations.migrate(db)
    assert set(db.execute("SELECT type, name FROM sqlite_master")) == new
    assert columns == list(
        db.execute("SELECT name, type, \"notnull\", dflt_value FROM pragma_table_info('columns')")
    )
    assert "fingerprint" in {row[1] for row in db.execute("PRAGMA table_info(cases)")}
    assert {"warnings", "fingerprint"} < {row[1] for row in db.execute("PRAGMA table_info(attempts)")}
    db.close()
