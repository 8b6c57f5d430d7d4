"""A run while it is under way: hands out jobs, takes outcomes, decides what follows.

This is the `Work` an executor draws from. It keeps what only the living runner knows (what is in flight,
what failed how often); everything durable goes to the store.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import anyio
from anyio.abc import TaskGroup

from simorc.errors import TemplateError
from simorc.executors.base import Executor
from simorc.rundir.layout import RunLayout
from simorc.rundir.run_settings import RunSettings
from simorc.rundir.status_files import Report
from simorc.rundir.store.writer import Finished, finished_elsewhere
from simorc.runner.admission import LOOK_EVERY, Admission
from simorc.runner.case_queue import CaseQueue
from simorc.runner.deck_groups import deck_groups
from simorc.runner.early_stop import Known, Stopping, already_known
from simorc.runner.guardian import Guardian
from simorc.runner.ledger import Ledger
from simorc.runner.measuring import Measuring
from simorc.runner.preparation import Preparation
from simorc.runner.retry_policy import (
    Action,
    Attempt,
    Budgets,
    budgets_from,
    current_rung,
    decide,
    installed_retry_rules,
    told_of_rungs,
)
from simorc.runner.run_scheduler import TAKING_OVER
from simorc.runner.silent_cases import SilentCases
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
    ) -> None:
        """`groups` are the cases likely to share a deck, where that is known already; `admission` is what
        this machine has to say about how many cases run at once; `stopping` ends Monte Carlo early.
        """
        self._layout = layout
        self._preparation = preparation
        self._measuring = measuring
        self._store = store
        self._executor = executor
        self._guardian = guardian
        self._settings = settings
        self._groups = groups
        self._admission = admission or Admission(None, None, None)
        self._budgets: Budgets = budgets_from(settings)
        self._remedies = installed_retry_rules()
        self._backlog = self._first_backlog()
        # Cases asked for by number are run, whatever is known without them.
        self._stopping = stopping if settings.cases is None else None
        self._histories: dict[int, list[Attempt]] = {}
        self._next_action: dict[int, Action] = {}
        self._in_flight: dict[int, tuple[int, float]] = {}
        self._silent = SilentCases(layout, settings)
        self._dropped: set[int] = set()
        self._delayed: dict[int, Action] = {}
        self._doubted: dict[int, str] = {}
        self._pause_reasons: set[str] = set()
        self._cancelled = ""
        self._winding_up = False
        self._changed = anyio.Event()
        self._tasks: TaskGroup | None = None
        self.plan = preparation.plan

    # The run's life -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Execute until nothing is left or the run is cancelled."""
        self._store.set_meta(state="running", started=time.time(), jobs=self.jobs, pause_reason="")
        self._leave_out(already_known(self._layout, self._stopping) if self._stopping else [], again=True)
        self._store.set_meta(aside=self._not_asked_for())
        first = f", after {TAKING_OVER}" if TAKING_OVER in self._pause_reasons else ""
        self._store.event(
            "started", f"{len(self._backlog)} of {len(self._preparation.plan)} cases to run{first}"
        )
        async with anyio.create_task_group() as self._tasks:
            self._tasks.start_soon(self._look_at_machine)
            try:
                await self._executor.run(self)
            finally:
                self._admission.leave()
            self._tasks.cancel_scope.cancel()
        self._store.back_to_pending(self._between_attempts(self._histories))
        counts = self._store.statuses.counts()
        ended = "cancelled" if self._cancelled else "finished"
        self._store.set_meta(state=ended, ended=time.time())
        told = f"{counts['completed']} completed, {counts['failed']} failed, {counts['pending']} pending"
        self._store.event(ended, f"{told}{' (' + self._cancelled + ')' if self._cancelled else ''}")

    def _not_asked_for(self) -> int:
        """How many pending cases this start leaves alone: nobody waits for them."""
        return max(0, self._store.statuses.counts()["pending"] - len(self._backlog))

    async def _look_at_machine(self) -> None:
        trouble = self._admission.enter(self.jobs, self._wanted())
        if trouble:
            self._store.event("warning", trouble)
        while True:
            self._wake()
            await anyio.sleep(LOOK_EVERY)
            self._admission.look(self.jobs, self._wanted())
            for case_id, told in self._silent.look(self._in_flight, time.time()):
                self._store.event("warning", told, case_id)

    def _wanted(self) -> int:
        return len(self._backlog) + len(self._in_flight)

    def settle(self) -> None:
        """Nothing is kept outside the store."""

    def cancel(self, why: str) -> None:
        """Stop everything; cases under way become pending again."""
        if not self._cancelled:
            self._cancelled = why
            self._store.set_meta(state="cancelling")
            self._executor.stop()
            self._wake()

    def wind_up(self) -> None:
        """Hand out nothing more: the run ends when the cases under way have."""
        self._winding_up = True
        self._wake()

    def cancel_cases(self, case_ids: Sequence[int]) -> None:
        """Stop or skip these; they stay pending."""
        self._dropped.update(case_ids)
        self._withdraw(case_ids)
        self._executor.stop(case_ids)
        self._wake()

    def retry(self, case_ids: Iterable[int]) -> int:
        """Run these again, from scratch; those under way are left alone. Returns how many."""
        again = [case_id for case_id in dict.fromkeys(case_ids) if case_id not in self._in_flight]
        self._withdraw(again)
        self._dropped.difference_update(again)
        for case_id in again:
            self._histories.pop(case_id, None)
            self._next_action.pop(case_id, None)
        self._store.back_to_pending(again)
        self._backlog.put_first(again)
        self._store.set_meta(aside=self._not_asked_for())
        self._wake()
        return len(again)

    def hurry(self, case_ids: Iterable[int]) -> None:
        self._backlog.hurry(case_ids)

    @property
    def jobs(self) -> int:
        return self._executor.jobs

    def set_jobs(self, jobs: int) -> None:
        self._executor.set_jobs(jobs)
        self._store.set_meta(jobs=jobs)
        self._wake()

    def reported(self, report: Report) -> None:
        """A worker in another process ran a case by itself; its word counts unless the case is under way
        here.
        """
        case_id = report.case_id
        if case_id in self._in_flight or self._store.statuses.of(case_id) == "completed":
            return
        self._withdraw([case_id])
        self._store.attempt_finished(finished_elsewhere(report, self._store))
        self._wake()

    def pause(self, reason: str) -> None:
        """Start nothing new until `resume` takes this very reason back."""
        if reason not in self._pause_reasons:
            self._pause_reasons.add(reason)
            self._say_paused(reason)

    def resume(self, reason: str) -> None:
        if reason in self._pause_reasons:
            self._pause_reasons.discard(reason)
            self._say_paused(reason)
            self._wake()

    def _say_paused(self, changed: str) -> None:
        why = "; ".join(sorted(self._pause_reasons))
        if not self._cancelled:
            self._store.set_meta(state="paused" if why else "running", pause_reason=why)
        if changed != TAKING_OVER:
            self._store.event("paused" if why else "resumed", why or f"no longer: {changed}")

    # Work, as the executor sees it ----------------------------------------------------------------

    async def take(self, slot: int) -> Job | None:
        while not self._cancelled and not self._winding_up:
            changed = self._changed
            if not self._pause_reasons:
                case_id = self._next_case(slot)
                if case_id is not None:
                    job = self._begin(case_id)
                    if job is not None:
                        return job
                    continue
                if not self._in_flight and not self._delayed and not len(self._backlog):
                    self._wake()
                    return None
            await changed.wait()
        return None

    def _next_case(self, slot: int) -> int | None:
        """The next case, if one waits and the machine takes it."""
        if not self._admission.admit():
            return None
        case_id = self._backlog.next(slot)
        if case_id is None:
            self._admission.release()
        return case_id

    def spawned(self, case_id: int, pid: int) -> None:
        self._guardian.started(pid)

    def exited(self, pid: int) -> None:
        self._guardian.ended(pid)

    def progressed(self, case_id: int, fraction: float) -> None:
        self._silent.moved(case_id, fraction, time.time())
        self._store.progressed(case_id, fraction)

    def distrusted(self, case_ids: Sequence[int], reason: str) -> None:
        cases = frozenset(case_ids)
        again = f"; {len(cases)} cases run again" if cases else ""
        self._store.event("warm", f"{reason}{again}")
        self._doubted.update((case_id, reason) for case_id in cases if case_id in self._in_flight)
        self.retry(case_ids)

    async def finished(self, job: Job, outcome: Outcome) -> None:
        outcome = await self._measuring.complete(job.case_id, outcome)
        doubt = self._doubted.pop(job.case_id, "")
        if doubt and outcome.warm and outcome.status == "completed":
            outcome = replace(Outcome.failed(FailureKind.INTERNAL, doubt, seconds=outcome.seconds), warm=True)
        self._conclude(job.case_id, outcome)

    # One case -------------------------------------------------------------------------------------

    def _begin(self, case_id: int) -> Job | None:
        """Prepare the next attempt of a case; None if it cannot even be prepared, which is its verdict."""
        earlier = self._histories.get(case_id)
        attempt = (earlier[-1].number if earlier else self._store.attempts_of(case_id)) + 1
        self._in_flight[case_id] = (attempt, time.time())
        self._store.case_started(case_id, attempt)
        action = self._next_action.pop(case_id, None)
        options, cold = (action.options, action.forced_cold) if action else ((), False)
        try:
            return self._preparation.job(case_id, options=options, forced_cold=cold)
        except TemplateError as error:
            self._conclude(case_id, Outcome.failed(FailureKind.TEMPLATE_ERROR, error.message))
        except OSError as error:
            self._conclude(case_id, Outcome.failed(FailureKind.OUT_OF_DISK, f"case directory: {error}"))
        return None

    def _conclude(self, case_id: int, outcome: Outcome) -> None:
        attempt, started = self._in_flight.pop(case_id)
        self._admission.release()
        history = self._histories.setdefault(case_id, [])
        tried = [*history, Attempt(attempt, outcome)]
        action, rung = decide(tried, self._budgets, self._remedies), current_rung(tried)
        outcome = told_of_rungs(outcome, rung, tried, action)
        if self._cancelled or case_id in self._dropped:
            action = (
                Action("cancelled", self._cancelled or "cancelled")
                if outcome.status != "completed"
                else action
            )
        history.append(Attempt(attempt, outcome, action.name, action.rung))
        self._store.attempt_finished(
            Finished(
                case_id, attempt, outcome, action.name, not action.again, started, self._executor.place, rung
            )
        )
        if not action.again and self._stopping and outcome.status != "cancelled":
            values = outcome.measurements if outcome.status == "completed" else None
            known = self._stopping.concluded(case_id, values)
            self._leave_out([known] if known else [])
        if action.again:
            self._again(case_id, action)
        else:
            self._histories.pop(case_id, None)
        self._wake()

    def _leave_out(self, combinations: Sequence[Known], *, again: bool = False) -> None:
        """Run no further sample of these; they stay pending. `again`: an earlier runner has told so."""
        for known in combinations:
            if self._withdraw(known.case_ids) and not again:
                self._store.event("stopped", known.message)

    def _withdraw(self, case_ids: Iterable[int]) -> list[int]:
        """Take these out of everything that waits to run, now or after a pause; returns those that did
        wait, which are pending.
        """
        asked = list(case_ids)
        waited = self._backlog.drop(asked)
        waited += [case_id for case_id in asked if self._delayed.pop(case_id, None) is not None]
        self._store.back_to_pending(self._between_attempts(waited))
        return waited

    def _between_attempts(self, case_ids: Iterable[int]) -> list[int]:
        """Those of these that failed and were to be tried again."""
        unfinished = (case_id for case_id in case_ids if self._store.statuses.of(case_id) == "in_progress")
        return [case_id for case_id in unfinished if case_id not in self._in_flight]

    def _again(self, case_id: int, action: Action) -> None:
        self._next_action[case_id] = action
        self._store.event("retry", f"case {case_id}: {action.reason}", case_id)
        if action.delay and self._tasks is not None:
            self._delayed[case_id] = action
            self._tasks.start_soon(self._later, case_id, action)
        else:
            self._backlog.put_first([case_id])

    async def _later(self, case_id: int, action: Action) -> None:
        await anyio.sleep(action.delay)
        if self._delayed.get(case_id) is action:
            del self._delayed[case_id]
            self._backlog.put_first([case_id])
            self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, anyio.Event()
        changed.set()

    def _first_backlog(self) -> CaseQueue:
        """What this runner is to do: the cases named, or all that are pending or failed."""
        statuses, named = self._store.statuses, self._settings.cases
        for case_id in statuses.ids("in_progress"):
            self._bury(case_id)
        left = list(named) if named is not None else statuses.ids("pending", "failed")
        self._store.back_to_pending([case_id for case_id in left if statuses.of(case_id) != "pending"])
        return CaseQueue(self._grouped(left))

    def _grouped(self, left: Sequence[int]) -> Sequence[Sequence[int]]:
        """The cases to run in groups that are likely to share a deck."""
        if self._settings.warm == "off":
            return [left]
        groups = deck_groups(self._preparation) if self._groups is None else self._groups
        self._preparation.tell_groups(groups)
        if len(groups) == 1:
            return [left]
        wanted = frozenset(left)
        return [[case_id for case_id in group if case_id in wanted] for group in groups]

    def _bury(self, case_id: int) -> None:
        """An attempt that was under way when an earlier runner died: it is recorded, and the case is
        pending again.
        """
        died = Outcome.failed(FailureKind.LOST_WORKER, "the runner died during this attempt")
        attempt = self._store.attempts_of(case_id)
        self._store.attempt_finished(
            Finished(case_id, attempt, died, "retry", False, time.time(), self._executor.place)
        )
        self._store.back_to_pending([case_id])
