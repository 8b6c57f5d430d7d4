"""The runner that is a fork of the command that starts it."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

import pytest

from simorc.launch import forked_process
from simorc.launch.forked_process import fork, waiting_runner
from simorc.rundir.layout import RunLayout
from tests.made_runs import write_run


def test_a_child_reads_its_words_and_gives_its_exit_code(tmp_path: Path) -> None:
    def body() -> int:
        sys.stdout.write(f"{sys.stdin.read()} {os.getsid(0) == os.getpid()} {Path.cwd()}")
        return 7

    child = fork(body, tmp_path / "out")
    assert child.poll() is None
    child.stdin.write(b"hello")
    child.stdin.close()
    assert child.wait() == 7
    assert (tmp_path / "out").read_text().split() == ["hello", "True", "/"]


def test_a_child_that_fails_says_why(tmp_path: Path) -> None:
    def body() -> int:
        raise ValueError("no such thing")

    child = fork(body, tmp_path / "out", tmp_path / "err")
    child.stdin.close()
    assert child.wait() == 70
    assert "ValueError: no such thing" in (tmp_path / "err").read_text()


def test_a_child_has_none_of_the_files_of_its_parent(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("secret")
    with (tmp_path / "mine").open() as mine:
        child = fork(lambda: len(os.read(mine.fileno(), 10)), tmp_path / "out")
        child.stdin.close()
        assert child.wait() == 0


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunLayout:
    """A run of two cases, in a process without other threads."""
    monkeypatch.setattr(forked_process.threading, "active_count", lambda: 1)
    return write_run(tmp_path, [("pending", {}, {}), ("pending", {}, {})])


def test_a_runner_without_options_ends_with_the_block(layout: RunLayout) -> None:
    with waiting_runner(layout) as runner:
        assert runner is not None
        assert runner.poll() is None
    assert runner.poll() is not None
    assert not list(layout.path.glob("*.lock"))


def test_none_is_forked_beside_threads_an_open_store_or_many_cases(
    layout: RunLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forked() -> bool:
        with waiting_runner(layout) as runner:
            return runner is not None

    assert forked()
    store = sqlite3.connect(layout.database)
    store.execute("SELECT * FROM meta").fetchall()
    assert not forked()
    store.close()
    monkeypatch.setattr(forked_process.threading, "active_count", lambda: 2)
    assert not forked()
    monkeypatch.setattr(forked_process.threading, "active_count", lambda: 1)
    monkeypatch.setattr(forked_process, "MOST_CASES", 1)
    assert not forked()
