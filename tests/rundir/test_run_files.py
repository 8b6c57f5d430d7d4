"""The small files of a run: requests, status files, the trace, the lock."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simorc.errors import RunBusy, RunNotFound, UsageError
from simorc.files import write_whole
from simorc.processes import file_system_of
from simorc.rundir import requests
from simorc.rundir.attempts import status_files
from simorc.rundir.attempts.attempt_log import Trace
from simorc.rundir.layout import RunLayout, find_run, find_runs
from simorc.rundir.lock import RunnerLock, runner_alive, runner_info
from simorc.simulators.outcome import FailureKind, Outcome


@pytest.fixture
def layout(tmp_path: Path) -> RunLayout:
    run = RunLayout(tmp_path / "simulations" / "pvt_20260101120000")
    run.path.mkdir(parents=True)
    run.manifest.write_text("{}")
    return run


def make_run(root: Path, name: str) -> RunLayout:
    run = RunLayout(root / "simulations" / name)
    run.path.mkdir(parents=True)
    run.manifest.write_text("{}")
    return run


def test_runs_are_found_newest_first_and_by_every_name(tmp_path: Path) -> None:
    old = make_run(tmp_path, "pvt_20260101120000")
    new = make_run(tmp_path, "pvt_20260102120000")
    other = make_run(tmp_path, "mc_20260101130000")
    (tmp_path / "simulations" / ".half.building").mkdir()
    (new.path / "part").mkdir(exist_ok=True)
    half = new.path.with_name(f".{new.name}.building")
    shutil.copytree(new.path, half)  # a run that is being built, or was when the machine failed
    assert [run.name for run in find_runs(tmp_path)] == [new.name, other.name, old.name]
    assert find_run(tmp_path, "last") == new
    assert find_run(tmp_path, "pvt") == new
    assert find_run(tmp_path, "mc_2026") == other
    assert find_run(tmp_path, old.name) == old
    assert find_run(tmp_path, str(old.path)).path == old.path


def test_an_unknown_run_names_the_near_ones(tmp_path: Path) -> None:
    make_run(tmp_path, "pvt_20260101120000")
    with pytest.raises(RunNotFound) as caught:
        find_run(tmp_path, "pvv")
    assert "pvt" in str(caught.value.remedy)


def test_requests_come_back_in_order_and_only_once(layout: RunLayout) -> None:
    requests.request(layout, "pause")
    requests.request(layout, "cancel", cases=[3, 4])
    found = requests.collect(layout)
    assert [(asked.kind, asked.cases) for asked in found] == [("pause", []), ("cancel", [3, 4])]
    assert requests.collect(layout) == []


def test_a_torn_request_is_removed_and_reported(layout: RunLayout) -> None:
    layout.requests.mkdir()
    (layout.requests / "00-torn.json").write_text('{"kind": "pau')
    assert [asked.kind for asked in requests.collect(layout)] == ["unreadable"]
    assert requests.collect(layout) == []


def test_an_unknown_request_is_refused(layout: RunLayout) -> None:
    with pytest.raises(UsageError):
        requests.request(layout, "explode")


def test_a_report_survives_its_file(layout: RunLayout) -> None:
    outcome = Outcome.failed(FailureKind.TIMEOUT, "no end within 5 s", measurements={"gain": 1.5})
    status_files.leave_report(layout, status_files.Report(2, outcome, 10.0, "here"))
    gathered = status_files.gather_reports(layout, 3)
    report = gathered[0].report
    assert report is not None
    assert report.case_id == 2
    assert report.outcome.kind is FailureKind.TIMEOUT
    assert report.outcome.measurements == {"gain": 1.5}
    assert status_files.any_reports(layout)
    status_files.forget(gathered)
    assert not status_files.any_reports(layout)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
            lambda data: json.dumps(data).encode()
        ),
        st.dictionaries(
            st.sampled_from(["case_id", "status", "kind", "message", "measurements", "seconds", "warm"]),
            st.none() | st.integers() | st.text() | st.dictionaries(st.text(), st.integers()),
        ).map(lambda data: json.dumps(data).encode()),
    )
)
def test_any_status_file_gives_a_report_or_a_reason(layout: RunLayout, content: bytes) -> None:
    layout.status_dir.mkdir(exist_ok=True)
    layout.status_file(1).write_bytes(content)
    (found,) = status_files.gather_reports(layout, 3)
    assert (found.report is None) == bool(found.problem)


def row(seq: int, case_id: int) -> tuple[object, ...]:
    return (seq, case_id, 1, "completed", None, "", "done", 0, None, None, 0.0, 0.1, "host", None, None, None)


@pytest.mark.parametrize("torn", [b"", b'{"seq": 3, "case', b"\n\n", b"garbage\n", b"\xff\xfe"])
def test_a_torn_trace_is_mended(layout: RunLayout, torn: bytes) -> None:
    trace = Trace(layout)
    trace.append([row(1, 5), row(2, 6)], {(5, 1): {"gain": 2.0}})
    trace.close()
    with layout.trace.open("ab") as stream:
        stream.write(torn)
    again = Trace(layout)
    assert again.last_seq == 2
    again.append([row(3, 7)], {})
    again.close()
    lines = [json.loads(line) for line in layout.trace.read_text().splitlines()]
    assert [line["case_id"] for line in lines] == [5, 6, 7]
    assert lines[0]["metrics"] == {"gain": 2.0}


def test_a_run_has_one_holder(layout: RunLayout) -> None:
    hold = (
        "import sys, time\nfrom pathlib import Path\n"
        "from simorc.rundir.lock import RunnerLock\nfrom simorc.rundir.layout import RunLayout\n"
        "lock = RunnerLock(RunLayout(Path(sys.argv[1])))\nlock.acquire()\nlock.announce()\n"
        "print('held', flush=True)\nsys.stdin.read()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(layout.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        info = runner_info(layout)
        assert info is not None and info.pid == holder.pid
        assert runner_alive(layout)
        with pytest.raises(RunBusy) as caught, RunnerLock(layout):
            pass
        assert str(holder.pid) in str(caught.value)
        holder.kill()
        holder.wait()
    assert not runner_alive(layout)
    with RunnerLock(layout) as lock:
        assert lock.announce().pid == os.getpid()
        lock.leave()


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "metadata.csv"
    target.write_text("old")

    def torn() -> object:
        yield "new"
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(target, torn())  # type: ignore[arg-type]
    assert target.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["metadata.csv"]


def test_the_file_system_of_a_path_is_known(tmp_path: Path) -> None:
    assert file_system_of("/proc") == "proc"
    assert file_system_of(str(tmp_path))
