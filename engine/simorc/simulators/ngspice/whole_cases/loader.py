"""The loader: a process forked from the runner before it has threads, which forks the processes of sessions.

A fork has imported everything and read the run's inputs, so that a session starts, and is replaced after a
crash or a time-out, in milliseconds. A loader and its forks end with the runner, however that ends.
"""

from __future__ import annotations

import ctypes
import gc
import marshal
import os
import select
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from simorc.processes import RUN_VARIABLE, memory_of, show_as
from simorc.simulators.ngspice.session_process import ProgramProcess, SessionProcess
from simorc.simulators.ngspice.session_way import WORKER
from simorc.simulators.ngspice.whole_cases.page import CasePage, new_page
from simorc.simulators.ngspice.whole_cases.worker_process import CaseSource, CaseWorker, serve

_LARGEST = 1 << 17
"""Bytes of a request; a larger environment starts an ordinary session."""
NAME = "simorc-session"
"""How the process of a session is called; a forked process has the name of its parent otherwise."""
_DESCRIPTORS = Path("/proc/self/fd")
"""The open descriptors of this process."""
_SET_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of Linux."""


class Loader:
    """The runner's end. `source` prepares and measures the cases of the run. Raises OSError if no process can
    be started.
    """

    def __init__(self, source: CaseSource) -> None:
        own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        try:
            self._pid = os.fork()
        except OSError:
            own.close()
            other.close()
            raise
        if self._pid == 0:
            _run_loader(other, parent, source)
        other.close()
        self._socket = own

    def start(
        self, command: Sequence[str], directory: Path, environment: Mapping[str, str], nice: int
    ) -> ForkedProcess:
        """Fork the process of a session that drives the library of `command`. Raises OSError."""
        library, *flags = list(command)[list(command).index(str(WORKER)) + 1 :]
        request = marshal.dumps((library, bool(flags), str(directory), dict(environment), nice))
        if len(request) > _LARGEST:
            raise OSError(f"an environment of {len(request)} bytes")
        pipes = [os.pipe2(os.O_CLOEXEC) for _ in range(4)]
        commands, output, records, status = pipes
        page = new_page()
        theirs = [commands[0], output[1], records[1], status[1]]
        ours = [commands[1], output[0], records[0], status[0]]
        try:
            socket.send_fds(self._socket, [request], [*theirs, page])
            answer = self._socket.recv(64)
            if not answer:
                raise OSError("the loader has ended")
            return ForkedProcess(int(answer), ours, page)
        except OSError:
            for descriptor in (*ours, page):
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)

    def close(self) -> None:
        """End the loader and what it has forked."""
        self._socket.close()
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


class ForkedProcess:
    """A process of a session that was forked. `page` is the memory it shares, `records` the descriptor of
    what it reports of whole cases.
    """

    def __init__(self, pid: int, descriptors: Sequence[int], page: int) -> None:
        self.pid = pid
        self.input, self.output, self.records, self._status = descriptors
        for descriptor in (self.input, self.output, self.records):
            os.set_blocking(descriptor, False)
        self.page = CasePage(page)
        os.close(page)
        self._exit_code: int | None = None
        self._closed = False
        self._at_first = memory_of(pid)

    def signal(self, number: signal.Signals) -> None:
        if self._exit_code is None and not select.select([self._status], [], [], 0)[0]:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def wait(self) -> int:
        if self._exit_code is None:
            text = os.read(self._status, 16)
            # Without a word of the loader: that was killed, and its forks with it.
            self._exit_code = int(text) if text else -signal.SIGKILL
        return self._exit_code

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for descriptor in (self.input, self.output, self.records, self._status):
            os.close(descriptor)
        self.page.close()

    def resident_bytes(self) -> int:
        """The memory that it uses beyond that of a fork which has loaded nothing."""
        return max(0, memory_of(self.pid) - self._at_first)


def can_fork() -> bool:
    """Whether this system has what a loader needs."""
    return (
        all(hasattr(os, name) for name in ("memfd_create", "pidfd_open")) and Path("/proc/self/fd").is_dir()
    )


# In the loader --------------------------------------------------------------------------------------------


def _run_loader(requests: socket.socket, parent: int, source: CaseSource) -> NoReturn:
    code = 1
    try:
        _leave_the_runner(requests, parent)
        _Forks(requests, source).serve()
        code = 0
    finally:
        os._exit(code)


def _leave_the_runner(requests: socket.socket, parent: int) -> None:
    """Keep nothing of the runner but its modules and the place of its messages."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _die_with(parent)
    _keep_only([requests.fileno()])
    gc.freeze()


