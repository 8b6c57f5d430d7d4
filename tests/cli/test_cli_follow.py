"""Following a run, with this test in the place of the run's runner."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from simorc.cli.errors import ExitCode
from simorc.cli.output.follow import Follower, Moment
from simorc.cli.output.progress import (
    JsonProgress,
    LineProgress,
    TerminalProgress,
    closing_line,
    progress_line,
)
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.failure_groups import FailureGroup
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.reader import RunReader, still_awaited
from simorc.rundir.store.writer import Store
from simorc.rundir.summary import RunSummary
from simorc.simulators.outcome import FailureKind, Outcome
from tests.waiting import until


class Runner(threading.Thread):
    """Does what `work` does to the store, a step at a time, holding the run all the while."""

    def __init__(self, layout: RunLayout, work: Callable[[Store], None]) -> None:
        super().__init__(daemon=True)
        self._layout, self._work = layout, work
        pid = os.getppid()  # some live process that a stray signal of a failing test would not reach
        reported = {"host": "elsewhere", "pid": pid, "started": time.time(), "started_ticks": 0}
        layout.runner_json.write_text(json.dumps(reported | {"heartbeat": time.time()}))

    def run(self) -> None:
        with Store(self._layout, load_manifest(self._layout).plan) as store:
            self._work(store)
            store.flush()
        self._layout.runner_json.unlink()


def finish(store: Store, case_id: int, outcome: Outcome, attempt: int = 2) -> None:
    store.attempt_finished(Finished(case_id, attempt, outcome, "done", True, time.time(), "host"))


def complete_all(store: Store) -> None:
    finish(store, 4, Outcome.completed({"gain": 44.0}))
    finish(store, 6, Outcome.completed({"gain": 46.0}), attempt=1)
    store.set_meta(state="finished")


def test_json_reports_each_newly_finished_case_once(
    finished_run: RunLayout, capsys: pytest.CaptureFixture[str]
) -> None:
    with Follower(finished_run, None) as follower:
        Runner(finished_run, complete_all).start()
        assert follower.follow(JsonProgress()) == ExitCode.GOOD
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted(line["case_id"] for line in lines[:-1]) == [4, 6]
    summary = lines[-1]["summary"]
    assert summary["counts"]["completed"] == 6
    assert (summary["state"], summary["exit_code"]) == ("finished", 0)


def test_failed_cases_make_exit_code_1(finished_run: RunLayout, capsys: pytest.CaptureFixture[str]) -> None:
    def work(store: Store) -> None:
        finish(store, 6, Outcome.failed(FailureKind.TIMEOUT, "took too long"), attempt=1)
        store.set_meta(state="finished")

    with Follower(finished_run, None) as follower:
        Runner(finished_run, work).start()
        assert follower.follow(LineProgress()) == ExitCode.CASES_FAILED
    printed = capsys.readouterr().err
    assert f"simorc results {finished_run.name} --failed" in printed
    assert "  1 x timeout: took too long (case 6)\n" in printed
    assert "  1 x no_convergence: timestep too small at" in printed


def test_the_three_commonest_reasons_of_failures() -> None:
    groups = [FailureGroup(count, "crashed", f"{count} times", 7, "") for count in (9, 5, 3, 2, 1)]
    counts = {"pending": 0, "in_progress": 0, "completed": 0, "failed": 20}
    summary = RunSummary("r", "s", "finished", counts, 20, None, None, None, False)
    assert closing_line(moment(), summary, groups).splitlines()[1:] == [
        "  9 x crashed: 9 times (case 7)",
        "  5 x crashed: 5 times (case 7)",
        "  3 x crashed: 3 times (case 7)",
        "  3 x other messages",
        "see: simorc results r --failed",
    ]


def test_a_run_with_pending_cases_is_not_called_finished() -> None:
    counts = {"pending": 44, "in_progress": 0, "completed": 1, "failed": 0}
    summary = RunSummary("r", "s", "finished", counts, 45, None, None, None, False)
    now = moment(state="finished", counts=counts, total=45)
    assert closing_line(now, summary).startswith("r: stopped, 1 of 45 completed, 44 pending, in ")
    assert progress_line(now).endswith("stopped")


def test_only_the_chosen_cases_are_judged(finished_run: RunLayout) -> None:
    def work(store: Store) -> None:
        finish(store, 6, Outcome.completed(), attempt=1)
        store.set_meta(state="finished")

    with Follower(finished_run, [6]) as follower:
        Runner(finished_run, work).start()
        assert follower.follow(LineProgress()) == ExitCode.GOOD


def test_a_violated_spec_makes_exit_code_3(finished_run: RunLayout) -> None:
    manifest = json.loads(finished_run.manifest.read_text())
    measurements = {"gain": {"unit": "dB"}}
    finished_run.manifest.write_text(
        json.dumps({**manifest, "measurements": measurements, "specs": {"gain": {"min": "42", "max": None}}})
    )
    with Follower(finished_run, None) as follower:
        Runner(finished_run, complete_all).start()
        assert follower.follow(LineProgress()) == ExitCode.SPEC_VIOLATED


def test_a_runner_that_vanished(finished_run: RunLayout, capsys: pytest.CaptureFixture[str]) -> None:
    with Follower(finished_run, None) as follower:
        Runner(finished_run, lambda store: store.set_meta(state="running")).start()
        assert follower.follow(LineProgress()) == ExitCode.CASES_FAILED
    assert f"resume it: simorc run {finished_run.name}" in capsys.readouterr().err


def test_ctrl_c_asks_to_stop_and_waits(finished_run: RunLayout, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)

    def work(store: Store) -> None:
        until(lambda: signal.getsignal(signal.SIGINT) is not before)
        os.kill(os.getpid(), signal.SIGINT)
        until(lambda: list(finished_run.requests.glob("*.json")))
        store.set_meta(state="cancelled")

    with Follower(finished_run, None) as follower:
        Runner(finished_run, work).start()
        assert follower.follow(LineProgress()) == ExitCode.CANCELLED
    assert signal.getsignal(signal.SIGINT) is before
    (request,) = finished_run.requests.glob("*.json")
    assert json.loads(request.read_text())["kind"] == "cancel"
    assert "resume it: simorc run" in capsys.readouterr().err


def test_second_ctrl_c_leaves(finished_run: RunLayout) -> None:
    reported = {"host": "elsewhere", "pid": 1, "started": 0.0, "started_ticks": 0, "heartbeat": time.time()}
    finished_run.runner_json.write_text(json.dumps(reported))

    before = signal.getsignal(signal.SIGINT)

    def interrupt_twice() -> None:
        until(lambda: signal.getsignal(signal.SIGINT) is not before)
        os.kill(os.getpid(), signal.SIGINT)
        until(lambda: list(finished_run.requests.glob("*.json")))
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt_twice, daemon=True).start()
    with Follower(finished_run, None) as follower:
        assert follower.follow(LineProgress()) == ExitCode.CANCELLED


def moment(**changes: object) -> Moment:
    counts = {"pending": 30, "in_progress": 3, "completed": 11, "failed": 1}
    reported = {
        "run": "r",
        "state": "running",
        "counts": counts,
        "total": 45,
        "done": 12,
        "seconds": 1.5,
        "left": 33,
    }
    return Moment(**(reported | changes))  # type: ignore[arg-type]


def test_progress_line() -> None:
    assert progress_line(moment()) == "12/45 done, 1 failed, 3 running, 8.0/s, ETA 4.1 s"
    assert progress_line(moment(done=0, state="paused")) == "12/45 done, 1 failed, 3 running, paused"


def test_lines_for_every_tenth_and_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    progress = LineProgress()
    for seconds in (0.1, 0.2, 0.3, 10.2, 10.3):
        progress.moment(moment(seconds=seconds))
    progress.moment(
        moment(seconds=10.4, left=0, counts={"pending": 0, "in_progress": 0, "completed": 44, "failed": 1})
    )
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines] == ["12/45", "12/45", "45/45"]


def test_terminal_progress_says_what_the_line_says(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    progress = TerminalProgress()
    with progress:
        progress.moment(moment())
    assert "12/45 done, 1 failed" in screen.getvalue()


def test_a_run_that_nobody_holds_any_more(finished_run: RunLayout) -> None:
    with Follower(finished_run, None) as follower:
        assert follower.follow(LineProgress()) == ExitCode.CANCELLED  # as it was left


def test_more_changes_than_can_be_named(
    finished_run: RunLayout, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    changes_since = RunReader.changes_since
    monkeypatch.setattr(RunReader, "changes_since", lambda view, seq: changes_since(view, seq, limit=1))
    with Follower(finished_run, None) as follower:
        Runner(finished_run, complete_all).start()
        assert follower.follow(JsonProgress()) == ExitCode.GOOD
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["case_id"] for line in lines[:-1]] == [4, 6]


def test_pending_cases_nobody_asked_for_are_not_waited_for() -> None:
    counts = {"pending": 30, "in_progress": 2, "completed": 4, "failed": 0}
    assert still_awaited(counts, {"aside": "27"}) == 5
    assert still_awaited(counts, {}) == 32


def test_warnings_of_the_runner_are_told_as_they_come(
    finished_run: RunLayout, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(store: Store) -> None:
        store.event("warning", "case 6: no progress", 6)
        complete_all(store)

    with Follower(finished_run, None) as follower:
        Runner(finished_run, work).start()
        follower.follow(LineProgress())
    assert "warning: case 6: no progress\n" in capsys.readouterr().err
