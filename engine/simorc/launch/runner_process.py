"""The process of a runner, of a run or of a pipeline run: how it is started, and when it has begun."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from typing import Protocol

from simorc.errors import RunBusy, RunError, SimorcError
from simorc.file_access import explained
from simorc.processes import search_path
from simorc.regular_files import descriptor_of, read_regular
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerInfo, runner_info

START_WITHIN = 30.0
"""Seconds in which a runner has written its first heartbeat."""
BUSY_EXIT = 75
"""The exit code of a runner whose run another process holds."""
_LOOK_EVERY = 0.005


def spawn_runner(module: str, layout: RunLayout, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start ``python -m MODULE RUN_DIR`` in a session of its own; its output goes to ``runner.log``. An
    uninstalled checkout works as well: the process gets the module search path of this one.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    with os.fdopen(descriptor_of(layout.runner_log, flags), "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", module, str(layout.path)],
            stdin=stdin,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env={**os.environ, "PYTHONPATH": search_path()},
        )


def exit_code_of(work: Callable[[], None]) -> int:
    """Do the whole work of a runner; its exit code. Why it ended early is the last line of its log."""
    try:
        work()
    except RunBusy as error:
        _say(error.message)
        return BUSY_EXIT
    except SimorcError as error:
        _say(error.message, error.remedy)
        return error.exit_code
    except OSError as error:
        if not isinstance(error, PermissionError):
            traceback.print_exc()
        _say(*explained(error))
        return 1
    return 0


def _say(message: str, remedy: str | None = None) -> None:
    sys.stderr.write(f"{message} ({remedy})\n" if remedy else f"{message}\n")


class RunnerProcess(Protocol):
    """A child that runs a runner: a process or a fork."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self) -> int | None: ...

    def kill(self) -> None: ...


def await_runner(
    layout: RunLayout, process: RunnerProcess, busy: Callable[[RunLayout], RunBusy]
) -> RunnerInfo:
    """Wait until the runner has begun, or is over already.

    Raises the error of `busy` if another process holds the run, and RunError with the last line of the log
    for a runner that does not begin.
    """
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline:
        info = runner_info(layout)
        if info is not None and info.pid == process.pid:
            return info
        code = process.poll()
        if code == BUSY_EXIT:
            raise busy(layout)
        if code == 0:  # so short a run that it is over already
            return info or RunnerInfo("", process.pid, time.time(), 0, time.time())
        if code is not None:
            raise RunError(f"the runner of {layout.name} ended immediately: {_last_line(layout)}")
        time.sleep(_LOOK_EVERY)
    process.kill()
    raise RunError(
        f"the runner of {layout.name} did not start within {START_WITHIN:.0f} s", remedy="see runner.log"
    )


def _last_line(layout: RunLayout) -> str:
    lines = read_regular(layout.runner_log).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "no output"