def _die_with(parent: int) -> None:
    """End this process when its parent ends."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _keep_only(descriptors: Sequence[int], streams: Sequence[int] = (0, 1)) -> None:
    """Close every descriptor but these and the standard streams, of which `streams` are empty afterwards."""
    for descriptor in [int(entry.name) for entry in _DESCRIPTORS.iterdir()]:
        if descriptor > 2 and descriptor not in descriptors:
            with suppress(OSError):  # the one that listed them
                os.close(descriptor)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in streams:
        os.dup2(nothing, stream)
    os.close(nothing)


class _Forks:
    """The loop of the loader: it forks on request and reports how each fork ended."""

    def __init__(self, requests: socket.socket, source: CaseSource) -> None:
        self._requests, self._source = requests, source
        self._poll = select.poll()
        self._poll.register(requests, select.POLLIN)
        self._forks: dict[int, tuple[int, int]] = {}
        """Descriptor of a process -> its pid and where its exit code is written."""

    def serve(self) -> None:
        """Until the runner closes its end."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor in self._forks:
                    self._report(descriptor)
                elif not self._obey():
                    return

    def _obey(self) -> bool:
        text, descriptors, _, _ = socket.recv_fds(self._requests, _LARGEST, 8)
        if not text:
            return False
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _run_worker(parent, marshal.loads(text), descriptors, self._source)
        watch = os.pidfd_open(pid)
        for descriptor in (*descriptors[:3], descriptors[4]):
            os.close(descriptor)
        self._forks[watch] = (pid, descriptors[3])
        self._poll.register(watch, select.POLLIN)
        self._requests.send(str(pid).encode())
        return True

    def _report(self, watch: int) -> None:
        """Write the exit code before the process is reaped: until then its number is its own."""
        pid, status = self._forks.pop(watch)
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        code = 0
        if ended is not None:
            code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
        with suppress(BrokenPipeError):
            os.write(status, str(code).encode())
        os.close(status)
        self._poll.unregister(watch)
        os.close(watch)
        os.waitpid(pid, 0)


# In the process of a session ------------------------------------------------------------------------------


def _run_worker(parent: int, request: Any, descriptors: Sequence[int], source: CaseSource) -> NoReturn:
    library, interruptible, directory, environment, nice = request
    commands, output, records, _, page = descriptors
    try:
        _die_with(parent)
        os.setsid()
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        if nice:
            os.nice(nice)
        page_memory = CasePage(page)
        sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
        os.dup2(output, 1)
        os.dup2(output, 2)
        _keep_only([commands, records, sys.stderr.fileno()], streams=(0,))
        os.environ.clear()
        os.environ.update(environment)
        show_as(NAME, {RUN_VARIABLE: environment.get(RUN_VARIABLE, "")})
        os.chdir(directory)
        worker = _worker(library, interruptible, source, page_memory, records)
        serve(worker, commands)
    finally:
        os._exit(1)


def _worker(
    library: str, interruptible: bool, source: CaseSource, page: CasePage, records: int
) -> CaseWorker:
    try:
        return CaseWorker(library, interruptible, source, page, records)
    except (OSError, AttributeError) as error:
        os.write(2, f"Error: {error}\n".encode())
        os._exit(1)


def start_forked(
    loader: Loader, command: Sequence[str], directory: Path, environment: Mapping[str, str], nice: int = 0
) -> SessionProcess:
    """Start the process of a session by forking; as a program where that is impossible. Raises OSError."""
    if str(WORKER) in command:
        with suppress(OSError):
            return loader.start(command, directory, environment, nice)
    return ProgramProcess(command, directory, environment, nice)
