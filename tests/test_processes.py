"""What is asked of the processes of this machine."""

from __future__ import annotations

import os
import subprocess
import sys

from simorc.processes import file_system_of, memory_of, process_ticks, processes_with


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
