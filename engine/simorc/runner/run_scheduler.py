"""What the runner's pulse asks of whoever conducts the run: a campaign, or a coordinator of cluster jobs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from simorc.rundir.status_files import Report
from simorc.sweeps.plan import Plan

TAKING_OVER = "taking over completed cases"
"""Why a run waits with its first case; told by `started` and `reused`, not as a pause."""


class RunScheduler(Protocol):
    """Steers a run under way."""

    plan: Plan

    async def run(self) -> None:
        """Until nothing is left or the run is cancelled."""
        ...

    def settle(self) -> None:
        """The run is over, and everything it told is on the disk."""
        ...

    def cancel(self, why: str) -> None: ...

    def cancel_cases(self, case_ids: Sequence[int]) -> None: ...

    def retry(self, case_ids: Iterable[int]) -> int: ...

    def hurry(self, case_ids: Iterable[int]) -> None: ...

    @property
    def jobs(self) -> int: ...

    def set_jobs(self, jobs: int) -> None: ...

    def reported(self, report: Report) -> None: ...

    def pause(self, reason: str) -> None: ...

    def resume(self, reason: str) -> None: ...
