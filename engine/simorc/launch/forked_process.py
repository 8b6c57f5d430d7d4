"""A runner that is a fork of the command that starts it: the interpreter and most modules are loaded already.

What SQLite knows of an open store is wrong in a fork, and threads are not in it. Where this process has
either, or where a large run is to use little memory, the runner is a process of its own.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from simorc.processes import search_path, show_as
from simorc.regular_files import descriptor_of
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest

MOST_CASES = 10_000
"""A run with more cases takes longer than an interpreter takes to start, and its runner stays small."""
NAME = "simorc-runner"
_OPEN = Path("/dev/fd")


class ForkedChild:
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

    def begin(self, options: bytes) -> None:
        """Give it what it waits for at its standard input."""
        with suppress(BrokenPipeError):  # it exited at once; its exit code says why
            self.stdin.write(options)
            self.stdin.close()

    def _collect(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


@contextmanager
def waiting_runner(layout: RunLayout) -> Iterator[ForkedChild | None]:
    """A fork of this process that waits for the options of the runner of `layout` at its standard input, or
    None where a process of its own serves better. It ends with the block if it got no options.
    """
    runner = None
    if _may_fork() and load_manifest(layout).total <= MOST_CASES:
        with suppress(OSError):
            runner = fork(lambda: run_forked(layout), layout.runner_log)
    try:
        yield runner
    finally:
        if runner is not None and not runner.stdin.closed:
            runner.kill()
            runner.stdin.close()
            runner.wait()


def _may_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1 and not store_is_open()


def store_is_open() -> bool:
    """Whether this process has the store of a run open."""
    for entry in _OPEN.iterdir():
        with suppress(OSError):  # what the list itself was read from
            if entry.readlink().name.startswith("run.sqlite"):
                return True
    return False


def run_forked(layout: RunLayout) -> int:
    """Be the runner of `layout` in a fork that gets the options at its standard input; the exit code."""
    from simorc.launch import runner

    sys.argv = [NAME, str(layout.path)]
    show_as(NAME, os.environ, layout.name)
    return runner.main()


def fork(body: Callable[[], int], output: Path, errors: Path | None = None) -> ForkedChild:
    """A child in a session of its own that does `body` and ends with the exit code it gives; what it prints
    is appended to `output`, or to `errors` if it is given and the words are for standard error. Raises
    OSError.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    asked, give = os.pipe()
    streams = [asked]
    try:
        streams += [descriptor_of(path, flags) for path in (output, errors or output)]
        sys.stdout.flush()
        sys.stderr.flush()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
            pid = os.fork()
        if pid == 0:
            _be_child(body, streams)
    except OSError:
        os.close(give)
        raise
    finally:
        for descriptor in streams:
            os.close(descriptor)
    return ForkedChild(pid, os.fdopen(give, "wb"))


def _be_child(body: Callable[[], int], streams: list[int]) -> None:
    """Never returns: the parent's code must not go on in a child."""
    code = 70
    try:
        os.setsid()
        os.chdir("/")
        _take_streams(streams)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler)
        os.environ["PYTHONPATH"] = search_path()
        warnings.simplefilter("ignore")
        code = body()
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _take_streams(streams: list[int]) -> None:
    """Streams of its own. The parent's other files are let go of, but their numbers stay taken: an object of
    the parent that closes its file must not close one of the child's.
    """
    for target, source in enumerate(streams):
        os.dup2(source, target)
    nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for number in [int(entry.name) for entry in _OPEN.iterdir()]:
        with suppress(OSError):  # what the list itself was read from
            os.fstat(number)
            if number > 2 and number != nothing:
                os.dup2(nothing, number, inheritable=False)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)
