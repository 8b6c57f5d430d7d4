"""The slots of this machine, with work that a test hands out by hand."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from simorc.executors.local import LocalExecutor
from simorc.simulators.job import Callbacks, Job
from simorc.simulators.outcome import Outcome


@dataclass
class Bench:
    """Completes each case when the test lets it."""

    go_on: anyio.Event

    async def run(self, job: Job, reported: Callbacks) -> Outcome:
        await self.go_on.wait()
        return Outcome("completed")

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Cases:
    """The run's side: a queue, and how many cases were under way at once."""

    waiting: deque[Job]
    go_on: anyio.Event = field(default_factory=anyio.Event)
    benches: list[int] = field(default_factory=list)
    under_way: int = 0
    most: int = 0
    wanted: int = 0

    def bench(self, slot: int) -> Bench:
        self.benches.append(slot)
        return Bench(self.go_on)

    async def take(self, slot: int) -> Job | None:
        if not self.waiting:
            await self.go_on.wait()
            return None
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.under_way == self.wanted:
            self.go_on.set()
        return self.waiting.popleft()

    def spawned(self, case_id: int, pid: int) -> None: ...

    def exited(self, pid: int) -> None: ...

    def progressed(self, case_id: int, fraction: float) -> None: ...

    def distrusted(self, case_ids: Sequence[int], reason: str) -> None: ...

    async def finished(self, job: Job, outcome: Outcome) -> None:
        self.under_way -= 1


def cases(count: int, wanted: int) -> Cases:
    jobs = (Job(number, Path(), "*\n.end\n") for number in range(1, count + 1))
    return Cases(deque(jobs), wanted=wanted)


async def test_slots_are_opened_for_cases_and_not_for_jobs() -> None:
    work = cases(9, wanted=9)
    await LocalExecutor(work.bench, 100_000).run(work)
    assert (work.most, work.benches) == (9, list(range(10)))


async def test_no_more_slots_than_jobs() -> None:
    work = cases(9, wanted=4)
    await LocalExecutor(work.bench, 4).run(work)
    assert (work.most, work.benches) == (4, [0, 1, 2, 3])


async def test_more_jobs_open_more_slots_at_once() -> None:
    work = cases(9, wanted=6)
    executor = LocalExecutor(work.bench, 2)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(executor.run, work)
        await anyio.wait_all_tasks_blocked()
        assert work.most == 2
        executor.set_jobs(6)
    assert (work.most, sorted(work.benches)) == (6, [0, 1, 2, 3, 4, 5])
