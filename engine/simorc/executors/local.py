"""The executor of this machine: slots that run one case after the other.

A slot is what a warm session belongs to, so the number of simulators is the number of slots at any time.
A slot is opened when the one before it has its first case: there are never more slots than cases at once and
one that waits, however many jobs are allowed.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from typing import Protocol

import anyio
from anyio.abc import TaskGroup

from simorc.executors.base import RangeWork, Work
from simorc.simulators.defects import print_defect
from simorc.simulators.job import Callbacks, Job
from simorc.simulators.outcome import Outcome


class CaseWorker(Protocol):
    """What one slot simulates on: a cold simulator, or a warm session with a cold one beside it."""

    async def run(self, job: Job, callbacks: Callbacks) -> Outcome: ...

    async def close(self) -> None:
        """End all processes that continue between cases."""
        ...


class RangeLeft(Protocol):
    """The cases of a range that did not run; `other`: the first of them is to run by itself."""

    @property
    def case_ids(self) -> Sequence[int]: ...

    @property
    def other(self) -> bool: ...


class CaseRanges(Protocol):
    """The ranges of cases that the worker of a slot runs without a word of the run in between."""

    def most(self) -> int:
        """How many cases the next range may have; 0: the next case is to run by itself."""
        ...

    def granted(self, wanted: int) -> int:
        """How many of so many cases may run before one is to run by itself."""
        ...

    async def run(self, case_ids: Sequence[int], watch: RangeWork, callbacks: Callbacks) -> RangeLeft: ...

    def stop(self, case_ids: Collection[int] | None) -> None:
        """End those of these, or all, that are in progress or wait in the range."""
        ...


class LocalExecutor:
    """Runs cases in `jobs` slots, each on its own worker created by `make_bench`."""

    def __init__(self, make_bench: Callable[[int], CaseWorker], jobs: int) -> None:
        self.place = socket.gethostname()
        self._make_bench = make_bench
        self._jobs = jobs
        self._slots: set[int] = set()
        self._without_case: set[int] = set()
        """Slots that had no case yet: while there is one, another would wait, too."""
        self._scopes: dict[int, anyio.CancelScope] = {}
        self._ranges: dict[int, CaseRanges] = {}
        """The ranges in progress, by slot."""
        self._tasks: TaskGroup | None = None
        self._work: Work | None = None
        self._range_work: RangeWork | None = None

    @property
    def jobs(self) -> int:
        return self._jobs

    async def run(self, work: Work) -> None:
        self._work = work
        self._range_work = work if isinstance(work, RangeWork) else None
        async with anyio.create_task_group() as self._tasks:
            self.set_jobs(self._jobs)
        self._tasks = None

    def set_jobs(self, jobs: int) -> None:
        self._jobs = max(1, jobs)
        self._open_next()

    def _open_next(self) -> None:
        """Open the free slot of the lowest number, if one is allowed and none waits for its first case."""
        if self._tasks is None or self._without_case:
            return
        slot = next((number for number in range(self._jobs) if number not in self._slots), None)
        if slot is not None:
            self._slots.add(slot)
            self._without_case.add(slot)
            self._tasks.start_soon(self._serve, slot)

    def stop(self, case_ids: Iterable[int] | None = None) -> None:
        stopped = None if case_ids is None else list(case_ids)
        for case_id in list(self._scopes) if stopped is None else stopped:
            if case_id in self._scopes:
                self._scopes[case_id].cancel()
        for ranges in self._ranges.values():
            ranges.stop(stopped)

    async def _serve(self, slot: int) -> None:
        assert self._work is not None
        bench = self._make_bench(slot)
        try:
            while slot < self._jobs:
                if await self._served_range(slot, bench):
                    continue
                job = await self._work.take(slot)
                self._without_case.discard(slot)
                if job is None:
                    break
                self._open_next()
                outcome = await self._simulate(bench, job)
                await self._work.finished(job, outcome)
        finally:
            self._slots.discard(slot)
            self._without_case.discard(slot)
            with anyio.CancelScope(shield=True):
                await bench.close()

    async def _served_range(self, slot: int, bench: CaseWorker) -> bool:
        """Run a range of cases if the worker and the run are ready for one; whether there was one."""
        work, ranges = self._range_work, getattr(bench, "ranges", None)
        if ranges is None or work is None:
            return False
        share, most = -(-work.waiting // (2 * self._jobs)), 0
        with suppress(OSError):  # what cannot be looked at now: the next case runs by itself
            most = ranges.granted(min(ranges.most(), share))
        case_ids = work.take_range(slot, most) if most else []
        if not case_ids:
            return False
        self._open_next()
        self._ranges[slot] = ranges
        try:
            left = await ranges.run(case_ids, work, _callbacks(work, case_ids[0]))
        finally:
            del self._ranges[slot]
        job = work.range_ended(left.case_ids, other=left.other)
        if job is not None:
            await work.finished(job, await self._simulate(bench, job))
        return True

    async def _simulate(self, bench: CaseWorker, job: Job) -> Outcome:
        work, case_id = self._work, job.case_id
        assert work is not None
        with anyio.CancelScope() as scope:
            self._scopes[case_id] = scope
            try:
                return await bench.run(job, _callbacks(work, case_id))
            except Exception as error:  # noqa: BLE001 - a defect met in one case must not stop the others
                print_defect(error)
                return Outcome.met(error, "run the case")
            finally:
                del self._scopes[case_id]
        return Outcome.cancelled()


def _callbacks(work: Work, case_id: int) -> Callbacks:
    return Callbacks(
        on_spawn=lambda pid: work.spawned(case_id, pid),
        on_exit=work.exited,
        on_progress=lambda fraction: work.progressed(case_id, fraction),
        on_mismatch=work.distrusted,
    )
