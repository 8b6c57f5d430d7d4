"""One simulator process in its own session: started, waited for, ended with its process group."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import anyio

from simorc.processes import exit_watch, memory_of
from simorc.simulators.job import Limits

_GRACE = 0.3
_LIMITS_FROM_OUTSIDE = hasattr(resource, "prlimit")
"""Whether this system sets the limits of another process (Linux); else a shell sets them and becomes it."""
Stopped = TypeVar("Stopped")


@dataclass(frozen=True, slots=True)
class Ended:
    """The exit code, negative for a signal, and the largest resident size in bytes (None: too small)."""

    exit_code: int
    peak_memory: int | None


class Child:
    """A running simulator. Its output goes to the file `log`, so it can neither block nor fill our memory."""

    def __init__(
        self,
        command: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        log: Path,
        limits: Limits,
    ) -> None:
        """Raises OSError if the program cannot be started."""
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            self._process = subprocess.Popen(
                command if _LIMITS_FROM_OUTSIDE else _limited(command, limits),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=directory,
                env=environment,
                start_new_session=True,
            )
        finally:
            os.close(output)
        self.pid = self._process.pid
        try:
            self._watch = exit_watch(self.pid)
        except OSError:
            self._signal(signal.SIGKILL)
            self._process.wait()
            raise
        self._restrict(limits)

    def _restrict(self, limits: Limits) -> None:
        """Set limits from outside: code between fork and exec would cost the fast way to start a process."""
        try:
            if limits.memory is not None and _LIMITS_FROM_OUTSIDE:
                resource.prlimit(self.pid, resource.RLIMIT_AS, (limits.memory, limits.memory))
            if limits.raw is not None and _LIMITS_FROM_OUTSIDE:
                largest = _largest_file(limits.raw, limits.log)
                resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (largest, largest))
            if limits.nice:
                own = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PROCESS, self.pid, min(19, own + limits.nice))
        except ProcessLookupError:
            pass  # it has ended already

    async def ends_within(self, seconds: float) -> bool:
        """Wait until it has ended, at most so long."""
        with anyio.move_on_after(seconds):
            await anyio.wait_readable(self._watch)
            return True
        return False

    def memory(self) -> int:
        """Its resident size in bytes; 0 if it has ended."""
        return memory_of(self.pid)

    async def interrupt(self, seconds: float) -> None:
        """Interrupt the process so that it writes its results so far: an interactive ngspice stops its
        analysis and runs the commands after it, which write the raw file. A process that has not ended after
        `seconds` is stopped.
        """
        self._signal(signal.SIGINT)
        if not await self.ends_within(seconds):
            await self.stop()

    async def stop(self) -> None:
        """Terminate the process group, and kill it after a short grace period; this ends stopped and blocked
        groups too.
        """
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)
        await self.ends_within(_GRACE)
        self._signal(signal.SIGKILL)

    def reap(self) -> Ended:
        """Take its exit code. What is left of its group is killed first, while the number is its own."""
        self._signal(signal.SIGKILL)
        _, status, usage = os.wait4(self.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        os.close(self._watch)
        peak = usage.ru_maxrss * 1024
        # Until it calls exec, a child is as large as its parent, so a smaller peak cannot be measured.
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return Ended(self._process.returncode, peak if peak > own else None)

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            pass


def _largest_file(raw: int, log: int) -> int:
    return max(raw, log) + (1 << 20)


def _limited(command: Sequence[str], limits: Limits) -> Sequence[str]:
    """`command` after a shell has set the limits. A limit that the system does not have is not set."""
    settings = []
    if limits.memory is not None:
        settings.append(f"ulimit -v {max(1, limits.memory >> 10)} 2>/dev/null")
    if limits.raw is not None:
        settings.append(f"ulimit -f {_largest_file(limits.raw, limits.log) >> 9} 2>/dev/null")
    if not settings:
        return command
    return ["/bin/sh", "-c", "; ".join([*settings, 'exec "$0" "$@"']), *command]


async def attended(
    child: Child, attend: Callable[[], Awaitable[Stopped]], on_exit: Callable[[int], None]
) -> tuple[Stopped, Ended]:
    """The result of `attend`, which waits for the end of a case, and how the process ended.

    The process and its group have ended afterwards, also if `attend` raises or is cancelled.
    """
    try:
        stopped = await attend()
    except BaseException:
        with anyio.CancelScope(shield=True):
            await child.stop()
        raise
    finally:
        ended = child.reap()
        on_exit(child.pid)
    return stopped, ended
