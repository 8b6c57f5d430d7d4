"""The guardian process: kills the simulators of a killed runner.

Each simulator has its own session, so that its whole group can be ended; therefore it survives a runner that
is killed with SIGKILL. The guardian is a small process that the runner starts; it reads from a pipe which
process groups the runner starts and ends. When the pipe closes without a final message, it kills every group
still running. If both were killed, `sweep_orphans` ends the simulators: a runner that resumes a run searches
for processes whose environment names that run.

Run as ``python -S guardian.py``: it imports nothing but os, signal and sys.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

RUN_VARIABLE = "SIMORC_RUN"


class Guardian:
    """The runner's end of the pipe."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        assert self._process.stdin is not None
        self._pipe = self._process.stdin.fileno()

    def started(self, pid: int) -> None:
        """A simulator was started; its process group is `pid`."""
        self._send(f"+{pid}\n")

    def ended(self, pid: int) -> None:
        self._send(f"-{pid}\n")

    def dismiss(self) -> None:
        """Nothing is left to guard."""
        self._send("bye\n")
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()  # it is suspended; there is nothing left for it to do
            self._process.wait()

    def _send(self, line: str) -> None:
        try:
            os.write(self._pipe, line.encode())
        except BrokenPipeError:
            pass  # the guardian was killed; sweep_orphans remains


def sweep_orphans(run: Path) -> int:
    """Kill simulators of `run` whose runner is gone; returns how many. Call it only while holding the run's
    lock.
    """
    from simorc.processes import processes_with  # not at the top: the guardian itself runs without packages

    killed = 0
    for pid in processes_with(RUN_VARIABLE, str(run)):
        try:
            _kill_group(pid)
            killed += 1
        except OSError:
            continue  # it ended by itself
    return killed


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(pid, signal.SIGKILL)


def _watch() -> None:
    """The guardian itself: keep the set of live groups until the pipe closes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    alive: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word == "bye":
            return
        if word.startswith("+"):
            alive.add(int(word[1:]))
        elif word.startswith("-"):
            alive.discard(int(word[1:]))
    for pid in alive:
        try:
            os.killpg(pid, signal.SIGKILL)
        except OSError:
            pass  # it ended between its last word and now


if __name__ == "__main__":
    _watch()
