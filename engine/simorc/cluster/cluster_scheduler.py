"""Runs cases on a cluster: submits chunks, collects their results, and submits lost chunks again.

Its whole state is in the run directory and in the cluster's scheduler, so it may be killed and started on
another host at any time; the jobs continue meanwhile. The one rule: a chunk that is neither done nor owned by
a job that the scheduler reports as alive is over, and its unfinished cases are submitted again. A scheduler
that does not answer changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

import anyio

from simorc.cluster.array_files import Control, set_control
from simorc.cluster.chunk_queue import ChunkQueue
from simorc.cluster.job_arrays import JobArrays
from simorc.cluster.log_collector import FINAL, Gathering, OpenChunk
from simorc.cluster.lost_chunks import LostChunks
from simorc.config.execution_record import Site
from simorc.errors import SchedulerSilent, SubmissionImpossible, SubmissionRefused
from simorc.executors.batch_scheduler import ArrayJob, Scheduler
from simorc.files import is_network
from simorc.rundir.attempts.status_files import Report
from simorc.rundir.layout import RunLayout
from simorc.rundir.run_settings import RunSettings
from simorc.rundir.store.finished import finished_elsewhere
from simorc.rundir.store.writer import Store
from simorc.runner.ledger import write_down
from simorc.runner.preparation import Preparation
from simorc.runner.retry_policy import budgets_from
from simorc.runner.steering import Steering

GATHER_EVERY = 0.5
HEAR_EVERY = 2.0
PAUSE_PER_ROUND, PAUSE_PER_QUERY = 5, 20
"""A round of gathering, and a query for states, are each followed by so many times as long without another:
they load this machine and the batch scheduler little."""
GONE_AFTER, GONE_AFTER_ON_NETWORK = 1.0, 60.0
"""Seconds a chunk must be unknown to the scheduler before it counts as over: another host's last lines may
take as long to be seen."""
CANCEL_WITHIN = 120.0
REFUSED_PAUSE = 15.0


class ClusterScheduler:
    """The cases of one run on their way through a cluster."""

    def __init__(
        self,
        layout: RunLayout,
        preparation: Preparation,
        store: Store,
        scheduler: Scheduler,
        site: Site,
        settings: RunSettings,
    ) -> None:
        self._layout, self._store, self._settings = layout, store, settings
        self.plan = preparation.plan
        self._gathering = Gathering(store, len(self.plan))
        self._arrays = JobArrays(layout, scheduler, site, store, settings)
        self._queue = ChunkQueue(preparation, settings, site, store)
        self._lost = LostChunks(store, self._gathering, budgets_from(settings))
        self._site = site
        self._gone_after = GONE_AFTER_ON_NETWORK if is_network(layout.path) else GONE_AFTER
        self._steering = Steering()
        self._cancelled_at = 0.0
        self._next_poll = self._next_hearing = self._next_submission = 0.0
        self._changed = anyio.Event()
        self._reported: set[str] = set()

    # The run's life -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until nothing is left, on the cluster or here, or the run is cancelled."""
        self._steering.begin(self.jobs, time.time())
        self._write_down()
        self._store.set_meta(aside=0, refusal="")
        set_control(self._layout, Control())
        self._adopt_submitted()
        self._steering.report_start(len(self._queue), len(self.plan), "submit")
        self._write_down()
        while True:
            began = time.monotonic()
            await self._round()
            if self._over():
                break
            took = time.monotonic() - began
            with anyio.move_on_after(max(GATHER_EVERY, PAUSE_PER_ROUND * took)):
                await self._changed.wait()
            self._changed = anyio.Event()
        self._end()

    def _adopt_submitted(self) -> None:
        """What earlier runners submitted stays theirs; everything else is to be submitted."""
        statuses = self._store.statuses
        named = self._settings.cases
        wanted = list(named) if named is not None else statuses.ids("pending", "in_progress", "failed")
        self._arrays.adopt()
        self._gather()
        left = [case_id for case_id in wanted if not self._arrays.holds(case_id)]
        self._store.back_to_pending([case_id for case_id in left if statuses.of(case_id) != "pending"])
        self._queue.fill(left)

    def _over(self) -> bool:
        if self._steering.cancelled:
            late = time.monotonic() - self._cancelled_at > CANCEL_WITHIN
            if late and self._arrays.chunks:
                self._store.event(
                    "warning", f"these jobs may still be running: {', '.join(self._arrays.jobs())}"
                )
            return late or not self._arrays.chunks
        return not self._arrays.chunks and not len(self._queue)

    def _end(self) -> None:
        for chunk in list(self._arrays.chunks):
            self._close(chunk, count=False)
        twice = self._gathering.duplicates
        more = f", {twice} run twice" if twice else ""
        self._steering.end(self._store.statuses.counts(), time.time(), more)
        self._write_down()

    def settle(self) -> None:
        self._arrays.settle()

    # One round ------------------------------------------------------------------------------------

    async def _round(self) -> None:
        """States first, then the logs: what a job wrote before it ended is read before it is judged."""
        asked = time.monotonic()
        states = await self._states(asked)
        self._gather()
        for chunk in [chunk for chunk in self._arrays.chunks if chunk.ended == "done"]:
            self._close(chunk)
        if states is not None:
            self._reconcile(states, asked)
        await self._errands()
        if not self._steering.cancelled and not self._steering.pause_reasons:
            await self._submit()

    async def _states(self, now: float) -> Mapping[str, ArrayJob] | None:
        if now < self._next_poll or not self._arrays.chunks:
            return None
        try:
            states = await self._arrays.states()
        except SchedulerSilent as error:
            self._warn_once(f"the scheduler does not respond: {error.message}")
            states = None
        took = time.monotonic() - now
        self._next_poll = time.monotonic() + max(self._site.poll, min(60.0, PAUSE_PER_QUERY * took))
        return states

    def _gather(self) -> None:
        hear = time.monotonic() >= self._next_hearing
        if hear:
            self._next_hearing = time.monotonic() + HEAR_EVERY
        for array, chunks in self._arrays.by_array():
            self._gathering.look(array, chunks)
            for chunk in chunks.values() if hear else ():
                if chunk.attempts and not chunk.ended:
                    self._gathering.hear(chunk)

    def _reconcile(self, states: Mapping[str, ArrayJob], asked: float) -> None:
        self._report_hopeless(states)
        for chunk in list(self._arrays.chunks):
            if self._arrays.alive(chunk, states, asked):
                chunk.missed = None
            elif chunk.missed is None:
                chunk.missed = asked
                self._next_poll = min(self._next_poll, time.monotonic() + self._gone_after)
            elif asked - chunk.missed >= self._gone_after:
                self._close(chunk)

    def _close(self, chunk: OpenChunk, *, count: bool = True) -> None:
        """The chunk is over; what it left unfinished waits again, unless it was lost too often."""
        self._arrays.remove(chunk)
        statuses = self._store.statuses
        left = [
            case for case in chunk.cases if statuses.of(case) not in FINAL and not self._arrays.holds(case)
        ]
        if count and chunk.ended != "done" and not self._steering.cancelled:
            self._lost.record_loss(chunk)
        self._store.back_to_pending([case for case in left if statuses.of(case) == "in_progress"])
        if self._steering.cancelled or not count:
            return
        wanted = {
            case for case in left if statuses.of(case) not in FINAL and case not in self._steering.left_out
        }
        if wanted and chunk.ended != "done":
            generation = self._lost.generation_after(chunk, wanted)
            if generation is not None:
                self._queue.put_back(chunk.pieces, wanted, generation)

    async def _submit(self) -> None:
        """Hand in waiting chunks, as many as the scheduler takes."""
        while len(self._queue) and time.monotonic() >= self._next_submission:
            room = await self._arrays.room()
            batch = self._queue.take(room, await self._arrays.width()) if room else []
            if not batch:
                return
            try:
                await self._arrays.submit(batch)
            except SubmissionImpossible as error:
                self._queue.give_back(batch)
                self._refused_for_good(error.message)
                return
            except SubmissionRefused as error:
                self._queue.give_back(batch)
                self._next_submission = time.monotonic() + self._arrays.refused(len(batch), REFUSED_PAUSE)
                self._warn_once(f"the scheduler rejects the jobs: {error.message}")

    def _refused_for_good(self, words: str) -> None:
        """What the scheduler will never take ends the run; jobs that it took before are cancelled too."""
        self._store.event("warning", f"the scheduler rejects the jobs: {words}")
        self._store.set_meta(refusal=words)
        self.cancel(f"the scheduler rejects the jobs for good: {words}")

    async def _errands(self) -> None:
        try:
            if self._steering.cancelled:
                await self._arrays.cancel()
            else:
                await self._arrays.run_errands()
        except SchedulerSilent as error:
            self._warn_once(f"the scheduler does not respond: {error.message}")

    def _report_hopeless(self, states: Mapping[str, ArrayJob]) -> None:
        if not self._steering.pause_reasons:
            for message in self._arrays.hopeless(states):
                self._warn_once(message)

    def _warn_once(self, message: str) -> None:
        if message not in self._reported:
            self._reported.add(message)
            self._store.event("warning", message)

    # Steering -------------------------------------------------------------------------------------

    @property
    def jobs(self) -> int:
        return self._arrays.slots

    def set_jobs(self, jobs: int) -> None:
        self._arrays.set_jobs(jobs)
        self._store.set_meta(jobs=jobs)
        self._wake()

    def cancel(self, why: str) -> None:
        """End every job; cases in progress become pending again."""
        if self._steering.cancel(why):
            self._cancelled_at, self._next_poll = time.monotonic(), 0.0
            self._steered()

    def cancel_cases(self, case_ids: Sequence[int]) -> None:
        """Stop or skip these; they stay pending."""
        self._steering.leave_out(case_ids)
        self._queue.drop(case_ids)
        self._steered()

    def retry(self, case_ids: Iterable[int]) -> int:
        """Run these again; those in progress or waiting are not changed. Returns how many."""
        statuses = self._store.statuses
        again = [
            case
            for case in case_ids
            if statuses.of(case) in FINAL
            or (case in self._steering.left_out and statuses.of(case) == "pending")
        ]
        self._steering.left_out.difference_update(again)
        self._store.back_to_pending(again)
        self._queue.fill(again)
        self._steered()
        return len(again)

    def move_to_front(self, case_ids: Iterable[int]) -> None:
        self._queue.move_to_front(case_ids)

    def reported(self, report: Report) -> None:
        """A worker elsewhere ran a case by itself."""
        if self._store.statuses.of(report.case_id) != "completed":
            self._queue.drop([report.case_id])
            self._store.attempt_finished(finished_elsewhere(report, self._store))

    def pause(self, reason: str) -> None:
        """Submit nothing and hold waiting jobs; running chunks finish their cases in progress."""
        if self._steering.pause(reason):
            self._steered()

    def resume(self, reason: str) -> None:
        if self._steering.resume(reason):
            self._steered()

    def _steered(self) -> None:
        """Write the requests, notify the chunks, and check at once. The jobs themselves are ended, held and
        released in the next round.
        """
        self._write_down()
        self._control()
        self._arrays.want_held(bool(self._steering.pause_reasons))
        self._wake()

    def _write_down(self) -> None:
        write_down(self._steering.commands(), self._store)

    def _control(self) -> None:
        paused = bool(self._steering.cancelled or self._steering.pause_reasons)
        skip = tuple(sorted(case for case in self._steering.left_out if self._arrays.holds(case)))
        set_control(self._layout, Control(paused, skip))

    def _wake(self) -> None:
        self._changed.set()
