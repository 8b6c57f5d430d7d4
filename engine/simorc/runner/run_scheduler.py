"""The protocol of schedulers that the housekeeping of a runner controls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from simorc.rundir.attempts.status_files import Report
from simorc.sweeps.plan import Plan


class RunScheduler(Protocol):
    """Runs the cases of one run."""

    plan: Plan

    async def run(self) -> None:
        """Until nothing is left or the run is cancelled."""
        ...

    def settle(self) -> None:
        """The run is over, and everything it recorded is on the disk."""
        ...

    def cancel(self, why: str) -> None: ...

    def cancel_cases(self, case_ids: Sequence[int]) -> None: ...

    def retry(self, case_ids: Iterable[int]) -> int: ...

    def move_to_front(self, case_ids: Iterable[int]) -> None: ...

    @property
    def jobs(self) -> int: ...

    def set_jobs(self, jobs: int) -> None: ...

    def reported(self, report: Report) -> None: ...

    def pause(self, reason: str) -> None: ...

    def resume(self, reason: str) -> None: ...
