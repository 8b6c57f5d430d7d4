"""The protocol between an executor and a run.

An executor takes jobs from the run's `Work` as it has room, simulates them somewhere, and reports each
outcome. It decides nothing: what to run next, what to do after a failure and what is written down is the
run's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from simorc.simulators.job import Job
from simorc.simulators.outcome import Outcome


class Work(Protocol):
    """The run's side."""

    async def take(self, slot: int) -> Job | None:
        """The next job for `slot`; waits while the run is paused or a retry is due later. None: no
        job is left.
        """
        ...

    def spawned(self, case_id: int, pid: int) -> None:
        """A simulator runs as process group `pid`."""
        ...

    def exited(self, pid: int) -> None: ...

    def progressed(self, case_id: int, fraction: float) -> None:
        """The case is that far, 0 ... 1."""
        ...

    def distrusted(self, case_ids: Sequence[int], reason: str) -> None:
        """These completed cases rest on something that turned out wrong: they are to run again."""
        ...

    async def finished(self, job: Job, outcome: Outcome) -> None: ...


@runtime_checkable
class RangeWork(Work, Protocol):
    """A run that also gives ranges of cases to a worker that does whole cases: it prepares, simulates, judges
    and measures them.
    """

    @property
    def holds(self) -> bool:
        """Whether no further case is to begin now."""
        ...

    @property
    def waiting(self) -> int:
        """How many cases wait."""
        ...

    def take_range(self, slot: int, most: int) -> list[int]:
        """Up to `most` cases for `slot` that may run as they are; empty if none waits that may."""
        ...

    def directory(self, case_id: int) -> Path:
        """The directory of a case."""
        ...

    def begun(self, case_id: int) -> None:
        """A case of a range is in progress."""
        ...

    def measured(self, case_id: int, started: float, outcome: Outcome) -> None:
        """A case of a range has ended; it began at `started`, a time of the wall clock (s)."""
        ...

    def range_ended(self, left: Sequence[int], *, other: bool) -> Job | None:
        """A range has ended; these of its cases did not begin and wait again. `other`: the first of them is
        to run by itself now: returns its job, None if it cannot be prepared, which is its verdict.
        """
        ...


class Executor(Protocol):
    """Where cases execute."""

    place: str

    @property
    def jobs(self) -> int:
        """How many cases run side by side."""
        ...

    async def run(self, work: Work) -> None:
        """Execute until `work` has nothing left."""
        ...

    def set_jobs(self, jobs: int) -> None:
        """Change how many cases run side by side, at once for more, as cases end for fewer."""
        ...

    def stop(self, case_ids: Iterable[int] | None = None) -> None:
        """Kill these cases, or all: their outcome is `cancelled`."""
        ...
