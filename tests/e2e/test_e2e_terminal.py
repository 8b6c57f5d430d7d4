"""A run and the terminal it was started from: Ctrl-C, a closed terminal, --detach, two runners."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from simorc.launch.start import runner_info, start_runner
from simorc.rundir.layout import find_run
from tests.e2e.driving import (
    SLOW,
    Project,
    assert_sound,
    completed,
    counts,
    wait_for_end,
)
from tests.waiting import PATIENCE, until

pytestmark = [
    pytest.mark.ngspice,
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning"),
]


def test_interrupt_leaves_the_rest_pending_and_a_second_run_completes_it(
    make_project: Callable[..., Project],
) -> None:
    project = make_project(60, step=SLOW, settings="execution: {warm: off}\n")
    process = project.start("run", "rc", "--jobs", "2")
    layout = project.wait_for_run()
    until(lambda: completed(layout) >= 3)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4, said
    left = counts(layout)
    assert set(left) == {"completed", "pending"} and left["pending"] > 0
    assert runner_info(layout) is None
    project.ok("run", layout.name)
    assert_sound(layout, 60)


def test_a_closed_terminal_does_not_end_the_run(make_project: Callable[..., Project]) -> None:
    project = make_project(60, step=SLOW, settings="execution: {warm: off}\n")
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "simorc", "run", "rc", "--jobs", "2"],
        cwd=project.root,
        env=project.environment({"TERM": "xterm"}),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    os.close(slave)
    layout = project.wait_for_run()
    until(lambda: completed(layout) >= 2)
    os.close(master)
    process.wait(timeout=PATIENCE)
    assert completed(layout) < 60
    wait_for_end(layout)
    assert_sound(layout, 60)


def _take_terminal() -> None:
    """Make standard input the controlling terminal, so that closing it hangs up the session."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_detach_prints_the_run_and_returns(make_project: Callable[..., Project]) -> None:
    project = make_project(12, step=SLOW)
    name = project.process("run", "rc", "--detach").stdout.strip()
    layout = find_run(project.root, name)
    assert layout.name == name
    wait_for_end(layout)
    assert_sound(layout, 12)


def test_a_second_runner_is_told_who_holds_the_run(make_project: Callable[..., Project]) -> None:
    project = make_project(2000, step=SLOW, settings="execution: {warm: off}\n")
    layout = project.build()
    info = start_runner(layout, jobs=2)
    second = project.simorc("run", layout.name)
    assert second.returncode == 1
    assert f"run {layout.name} is locked by process {info.pid} on {info.host}" in second.stderr
    # The lock itself, not only what runner.json says, keeps a second runner out.
    runner = subprocess.run(
        [sys.executable, "-m", "simorc.launch.runner", str(layout.path)],
        env=project.environment(),
        input="{}",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert runner.returncode == 75 and "is locked by" in runner.stderr
    project.ok("cancel", layout.name)
    wait_for_end(layout)
    over = counts(layout)
    assert set(over) <= {"completed", "pending"} and sum(over.values()) == 2000
