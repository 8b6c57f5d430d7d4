"""The process of a runner: begun, over at once, refused, or ended without a word."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.errors import RunBusy, RunError
from simorc.files import write_json
from simorc.launch.runner_process import BUSY_EXIT, await_runner, exit_code_of
from simorc.rundir.layout import RunLayout


def busy(layout: RunLayout) -> RunBusy:
    return RunBusy(f"{layout.name} is locked")


def ended(code: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-S", "-c", f"import os; os._exit({code})"])
    process.wait()
    return process


@pytest.fixture
def layout(tmp_path: Path) -> RunLayout:
    return RunLayout(tmp_path)


def test_a_runner_has_begun_with_its_first_heartbeat(layout: RunLayout) -> None:
    process = ended(1)
    beat = {"host": "here", "pid": process.pid, "started": 1.0, "started_ticks": 0, "heartbeat": 2.0}
    write_json(layout.runner_json, beat)
    assert await_runner(layout, process, busy).pid == process.pid


def test_a_run_that_is_over_at_once_has_begun(layout: RunLayout) -> None:
    process = ended(0)
    assert await_runner(layout, process, busy).pid == process.pid


def test_another_holder_is_reported_as_the_caller_words_it(layout: RunLayout) -> None:
    with pytest.raises(RunBusy, match="is locked"):
        await_runner(layout, ended(BUSY_EXIT), busy)


@pytest.mark.parametrize(
    ("log", "message"), [("starting\nno space left\n", "no space left"), ("", "no output")]
)
def test_a_runner_that_ends_at_once_is_quoted(layout: RunLayout, log: str, message: str) -> None:
    layout.runner_log.write_text(log)
    with pytest.raises(RunError, match=f"ended immediately: {message}"):
        await_runner(layout, ended(os.EX_SOFTWARE), busy)


def _failing(error: Exception) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code", "last"),
    [
        (RunBusy("held by 12"), BUSY_EXIT, "held by 12"),
        (RunError("no deck", remedy="build it"), 1, "no deck (build it)"),
        (PermissionError(13, "Permission denied", "/no/such/run"), 1, "/no/such/run: Permission denied"),
        (
            OSError(28, "No space left on device", "/run.sqlite"),
            1,
            "/run.sqlite: No space left on device (free disk space or inodes)",
        ),
    ],
)
def test_the_last_line_of_a_runner_says_why_it_ended(
    error: Exception, code: int, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code_of(_failing(error)) == code
    assert capsys.readouterr().err.splitlines()[-1] == last


def test_a_runner_that_did_its_work_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(lambda: None) == 0
    assert capsys.readouterr().err == ""
