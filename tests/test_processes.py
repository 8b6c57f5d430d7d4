"""What is asked of the processes of this machine."""

from __future__ import annotations

import os
import resource
import select
import subprocess
import sys
from collections.abc import Sequence

import pytest

from simorc.processes import exit_watch, file_system_of, memory_of, process_ticks, processes_with


def test_a_process_is_known_by_its_start() -> None:
    ticks = process_ticks(os.getpid())
    assert ticks is not None and ticks == process_ticks(os.getpid())
    assert memory_of(os.getpid()) > 1 << 20


def test_a_zombie_and_a_pid_nobody_has_are_no_process() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert process_ticks(child.pid) is None
    child.wait()
    assert process_ticks(child.pid) is None
    assert memory_of(child.pid) == 0
    assert process_ticks(-1) is None


def test_the_memory_is_unknown_while_no_descriptor_is_left() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    memory_of(os.getpid())
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        unknown = memory_of(os.getpid())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert unknown == 0 < memory_of(os.getpid())


def test_processes_are_found_by_a_variable() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        env={**os.environ, "SIMORC_TEST_MARK": "here"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert list(processes_with("SIMORC_TEST_MARK", "here")) == [child.pid]
        assert not list(processes_with("SIMORC_TEST_MARK", "elsewhere"))
        child.kill()


def test_file_systems_have_names() -> None:
    assert file_system_of("/proc/self") == "proc"
    assert file_system_of("/")


def test_the_end_of_a_child_can_be_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        watch = exit_watch(child.pid)
        assert select.select([watch], [], [], 0)[0] == []
        child.communicate(b"\n")
        assert select.select([watch], [], [], 0)[0] == [watch]
        os.close(watch)


def test_systems_without_pidfd_use_a_kqueue(monkeypatch: pytest.MonkeyPatch) -> None:
    """As macOS: the queue is asked for the exit of this process, and lives on in the descriptor."""
    ours, theirs = os.pipe()
    asked: list[object] = []

    class Queue:
        def fileno(self) -> int:
            return ours

        def control(self, changes: Sequence[object], most: int) -> None:
            asked.extend([*changes, most])

        def close(self) -> None:
            os.close(ours)

    monkeypatch.delattr(os, "pidfd_open")
    names = {"KQ_FILTER_PROC": -5, "KQ_EV_ADD": 1, "KQ_EV_ONESHOT": 16, "KQ_NOTE_EXIT": 1 << 31}
    for name, value in names.items():
        monkeypatch.setattr(select, name, value, raising=False)
    monkeypatch.setattr(select, "kqueue", Queue, raising=False)
    monkeypatch.setattr(select, "kevent", lambda pid, **fields: (pid, fields), raising=False)
    watch = exit_watch(123)
    assert asked == [(123, {"filter": -5, "flags": 17, "fflags": 1 << 31}), 0]
    os.close(theirs)
    assert select.select([watch], [], [], 0)[0] == [watch]
    os.close(watch)
