"""The lock of a run, and the heartbeat of its runner.

The lock (`runner.lock`) is a POSIX record lock, which the kernel releases when the runner dies, for any
reason, and which network file systems share between hosts. The heartbeat file (`runner.json`) shows people
which process holds the lock, and shows other hosts whether that process is still alive.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import time
from dataclasses import asdict, dataclass
from types import TracebackType

from simorc.errors import RunBusy
from simorc.files import read_json, write_json
from simorc.processes import process_ticks
from simorc.regular_files import descriptor_of
from simorc.rundir.layout import RunLayout

_FLOCK = "hhqqi4x"
"""C's ``struct flock`` of 64-bit Linux."""
HEARTBEAT_EVERY = 2.0
SILENT_AFTER = 12.0


@dataclass(frozen=True)
class RunnerInfo:
    """A runner as recorded in its heartbeat; `started_ticks` distinguishes it from a later process with the
    same pid.
    """

    host: str
    pid: int
    started: float
    started_ticks: int
    heartbeat: float

    def is_alive(self) -> bool:
        """On its own host: whether that process exists. On another host: whether its heartbeat is recent."""
        if self.host == socket.gethostname():
            return process_ticks(self.pid) == self.started_ticks
        return _heard_lately(self)


@dataclass
class _Heard:
    """The last heartbeat of a runner on another host, when it was first read here, and whether it replaced an
    earlier one.
    """

    word: float
    since: float
    moving: bool


_heard: dict[tuple[str, int, int], _Heard] = {}


def _heard_lately(info: RunnerInfo) -> bool:
    """Whether a runner on another host still writes new heartbeats.

    Clocks of hosts differ and jump, so a reader that checks repeatedly uses its own clock: a heartbeat that
    changes means alive, one that is unchanged for `SILENT_AFTER` means dead. Only the first check has to
    compare the clocks of both hosts.
    """
    now, who = time.monotonic(), (info.host, info.pid, info.started_ticks)
    heard = _heard.get(who)
    if heard is None or heard.word != info.heartbeat:
        heard = _heard[who] = _Heard(info.heartbeat, now, heard is not None)
    if now - heard.since >= SILENT_AFTER:
        return False
    return heard.moving or abs(time.time() - info.heartbeat) < SILENT_AFTER


def runner_info(layout: RunLayout) -> RunnerInfo | None:
    """The last runner's heartbeat; None if the run never had a runner or its last one ended properly."""
    try:
        record = read_json(layout.runner_json, 1 << 16)
        return RunnerInfo(
            host=str(record["host"]),
            pid=int(record["pid"]),
            started=float(record["started"]),
            started_ticks=int(record["started_ticks"]),
            heartbeat=float(record["heartbeat"]),
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def runner_alive(layout: RunLayout) -> bool:
    info = runner_info(layout)
    return info is not None and info.is_alive()


def is_held(layout: RunLayout) -> bool:
    """Whether another process has the run's lock; only queries the lock, writes nothing."""
    try:
        fd = descriptor_of(layout.runner_lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        answer = struct.unpack(_FLOCK, fcntl.fcntl(fd, fcntl.F_GETLK, asked))
        return int(answer[0]) != fcntl.F_UNLCK
    except OSError:
        return False
    finally:
        os.close(fd)


class RunnerLock:
    """Locks a run for this process; any second process gets `RunBusy`, which names the first."""

    def __init__(self, layout: RunLayout) -> None:
        self._layout = layout
        self._fd: int | None = None
        self._started = time.time()

    def __enter__(self) -> RunnerLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    @property
    def since(self) -> float:
        """When this process requested the lock, seconds since the epoch."""
        return self._started

    def acquire(self) -> None:
        fd = descriptor_of(self._layout.runner_lock, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
            raise busy(self._layout) from None
        self._fd = fd

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def announce(self) -> RunnerInfo:
        """Write the heartbeat; called at the start and every `HEARTBEAT_EVERY` seconds."""
        info = RunnerInfo(
            host=socket.gethostname(),
            pid=os.getpid(),
            started=self._started,
            started_ticks=process_ticks(os.getpid()) or 0,
            heartbeat=time.time(),
        )
        write_json(self._layout.runner_json, asdict(info), durable=False)
        return info

    def leave(self) -> None:
        """The runner ends in peace: no runner is announced any more."""
        self._layout.runner_json.unlink(missing_ok=True)


def busy(layout: RunLayout) -> RunBusy:
    """The error for a run that another process holds."""
    info = runner_info(layout)
    who = f"process {info.pid} on {info.host}" if info else "another process"
    return RunBusy(
        f"run {layout.name} is locked by {who}",
        remedy=f"show it: simorc status {layout.name}; cancel it: simorc cancel {layout.name}",
    )
