"""Runners that are forks of this process: it has loaded the modules already, half of a run's cost.

Tests marked ``e2e`` start the real program.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from simorc.launch import runner
from simorc.launch.runner_process import spawn_runner
from simorc.rundir.layout import RunLayout


class Forked:
    """A child of this process, with what `subprocess.Popen` offers of one: `stdin`, `pid`, `poll`, `wait`,
    `kill`.
    """

    def __init__(self, pid: int, stdin: BinaryIO) -> None:
        self.pid, self.stdin = pid, stdin
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._collect(os.WNOHANG)

    def wait(self) -> int | None:
        """Wait for its end; its exit code."""
        return self._collect(0)

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def _collect(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def fork_runner(module: str, layout: RunLayout, stdin: int) -> Forked | subprocess.Popen[bytes]:
    """The runner of `layout`, waiting for its options at its standard input.

    What SQLite knows of an open store is wrong in a fork: with one open here, the runner is a process of its
    own.
    """
    if _store_is_open():
        return spawn_runner(module, layout, stdin)
    return fork(lambda: _runner(layout), layout.runner_log)


def _store_is_open() -> bool:
    for entry in Path("/dev/fd").iterdir():
        with suppress(OSError):  # what the list itself was read from
            if entry.readlink().name.startswith("run.sqlite"):
                return True
    return False


def _runner(layout: RunLayout) -> int:
    sys.argv = ["simorc-runner", str(layout.path)]
    return runner.main()


def fork(body: Callable[[], int], output: Path, errors: Path | None = None) -> Forked:
    """A child in a session of its own that does `body` and ends with the exit code it gives; what it prints
    is appended to `output`, or to `errors` if it is given and the words are for standard error.
    """
    asked, give = os.pipe()
    with output.open("ab") as said, (errors or output).open("ab") as wrong, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            _be_child(body, (asked, said.fileno(), wrong.fileno()))
    os.close(asked)
    return Forked(pid, os.fdopen(give, "wb"))


def _be_child(body: Callable[[], int], streams: tuple[int, int, int]) -> None:
    """Never returns: the parent's code must not go on in a child."""
    code = 70
    try:
        os.setsid()
        os.chdir("/")
        _take_streams(streams)
        os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        warnings.simplefilter("ignore")
        code = body()
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _take_streams(streams: tuple[int, int, int]) -> None:
    """Streams of its own. The parent's other files are let go of, but their numbers stay taken: an object of
    the parent that closes its file must not close one of the child's.
    """
    for target, source in enumerate(streams):
        os.dup2(source, target)
    nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for number in [int(entry.name) for entry in Path("/dev/fd").iterdir()]:
        with suppress(OSError):  # what the list itself was read from
            os.fstat(number)
            if number > 2 and number != nothing:
                os.dup2(nothing, number, inheritable=False)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)
