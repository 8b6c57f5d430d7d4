"""The slots of this machine with a worker that runs ranges of cases by itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from simorc.executors.base import RangeWork
from simorc.executors.local import LocalExecutor
from simorc.simulators.job import Callbacks, Job
from simorc.simulators.outcome import Outcome

JOBS = {number: Job(number, Path(), "*\n.end\n") for number in range(1, 9)}


@dataclass(frozen=True)
class Left:
    """What a range leaves."""

    case_ids: Sequence[int]
    other: bool


@dataclass
class Ranges:
    """Runs ranges of up to three cases, but leaves case `other`; none runs before the first case."""

    other: int
    ready: bool = False
    ran: list[list[int]] = field(default_factory=list)

    def most(self) -> int:
        return 3 if self.ready else 0

    def granted(self, wanted: int) -> int:
        return wanted

    async def run(self, case_ids: Sequence[int], watch: RangeWork, callbacks: Callbacks) -> Left:
        done = [case_id for case_id in case_ids if case_id < self.other or case_ids[0] > self.other]
        self.ran.append(done)
        for case_id in done:
            watch.measured(case_id, 0.0, Outcome("completed"))
        return Left(case_ids[len(done) :], len(done) < len(case_ids))

    def stop(self, case_ids: Collection[int] | None) -> None:
        """Nothing is in progress."""


@dataclass
class Worker:
    """Completes every case at once."""

    ranges: Ranges

    async def run(self, job: Job, callbacks: Callbacks) -> Outcome:
        self.ranges.ready = True
        return Outcome("completed")

    async def close(self) -> None:
        """Nothing is open."""


class Run:
    """The run's side: which cases were run by themselves and which in ranges."""

    holds = False

    def __init__(self, other: int = 0) -> None:
        self.queue = deque(JOBS)
        self.alone: list[int] = []
        self.in_ranges: list[int] = []
        self.ranges = Ranges(other)

    @property
    def waiting(self) -> int:
        return len(self.queue)

    async def take(self, slot: int) -> Job | None:
        return JOBS[self.queue.popleft()] if self.queue else None

    def take_range(self, slot: int, most: int) -> list[int]:
        return [self.queue.popleft() for _ in range(min(most, len(self.queue)))]

    def range_ended(self, left: Sequence[int], *, other: bool) -> Job | None:
        self.queue.extendleft(reversed(left[1:] if other else left))
        return JOBS[left[0]] if other else None

    def directory(self, case_id: int) -> Path:
        return JOBS[case_id].directory

    def spawned(self, case_id: int, pid: int) -> None: ...

    def exited(self, pid: int) -> None: ...

    def begun(self, case_id: int) -> None: ...

    def progressed(self, case_id: int, fraction: float) -> None: ...

    def distrusted(self, case_ids: Sequence[int], reason: str) -> None: ...

    def measured(self, case_id: int, started: float, outcome: Outcome) -> None:
        self.in_ranges.append(case_id)

    async def finished(self, job: Job, outcome: Outcome) -> None:
        self.alone.append(job.case_id)


async def test_ranges_follow_once_the_worker_is_ready_and_end_small() -> None:
    run = Run()
    await LocalExecutor(lambda _: Worker(run.ranges), 1).run(run)
    assert (run.alone, run.in_ranges) == ([1], [2, 3, 4, 5, 6, 7, 8])
    assert run.ranges.ran == [[2, 3, 4], [5, 6], [7], [8]]


async def test_what_is_not_for_a_range_runs_by_itself_and_the_rest_waits_again() -> None:
    run = Run(other=3)
    await LocalExecutor(lambda _: Worker(run.ranges), 1).run(run)
    assert (run.alone, run.in_ranges) == ([1, 3], [2, 4, 5, 6, 7, 8])
