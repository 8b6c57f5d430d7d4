"""The process that owns an active pipeline run: ``python -m simorc.pipeline.runner RUN_DIR``.

It has its own session, so that it continues after the terminal that started it closes; holds the run's lock;
works from the run directory alone (a sweep stage reads the project). SIGTERM stops it after killing the
stage.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from simorc.launch.runner_process import exit_code_of
from simorc.pipeline.loop import conduct
from simorc.pipeline.rundir.layout import PipelineLayout
from simorc.pipeline.rundir.manifest import open_pipeline_run
from simorc.rundir.lock import HEARTBEAT_EVERY, RunnerLock
from simorc.runner.guardian import Guardian, sweep_orphans


class Interruption:
    """A request to stop: raises KeyboardInterrupt in the middle of a stage's program, and nowhere else."""

    def __init__(self) -> None:
        self.asked = False
        self._interruptible = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True
        if self._interruptible:
            self._interruptible = False
            raise KeyboardInterrupt

    def allow(self) -> None:
        """From here on it raises on a stop request; at once if one arrived before."""
        self._interruptible = True
        if self.asked:
            self._interruptible = False
            raise KeyboardInterrupt

    def forbid(self) -> None:
        """From here on it only remembers."""
        self._interruptible = False


class Watchers:
    """The guardian is notified of a program before it may be interrupted, and when it has ended."""

    def __init__(self, guardian: Guardian, interruption: Interruption) -> None:
        self._guardian = guardian
        self._interruption = interruption

    @property
    def asked(self) -> bool:
        return self._interruption.asked

    def started(self, pid: int) -> None:
        self._guardian.started(pid)
        self._interruption.allow()

    def waited(self) -> None:
        self._interruption.forbid()

    def ended(self, pid: int) -> None:
        self._guardian.ended(pid)


def main() -> int:
    """Resume the run named on the command line; exit code 75 if another process holds it."""
    layout = PipelineLayout(Path(sys.argv[1]).resolve())
    return exit_code_of(lambda: _hold(layout))


def _hold(layout: PipelineLayout) -> None:
    with RunnerLock(layout) as lock:
        _resume(layout, lock)


def _resume(layout: PipelineLayout, lock: RunnerLock) -> None:
    interruption = Interruption()
    over = threading.Event()
    lock.announce()
    heart = threading.Thread(target=_beat, args=(lock, over), daemon=True)
    heart.start()
    sweep_orphans(layout.path)
    guardian = Guardian()
    try:
        conduct(open_pipeline_run(layout), Watchers(guardian, interruption))
    finally:
        over.set()
        heart.join()
        guardian.dismiss()
    lock.leave()


def _beat(lock: RunnerLock, over: threading.Event) -> None:
    while not over.wait(HEARTBEAT_EVERY):
        lock.announce()


if __name__ == "__main__":
    sys.exit(main())
