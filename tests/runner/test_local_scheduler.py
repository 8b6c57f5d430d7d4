"""The bookkeeping of a scheduler, with an executor worked by hand: a case runs as often as it must."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import pytest

from simorc.config.project import Project
from simorc.executors.base import Work
from simorc.launch.build import build_run
from simorc.rundir.attempts.status_files import Report
from simorc.rundir.circuit.circuits import settings_of
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.writer import Store
from simorc.runner.guardian import Guardian
from simorc.runner.local_scheduler import LocalScheduler
from simorc.runner.machine.watch import MachineWatch
from simorc.runner.measuring import Measuring
from simorc.runner.preparation import Preparation
from simorc.simulators.job import Job
from simorc.simulators.outcome import FailureKind, Outcome

pytestmark = pytest.mark.ngspice  # no run is made without a simulator

TEMPLATE = "* divider\n.param r={{ parameters.r }}\nV1 in 0 1\nR1 in 0 {r}\n.op\n.end\n"
COMPLETED = Outcome("completed")
WARM = Outcome("completed", warm=True)
CRASHED = Outcome.failed(FailureKind.CRASHED, "SIGSEGV")


class ByHand:
    """An executor whose slots are the test."""

    place, jobs = "here", 2

    def __init__(self) -> None:
        self.began, self.over = anyio.Event(), anyio.Event()

    async def run(self, work: Work) -> None:
        self.began.set()
        await self.over.wait()

    def set_jobs(self, jobs: int) -> None:
        raise AssertionError("nobody asks for that here")

    def stop(self, case_ids: Iterable[int] | None = None) -> None:
        """The test ends its cases itself."""


class SlowMeasuring(Measuring):
    """Waits with a case until the test lets it go on."""

    def hold(self) -> None:
        self.reached, self.released = anyio.Event(), anyio.Event()

    async def complete(self, case_id: int, outcome: Outcome) -> Outcome:
        if hasattr(self, "reached"):
            self.reached.set()
            await self.released.wait()
        return outcome


@dataclass
class Bed:
    """A scheduler under test."""

    scheduler: LocalScheduler
    store: Store
    measuring: SlowMeasuring

    async def take(self) -> Job | None:
        """The next job; None if none comes at once."""
        with anyio.move_on_after(0.05):
            return await self.scheduler.take(0)
        return None

    async def run(self, outcome: Outcome) -> int:
        """Run the next case to that outcome; its number."""
        job = await self.take()
        assert job is not None
        await self.scheduler.finished(job, outcome)
        return job.case_id

    async def run_all(self) -> list[int]:
        """Complete everything that is left to run; the cases as they came."""
        came = []
        while (job := await self.take()) is not None:
            came.append(job.case_id)
            await self.scheduler.finished(job, COMPLETED)
        return came


@pytest.fixture
def layout(make_project: Callable[..., Project]) -> RunLayout:
    execution = "retries: 2, retry: {delay: 0.02, longest_delay: 0.02}"
    return build_run(make_project(TEMPLATE, execution=execution, sweep="parameters: {r: [1, 2, 3]}\n"), "s")


@asynccontextmanager
async def scheduler_of(layout: RunLayout, machine: MachineWatch | None = None) -> AsyncIterator[Bed]:
    """A scheduler that has begun; it ends with the block."""
    manifest, guardian, executor = load_manifest(layout), Guardian(), ByHand()
    settings = settings_of(layout, manifest, {})
    preparation = Preparation(layout, manifest, settings)
    with Store(layout, preparation.plan) as store:
        measuring = SlowMeasuring(layout, manifest, preparation.plan)
        scheduler = LocalScheduler(
            *(layout, preparation, measuring, store, executor, guardian, settings),
            machine=machine or MachineWatch(lambda: ""),
        )
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(scheduler.run)
            await executor.began.wait()
            yield Bed(scheduler, store, measuring)
            executor.over.set()
        store.flush()
    guardian.dismiss()


async def test_a_case_that_is_being_measured_when_its_deck_is_refused_runs_again(layout: RunLayout) -> None:
    async with scheduler_of(layout) as bed:
        job = await bed.take()
        assert job is not None
        bed.measuring.hold()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bed.scheduler.finished, job, WARM)
            await bed.measuring.reached.wait()
            bed.scheduler.distrusted([job.case_id], "case 9: the waveforms differ")
            bed.measuring.released.set()
        assert bed.store.statuses.of(job.case_id) == "in_progress"
        again = await bed.take()
        assert again is not None and again.case_id == job.case_id and again.forced_cold
        await bed.scheduler.finished(again, COMPLETED)
        assert await bed.run_all() == [2, 3]
        assert bed.store.statuses.counts()["completed"] == 3


async def test_a_case_that_runs_cold_when_its_deck_is_refused_is_left_alone(layout: RunLayout) -> None:
    async with scheduler_of(layout) as bed:
        assert await bed.run(WARM) == 1
        bed.scheduler.retry([1])
        job = await bed.take()
        assert job is not None and job.case_id == 1
        bed.scheduler.distrusted([1], "case 9: the waveforms differ")
        await bed.scheduler.finished(job, COMPLETED)
        assert await bed.run_all() == [2, 3]


async def test_a_case_that_rests_twice_on_a_refused_deck_runs_again_once(layout: RunLayout) -> None:
    async with scheduler_of(layout) as bed:
        assert await bed.run(WARM) == 1
        bed.scheduler.retry([1])
        assert await bed.run(WARM) == 1
        bed.scheduler.distrusted([1, 1], "case 9: the waveforms differ")
        assert await bed.run_all() == [1, 2, 3]


async def test_a_case_retried_by_hand_during_its_pause_runs_once(layout: RunLayout) -> None:
    async with scheduler_of(layout) as bed:
        assert await bed.run(CRASHED) == 1
        assert bed.scheduler.retry([1]) == 1
        assert await bed.run_all() == [1, 2, 3]
        await anyio.sleep(0.05)
        assert await bed.take() is None


async def test_a_case_cancelled_during_its_pause_does_not_run(layout: RunLayout) -> None:
    async with scheduler_of(layout) as bed:
        assert await bed.run(CRASHED) == 1
        bed.scheduler.cancel_cases([1])
        assert bed.store.statuses.of(1) == "pending"
        await anyio.sleep(0.05)
        assert await bed.run_all() == [2, 3]


async def test_a_case_reported_during_its_pause_does_not_run(layout: RunLayout) -> None:
    async with scheduler_of(layout) as bed:
        assert await bed.run(CRASHED) == 1
        bed.store.flush()
        bed.scheduler.reported(Report(1, COMPLETED, 0.0, "elsewhere"))
        await anyio.sleep(0.05)
        assert await bed.run_all() == [2, 3]
        assert bed.store.statuses.of(1) == "completed"


@pytest.mark.parametrize("outcome", [CRASHED, CRASHED._replace(warm=True)], ids=["paused", "next"])
async def test_a_case_between_two_attempts_is_pending_when_the_run_is_cancelled(
    layout: RunLayout, outcome: Outcome
) -> None:
    async with scheduler_of(layout) as bed:
        assert await bed.run(outcome) == 1
        bed.scheduler.cancel("on request")
    async with scheduler_of(layout) as bed:
        assert bed.store.attempts_made() == 1
        assert await bed.run_all() == [1, 2, 3]


async def test_a_fault_of_the_machine_gives_the_case_back_and_pauses_until_a_probe_succeeds(
    layout: RunLayout,
) -> None:
    trouble = ["cannot write below results/"]
    probed, works = anyio.Event(), anyio.Event()

    async def sleep(seconds: float) -> None:
        probed.set()
        await works.wait()

    watch = MachineWatch(lambda: trouble[0], sleep)
    async with scheduler_of(layout, watch) as bed:
        assert await bed.run(Outcome.met(OSError(errno.EIO, "I/O error"), "run the case")) == 1
        await probed.wait()
        bed.store.flush()
        assert await bed.take() is None  # the run is paused
        assert bed.store.statuses.of(1) == "pending" and bed.store.attempts_of(1) == 0
        trouble[0] = ""
        works.set()
        assert await bed.run_all() == [1, 2, 3]
        bed.store.flush()
        assert bed.store.attempts_of(1) == bed.store.attempts_made() / 3 == 1


async def test_a_case_given_back_between_two_attempts_keeps_its_number_and_what_was_decided(
    layout: RunLayout,
) -> None:
    answers = iter(["no process can be started", "", ""])

    async def sleep(seconds: float) -> None:
        """No time passes."""

    async with scheduler_of(layout, MachineWatch(lambda: next(answers), sleep)) as bed:
        assert await bed.run(Outcome.failed(FailureKind.SPAWN_FAILED, "cannot start ngspice")) == 1
        warm = CRASHED._replace(warm=True)
        assert await bed.run(warm) == 1  # counts: the probe succeeds
        job = await bed.take()
        assert job is not None and job.case_id == 1 and job.forced_cold
        await bed.scheduler.finished(job, COMPLETED)
        bed.store.flush()
        assert bed.store.attempts_of(1) == bed.store.attempts_made() == 2
