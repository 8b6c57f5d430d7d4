"""How many more cases this machine can run besides other processes."""

from __future__ import annotations

from collections import deque
from pathlib import Path

_STAT = Path("/proc/stat")
_SAMPLES = 8
"""Looks that are averaged: one process more or less for a moment changes nothing."""


def running_processes(stat: Path = _STAT) -> int | None:
    """How many processes of the whole machine are ready to run or running; None if the kernel does not report
    it.
    """
    try:
        for line in stat.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("procs_running "):
                return int(line.split()[1])
    except (OSError, ValueError):
        pass
    return None


class LoadSense:
    """Advises how many cases to run at once so that the machine's load stays at `max_load` processes."""

    def __init__(self, max_load: float) -> None:
        self._max_load = max_load
        self._others: deque[float] = deque(maxlen=_SAMPLES)

    def advise(self, wanted: int, own: int, running: int | None) -> int:
        """How many cases may run at once, from 1 to `wanted`; `own` is how many cases of this run are in
        progress, `running` the number of running processes of the machine.
        """
        if running is not None:
            self._others.append(
                max(0.0, running - own - 1)
            )  # minus the runner itself, which is running while it measures
        if not self._others:
            return wanted
        others = sum(self._others) / len(self._others)
        return max(1, min(wanted, int(self._max_load - others + 0.5)))
