"""Runs the cases of a run on an executor, on this machine or inside a chunk of a cluster.

This is the `Work` an executor draws from: a thin loop around `RunState`, which makes the decisions. It
prepares jobs, measures their results, and records the decisions.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import anyio
from anyio.abc import TaskGroup

from simorc.errors import TemplateError
from simorc.executors.base import Executor
from simorc.rundir.attempts.status_files import Report
from simorc.rundir.layout import RunLayout
from simorc.rundir.run_settings import RunSettings
from simorc.rundir.store.connection import DatabaseError
from simorc.rundir.store.finished import Finished, finished_elsewhere
from simorc.runner.early_stop import Stopping, already_known
from simorc.runner.first_queue import first_queue
from simorc.runner.guardian import Guardian
from simorc.runner.ledger import Ledger, write_down
from simorc.runner.machine.admission import LOOK_EVERY, Admission
from simorc.runner.machine.probes import MachineProbes
from simorc.runner.machine.watch import MachineWatch, pause_reason
from simorc.runner.measuring import Measuring
from simorc.runner.preparation import Preparation
from simorc.runner.retry_policy import budgets_from, decide, installed_retry_rules
from simorc.runner.run_state import RunState, Start
from simorc.runner.silent_cases import SilentCases
from simorc.runner.steering import Kill, WakeAt
from simorc.simulators.defects import print_defect
from simorc.simulators.job import Job
from simorc.simulators.outcome import FailureKind, Outcome


class LocalScheduler:
    """The cases of one run on their way through an executor."""

    def __init__(
        self,
        layout: RunLayout,
        preparation: Preparation,
        measuring: Measuring,
        store: Ledger,
        executor: Executor,
        guardian: Guardian,
        settings: RunSettings,
        *,
        groups: Sequence[Sequence[int]] | None = None,
        admission: Admission | None = None,
        stopping: Stopping | None = None,
        machine: MachineWatch | None = None,
    ) -> None:
        """`groups` are the cases likely to share a deck, if known; `admission` is the limit of this machine
        on how many cases run at once; `stopping` ends Monte Carlo early; `machine` knows its faults.
        """
        self._layout = layout
        self._preparation = preparation
        self._measuring = measuring
        self._store = store
        self._executor = executor
        self._guardian = guardian
        self._settings = settings
        self._admission = admission or Admission(None, None, None)
        # Cases requested by number run even if early stopping would leave them out.
        self._stopping = stopping if settings.cases is None else None
        budgets, rules = budgets_from(settings), installed_retry_rules()
        queue = first_queue(store, settings, preparation, executor.place, groups)
        self._state = RunState(queue, lambda attempts: decide(attempts, budgets, rules), self._stopping)
        self._silent = SilentCases(layout, settings)
        self._machine = machine or MachineWatch(MachineProbes(layout, settings.executable).trouble)
        self._changed: anyio.Event | None = None
        self._tasks: TaskGroup | None = None
        self.plan = preparation.plan

    # The run's life -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Execute until nothing is left or the run is cancelled."""
        steering = self._state.steering
        steering.begin(self.jobs, time.time())
        if self._stopping is not None:
            known = already_known(self._layout, self._stopping)
            self._state.leave_out_samples(known, again=True)
        self._carry_out()
        self._store.set_meta(aside=self._not_asked_for())
        steering.report_start(self._state.waiting, len(self.plan), "run")
        self._carry_out()
        async with anyio.create_task_group() as self._tasks:
            self._tasks.start_soon(self._look_at_machine)
            try:
                await self._executor.run(self)
            finally:
                self._admission.leave()
            self._tasks.cancel_scope.cancel()
        self._store.back_to_pending(self._state.between_attempts())
        steering.end(self._store.statuses.counts(), time.time())
        self._carry_out()

    def _not_asked_for(self) -> int:
        """How many pending cases this start does not run: they were not requested."""
        return max(0, self._store.statuses.counts()["pending"] - self._state.waiting)

    async def _look_at_machine(self) -> None:
        trouble = self._admission.enter(self.jobs, self._wanted())
        if trouble:
            self._store.event("warning", trouble)
        while True:
            self._wake()
            await anyio.sleep(LOOK_EVERY)
            with suppress(OSError):  # no descriptors, or a lost file system: check again later
                self._admission.look(self.jobs, self._wanted())
            for case_id, message in self._silent.look(self._state.under_way, time.time()):
                self._store.event("warning", message, case_id)

    def _wanted(self) -> int:
        return self._state.waiting + len(self._state.under_way)

    def settle(self) -> None:
        """Nothing is kept outside the store."""

    def _carry_out(self) -> None:
        """Execute the commands that the state returns, and let the slots check for work again."""
        commands = self._state.steering.commands()
        for command in write_down(commands, self._store) if commands else ():
            match command:
                case Kill(case_ids):
                    self._executor.stop(case_ids)
                case WakeAt(moment):
                    self._tick_at(moment)
        self._wake()

    def _tick_at(self, moment: float) -> None:
        if self._tasks is None:
            self._state.tick(moment)
        else:
            self._tasks.start_soon(self._tick_later, moment)

    async def _tick_later(self, moment: float) -> None:
        await anyio.sleep_until(moment)
        self._state.tick(moment)
        self._wake()

    # Steering -------------------------------------------------------------------------------------

    def cancel(self, why: str) -> None:
        """Stop everything; cases in progress become pending again."""
        self._state.steering.cancel(why)
        self._carry_out()

    def end_soon(self) -> None:
        """Start no more cases: the run ends when the cases in progress have ended."""
        self._state.end_soon()
        self._wake()

    def cancel_cases(self, case_ids: Sequence[int]) -> None:
        """Stop or skip these; they stay pending."""
        self._state.leave_out(case_ids)
        self._carry_out()

    def retry(self, case_ids: Iterable[int]) -> int:
        """Run these again, from scratch; those in progress are not changed. Returns how many."""
        count = self._state.retry(case_ids)
        self._carry_out()
        self._store.set_meta(aside=self._not_asked_for())
        return count

    def move_to_front(self, case_ids: Iterable[int]) -> None:
        self._state.move_to_front(case_ids)

    @property
    def jobs(self) -> int:
        return self._executor.jobs

    def set_jobs(self, jobs: int) -> None:
        self._executor.set_jobs(jobs)
        self._store.set_meta(jobs=jobs)
        self._wake()

    def reported(self, report: Report) -> None:
        """A worker in another process ran a case by itself; its result counts unless the case is in progress
        here.
        """
        case_id = report.case_id
        if case_id in self._state.under_way or self._store.statuses.of(case_id) == "completed":
            return
        self._state.withdraw([case_id])
        self._carry_out()
        self._store.attempt_finished(finished_elsewhere(report, self._store))
        self._wake()

    def pause(self, reason: str) -> None:
        """Start nothing new until `resume` takes this very reason back."""
        if self._state.steering.pause(reason):
            self._carry_out()

    def resume(self, reason: str) -> None:
        if self._state.steering.resume(reason):
            self._carry_out()

    # Work, as the executor sees it ----------------------------------------------------------------

    async def take(self, slot: int) -> Job | None:
        while not self._state.over:
            if self._state.starts_cases:
                start = self._start_next(slot)
                if start is not None:
                    job = self._job_of(start)
                    if job is not None:
                        return job
                    self._release()
                    continue
                if self._state.idle:
                    self._wake()
                    return None
            self._changed = self._changed or anyio.Event()
            await self._changed.wait()
        return None

    def _start_next(self, slot: int) -> Start | None:
        """The next case, if one waits and the machine takes it."""
        start = None
        with suppress(OSError, DatabaseError):  # what cannot be read now is looked at again later
            if not self._admission.admit():
                return None
            try:
                start = self._state.start_next(slot, self._store.attempts_of, time.time())
            finally:
                if start is None:
                    self._admission.release()
        return start

    def spawned(self, case_id: int, pid: int) -> None:
        self._guardian.started(pid)

    def exited(self, pid: int) -> None:
        self._guardian.ended(pid)

    def progressed(self, case_id: int, fraction: float) -> None:
        self._silent.moved(case_id, fraction, time.time())
        self._store.progressed(case_id, fraction)

    def distrusted(self, case_ids: Sequence[int], reason: str) -> None:
        self._state.distrust(case_ids, reason)
        self._carry_out()
        self._store.set_meta(aside=self._not_asked_for())

    async def finished(self, job: Job, outcome: Outcome) -> None:
        self._release()
        try:
            outcome = await self._measuring.complete(job.case_id, outcome)
        except Exception as error:  # noqa: BLE001 - a defect met in one case must not stop the others
            print_defect(error)
            outcome = Outcome.met(error, "measure")
        self._conclude(job.case_id, outcome)

    # Work in ranges -------------------------------------------------------------------------------

    @property
    def holds(self) -> bool:
        """Whether no further case is to begin now."""
        return not self._state.starts_cases

    @property
    def waiting(self) -> int:
        """How many cases wait."""
        return self._state.waiting

    def take_range(self, slot: int, most: int) -> list[int]:
        case_ids: list[int] = []
        with suppress(OSError, DatabaseError):
            if self._state.starts_cases and self._admission.admit():
                case_ids = self._state.start_range(slot, most, self._store.attempts_of, math.inf)
                if not case_ids:
                    self._admission.release()
        if case_ids:
            self.begun(case_ids[0])
        return case_ids

    def directory(self, case_id: int) -> Path:
        return self._preparation.layout.case_dir(case_id)

    def begun(self, case_id: int) -> None:
        if case_id in self._state.under_way:
            self._store.case_started(case_id, self._state.begin(case_id, time.time()))

    def measured(self, case_id: int, started: float, outcome: Outcome) -> None:
        self._state.begin(case_id, started)
        self._conclude(case_id, outcome)

    def range_ended(self, left: Sequence[int], *, other: bool) -> Job | None:
        alone = other and self._state.may_begin(left[0])
        self._unstart(left[1:] if alone else left)
        job = self._job_of(self._state.start_of(left[0])) if alone else None
        if job is None:
            self._release()
        self._wake()
        return job

    def _unstart(self, case_ids: Sequence[int]) -> None:
        for case_id in case_ids:
            if case_id in self._state.under_way and self._store.statuses.of(case_id) == "in_progress":
                self._store.given_back(case_id, self._state.start_of(case_id).attempt - 1)
        self._state.unstart(case_ids)

    # One case -------------------------------------------------------------------------------------

    def _job_of(self, start: Start) -> Job | None:
        """Prepare an attempt at a case; None if it cannot even be prepared, which is its verdict."""
        case_id, action = start.case_id, start.action
        self._store.case_started(case_id, start.attempt)
        options, cold = (action.options, action.forced_cold) if action else ((), False)
        try:
            return self._preparation.job(case_id, options=options, forced_cold=cold)
        except TemplateError as error:
            self._conclude(case_id, Outcome.failed(FailureKind.TEMPLATE_ERROR, error.message))
        except Exception as error:  # noqa: BLE001 - a defect met in one case must not stop the others
            print_defect(error)
            self._conclude(case_id, Outcome.met(error, "prepare the case"))
        return None

    def _release(self) -> None:
        """A case, or a range of cases, has left the machine."""
        with suppress(OSError):
            self._admission.release()

    def _conclude(self, case_id: int, outcome: Outcome) -> None:
        """An attempt is over: it is written down before anything that follows from it."""
        fault = self._machine.blames_machine(case_id, outcome)
        if fault:
            self._give_back(case_id, outcome, fault)
            return
        done = self._state.completed_at_once(case_id, outcome)
        if done is None:
            done = self._state.finished(case_id, outcome, anyio.current_time())
        self._store.attempt_finished(
            Finished(
                *(case_id, done.attempt, done.outcome, done.action.name, done.final, done.started),
                *(self._executor.place, done.fallback_step),
            )
        )
        self._state.judge_yield(done)
        self._carry_out()

    def _give_back(self, case_id: int, outcome: Outcome, fault: str) -> None:
        """The machine and not the case is at fault: the run waits until a probe succeeds."""
        self._state.give_back(case_id)
        if not self._machine.fault and self._tasks is not None and not self._state.over:
            self._machine.fault = reason = pause_reason(fault)
            message = f"{fault}; cases that meet this run again, first case {case_id} ({outcome.message})"
            self._store.event("warning", message)
            self._state.steering.pause(reason)
            self._tasks.start_soon(self._until_machine_works, reason)
        self._carry_out()

    async def _until_machine_works(self, reason: str) -> None:
        await self._machine.recovery()
        self._machine.fault = ""
        self.resume(reason)

    def _wake(self) -> None:
        if self._changed is not None:  # a slot waits
            self._changed.set()
            self._changed = None
