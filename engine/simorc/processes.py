"""Processes of this machine: start time, memory, environment; on Linux and macOS.

psutil is imported where it is used: `simorc status` looks at a process only where a run claims a runner here.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

RUN_VARIABLE = "SIMORC_RUN"
"""The environment variable that names the run a process belongs to."""
_SET_NAME = 15
"""``PR_SET_NAME`` of Linux."""


def process_ticks(pid: int) -> int | None:
    """When process `pid` began, in clock ticks since boot; None if there is none (or only its zombie).

    With the pid it names one process: pids are used again, and a clock that is set moves neither side of the
    difference alone.
    """
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return None
        since_boot = float(process.create_time() - psutil.boot_time())
    except (psutil.Error, ValueError, OverflowError):
        return None
    return round(since_boot * os.sysconf("SC_CLK_TCK"))


def memory_of(pid: int) -> int:
    """The resident memory of a process in bytes; 0 if it has ended, or cannot be looked at now."""
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except (psutil.Error, OSError):  # OSError: no descriptor is left
        return 0


def search_path() -> str:
    """Where this process finds modules, as ``PYTHONPATH`` for a Python that it starts, so that an uninstalled
    checkout works there as well.
    """
    return os.pathsep.join(path for path in sys.path if path)


def exit_watch(pid: int) -> int:
    """A descriptor that can be read from once the child `pid` has ended: pidfd on Linux, kqueue elsewhere.

    The child stays to be waited for. The caller closes the descriptor. Raises OSError.
    """
    if hasattr(os, "pidfd_open"):
        return os.pidfd_open(pid)
    queue = select.kqueue()  # type: ignore[attr-defined, unused-ignore]
    try:
        queue.control([_exit_of(pid)], 0)
        return os.dup(queue.fileno())
    finally:
        queue.close()


def _exit_of(pid: int) -> object:
    """The event of BSD and macOS: the process `pid` exits."""
    return select.kevent(  # type: ignore[attr-defined, unused-ignore]
        pid,
        filter=select.KQ_FILTER_PROC,  # type: ignore[attr-defined, unused-ignore]
        flags=select.KQ_EV_ADD | select.KQ_EV_ONESHOT,  # type: ignore[attr-defined, unused-ignore]
        fflags=select.KQ_NOTE_EXIT,  # type: ignore[attr-defined, unused-ignore]
    )


def processes_with(variable: str, value: str) -> Iterator[int]:
    """The pids of this user's other processes whose environment has `variable` set to `value`."""
    import psutil

    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(variable) == value:
                yield process.pid
        except (psutil.Error, OSError):
            continue  # another user's process, or one that just ended


def file_system_of(path: str) -> str:
    """The type of the file system `path` is on (``ext4``, ``nfs4``, ...), empty where it is not known."""
    import psutil

    target, best, kind = os.path.realpath(path), "", ""
    for partition in psutil.disk_partitions(all=True):
        mount = partition.mountpoint
        inside = target == mount or target.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, partition.fstype
    return kind


def show_as(name: str, variables: Mapping[str, str], subject: str = "") -> None:
    """Let a forked process be seen under a name of its own, with what it works on as its argument and with
    these environment variables, not with those its parent was started with. Call it once all variables of
    `os.environ` were set anew: the places of the first ones are overwritten. Nothing happens where the
    system has no such places.
    """
    import ctypes

    with suppress(OSError, AttributeError, ValueError, IndexError):
        ctypes.CDLL(None).prctl(_SET_NAME, name.encode())
        fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
        arguments, arguments_end, environment, environment_end = map(int, fields[-5:-1])
        text = b"".join(f"{key}={value}".encode() + b"\0" for key, value in variables.items())
        words = [name, subject] if subject else [name]
        _overwrite(arguments, arguments_end, b"".join(word.encode() + b"\0" for word in words))
        _overwrite(environment, environment_end, text)


def _overwrite(start: int, end: int, text: bytes) -> None:
    """Replace what is shown of this process between two addresses, if there is room."""
    import ctypes

    if 0 < start < end and len(text) <= end - start:
        ctypes.memset(start, 0, end - start)
        ctypes.memmove(start, text, len(text))
