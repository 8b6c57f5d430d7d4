"""The process of a warm session: how it is started, and what its session needs of it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from simorc.processes import memory_of


class SessionProcess(Protocol):
    """A running process that reads commands and prints what they print; it leads a process group of its own.

    `input` and `output` are non-blocking descriptors of this process.
    """

    pid: int
    input: int
    output: int

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its group; harmless when that is gone."""
        ...

    def wait(self) -> int:
        """Wait for its end; its exit code, negative for a signal."""
        ...

    def close(self) -> None:
        """Close the descriptors."""
        ...

    def resident_bytes(self) -> int:
        """The memory that the session uses, in bytes; 0 if it has ended."""
        ...


StartProcess = Callable[[Sequence[str], Path, Mapping[str, str], int], SessionProcess]
"""Starts the process of a session: command line, working directory, environment, niceness to add."""


class ProgramProcess:
    """A program as the process of a session. Raises OSError if it cannot be started."""

    def __init__(
        self, command: Sequence[str], directory: Path, environment: Mapping[str, str], nice: int = 0
    ) -> None:
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env=dict(environment),
            start_new_session=True,
            bufsize=0,
        )
        self.pid = self._process.pid
        if nice:
            os.setpriority(os.PRIO_PROCESS, self.pid, os.getpriority(os.PRIO_PROCESS, 0) + nice)
        assert self._process.stdin is not None and self._process.stdout is not None
        self.input, self.output = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self.output, False)
        os.set_blocking(self.input, False)

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def wait(self) -> int:
        return self._process.wait()

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def resident_bytes(self) -> int:
        return memory_of(self.pid)
