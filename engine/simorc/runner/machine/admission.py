"""Decides whether another case may start: the limit shared by all runs, and the load of the machine."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from simorc.cpus import usable_cpus
from simorc.rundir.layout import RunLayout
from simorc.rundir.run_settings import RunSettings
from simorc.runner.machine.load import LoadSense, running_processes
from simorc.runner.machine.slot_pool import SlotPool

LOOK_EVERY = 0.25
"""Seconds between readings of the machine's load and of the other runs."""


class Admission:
    """Called before a case starts and after it has ended; limits the cases that run at once."""

    def __init__(self, pool: SlotPool | None, shared_jobs: int | None, max_load: float | None) -> None:
        self._pool = pool
        self._shared_jobs = shared_jobs
        self._load = None if max_load is None else LoadSense(max_load)
        self._jobs = 1
        self._cpus = usable_cpus()
        self._at_most: int | None = None
        self._under_way = 0

    def enter(self, jobs: int, wanted: int) -> str:
        """The run begins; returns why slots are not shared, empty if they are."""
        try:
            if self._pool is not None:
                self._pool.enter()
            self.look(jobs, wanted)
        except OSError as error:
            self._pool = None
            return f"the limit shared with other runs is not enforced: {error}"
        return ""

    def leave(self) -> None:
        if self._pool is not None:
            self._pool.leave()

    def look(self, jobs: int, wanted: int) -> None:
        """Update the limit from the machine's load and the other runs. `jobs` is this run's own limit,
        `wanted` how many cases it could run now.
        """
        self._jobs, self._cpus = jobs, usable_cpus()
        if self._load is not None:
            self._at_most = self._load.advise(jobs, self._under_way, running_processes())
        if self._pool is not None:
            self._pool.look(self._limit, min(jobs, wanted))

    def admit(self) -> bool:
        """Whether one more case may start; if so, it counts as in progress until `release`."""
        if self._at_most is not None and self._under_way >= self._at_most:
            return False
        if self._pool is not None and not self._pool.take(self._limit):
            return False
        self._under_way += 1
        return True

    def release(self) -> None:
        self._under_way -= 1
        if self._pool is not None:
            self._pool.give()

    @property
    def _limit(self) -> int:
        return self._shared_jobs or max(self._cpus, self._jobs)


def admission_of(layout: RunLayout, settings: RunSettings) -> Admission:
    """The admission of a run on this machine. A run outside a project does not share the limit."""
    pool = None
    if (layout.root / "sim_setup.yaml").is_file():
        directory = slots_directory(layout.root, everywhere=settings.shared_jobs is not None)
        pool = SlotPool(directory, layout.name, settings.priority)
    return Admission(pool, settings.shared_jobs, settings.max_load)


def slots_directory(root: Path, *, everywhere: bool) -> Path:
    """Where a user's runs share slots: on this machine, or wherever the project's directory is seen."""
    user = str(os.getuid())
    return root / ".simorc" / "slots" / (user if everywhere else f"{user}@{socket.gethostname()}")
