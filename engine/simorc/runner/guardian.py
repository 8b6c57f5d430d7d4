"""The guardian process: kills the simulators of a killed runner.

Each simulator has a session of its own, so that its whole group can be ended; the price is that it outlives
a runner that is killed with SIGKILL. The guardian is a small process beside the runner which reads, from a
pipe, what the runner starts and ends. When the pipe closes without a farewell, it kills every group still
running. `sweep_orphans` is the second net, for the case that both were killed: a runner that takes over a
run looks for simulators carrying that run's name.

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
            self._process.kill()  # somebody stopped it; there is nothing left for it to do
            self._process.wait()

    def _send(self, line: str) -> None:
        try:
            os.write(self._pipe, line.encode())
        except BrokenPipeError:
            pass  # somebody killed the guardian; sweep_orphans remains


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
