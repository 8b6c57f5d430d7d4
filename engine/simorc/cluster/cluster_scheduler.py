"""Conducts a run on a cluster: submits chunks, gathers what they finish, submits again what was lost.

The coordinator remembers nothing that is not in the run directory or with the scheduler, so it may be killed
and started on another host at any time; the jobs go on meanwhile. Its one rule: a chunk that is neither done
nor owned by a job the scheduler knows to be alive is over, and what it left unfinished is submitted again.
A scheduler that does not answer decides nothing.
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
from simorc.errors import SchedulerSilent, SubmissionRefused
from simorc.executors.batch_scheduler import ArrayJob, Scheduler, Site
from simorc.files import is_network
from simorc.rundir.layout import RunLayout
from simorc.rundir.run_settings import RunSettings
from simorc.rundir.status_files import Report
from simorc.rundir.store.writer import Store, finished_elsewhere
from simorc.runner.preparation import Preparation
from simorc.runner.run_scheduler import TAKING_OVER

GATHER_EVERY = 0.5
HEAR_EVERY = 2.0
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
        self._fleet = JobArrays(layout, scheduler, site, store, settings)
        self._queue = ChunkQueue(preparation, settings, site, store)
        self._lost = LostChunks(store, self._gathering, settings.retries)
        self._site = site
        self._gone_after = GONE_AFTER_ON_NETWORK if is_network(layout.path) else GONE_AFTER
        self._dropped: set[int] = set()
        self._pause_reasons: set[str] = set()
        self._cancelled, self._cancelled_at = "", 0.0
        self._next_poll = self._next_hearing = self._next_submission = 0.0
        self._changed = anyio.Event()
        self._told: set[str] = set()

    # The run's life -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until nothing is left, on the cluster or here, or the run is cancelled."""
        self._store.set_meta(state="running", started=time.time(), jobs=self.jobs, pause_reason="", aside=0)
        set_control(self._layout, Control())
        self._take_over()
        first = f", after {TAKING_OVER}" if TAKING_OVER in self._pause_reasons else ""
        self._store.event("started", f"{len(self._queue)} of {len(self.plan)} cases to submit{first}")
        while True:
            began = time.monotonic()
            await self._round()
            if self._over():
                break
            took = time.monotonic() - began
            with anyio.move_on_after(max(GATHER_EVERY, 5 * took)):
                await self._changed.wait()
            self._changed = anyio.Event()
        self._tell_end()

    def _take_over(self) -> None:
        """What earlier coordinators submitted stays theirs; everything else is to be submitted."""
        statuses = self._store.statuses
        named = self._settings.cases
        wanted = list(named) if named is not None else statuses.ids("pending", "in_progress", "failed")
        self._fleet.adopt()
        self._gather()
        left = [case_id for case_id in wanted if not self._fleet.holds(case_id)]
        self._store.back_to_pending([case_id for case_id in left if statuses.of(case_id) != "pending"])
        self._queue.fill(left)

    def _over(self) -> bool:
        if self._cancelled:
            late = time.monotonic() - self._cancelled_at > CANCEL_WITHIN
            if late and self._fleet.chunks:
                self._store.event("warning", f"jobs may still be alive: {', '.join(self._fleet.jobs())}")
            return late or not self._fleet.chunks
        return not self._fleet.chunks and not len(self._queue)

    def _tell_end(self) -> None:
        for chunk in list(self._fleet.chunks):
            self._close(chunk, count=False)
        counts = self._store.statuses.counts()
        ended = "cancelled" if self._cancelled else "finished"
        self._store.set_meta(state=ended, ended=time.time())
        told = f"{counts['completed']} completed, {counts['failed']} failed, {counts['pending']} pending"
        more = f", {self._gathering.duplicates} run twice" if self._gathering.duplicates else ""
        self._store.event(ended, f"{told}{more}{' (' + self._cancelled + ')' if self._cancelled else ''}")

    def settle(self) -> None:
        self._fleet.settle()

    # One round ------------------------------------------------------------------------------------

    async def _round(self) -> None:
        """States first, then the logs: what a job wrote before it ended is read before it is judged."""
        asked = time.monotonic()
        states = await self._states(asked)
        self._gather()
        for chunk in [chunk for chunk in self._fleet.chunks if chunk.ended == "done"]:
            self._close(chunk)
        if states is not None:
            self._reconcile(states, asked)
        await self._errands()
        if not self._cancelled and not self._pause_reasons:
            await self._submit()

    async def _states(self, now: float) -> Mapping[str, ArrayJob] | None:
        if now < self._next_poll or not self._fleet.chunks:
            return None
        try:
            states = await self._fleet.states()
        except SchedulerSilent as error:
            self._say_once(f"the scheduler does not answer: {error.message}")
            states = None
        # A large cluster's scheduler is asked no more often than it takes a hundredth of its time.
        took = time.monotonic() - now
        self._next_poll = time.monotonic() + max(self._site.poll, min(60.0, 20 * took))
        return states

    def _gather(self) -> None:
        hear = time.monotonic() >= self._next_hearing
        if hear:
            self._next_hearing = time.monotonic() + HEAR_EVERY
        for wave, chunks in self._fleet.by_wave():
            self._gathering.look(wave, chunks)
            for chunk in chunks.values() if hear else ():
                if chunk.attempts and not chunk.ended:
                    self._gathering.hear(chunk)

    def _reconcile(self, states: Mapping[str, ArrayJob], asked: float) -> None:
        self._tell_hopeless(states)
        for chunk in list(self._fleet.chunks):
            if self._fleet.alive(chunk, states, asked):
                chunk.missed = None
            elif chunk.missed is None:
                chunk.missed = asked
                self._next_poll = min(self._next_poll, time.monotonic() + self._gone_after)
            elif asked - chunk.missed >= self._gone_after:
                self._close(chunk)

    def _close(self, chunk: OpenChunk, *, count: bool = True) -> None:
        """The chunk is over; what it left unfinished waits again, unless it was lost too often."""
        self._fleet.remove(chunk)
        statuses = self._store.statuses
        left = [
            case for case in chunk.cases if statuses.of(case) not in FINAL and not self._fleet.holds(case)
        ]
        if count and chunk.ended != "done" and not self._cancelled:
            self._lost.blame(chunk)
        self._store.back_to_pending([case for case in left if statuses.of(case) == "in_progress"])
        if self._cancelled or not count:
            return
        wanted = {case for case in left if statuses.of(case) not in FINAL and case not in self._dropped}
        if wanted and chunk.ended != "done":
            generation = self._lost.generation_after(chunk, wanted)
            if generation is not None:
                self._queue.put_back(chunk.pieces, wanted, generation)

    async def _submit(self) -> None:
        """Hand in waiting chunks, as many as the scheduler takes."""
        while len(self._queue) and time.monotonic() >= self._next_submission:
            room = await self._fleet.room()
            batch = self._queue.take(room, await self._fleet.width()) if room else []
            if not batch:
                return
            try:
                await self._fleet.submit(batch)
            except SubmissionRefused as error:
                self._queue.give_back(batch)
                self._next_submission = time.monotonic() + self._fleet.refused(len(batch), REFUSED_PAUSE)
                self._say_once(f"the scheduler refuses the jobs: {error.message}")

    async def _errands(self) -> None:
        try:
            if self._cancelled:
                await self._fleet.cancel()
            else:
                await self._fleet.run_errands()
        except SchedulerSilent as error:
            self._say_once(f"the scheduler does not answer: {error.message}")

    def _tell_hopeless(self, states: Mapping[str, ArrayJob]) -> None:
        if not self._pause_reasons:
            for said in self._fleet.hopeless(states):
                self._say_once(said)

    def _say_once(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._store.event("warning", message)

    # Steering -------------------------------------------------------------------------------------

    @property
    def jobs(self) -> int:
        return self._fleet.slots

    def set_jobs(self, jobs: int) -> None:
        self._fleet.set_jobs(jobs)
        self._store.set_meta(jobs=jobs)
        self._wake()

    def cancel(self, why: str) -> None:
        """End every job; cases under way become pending again."""
        if not self._cancelled:
            self._cancelled, self._cancelled_at = why, time.monotonic()
            self._next_poll = 0.0
            self._store.set_meta(state="cancelling")
            self._control()
            self._wake()

    def cancel_cases(self, case_ids: Sequence[int]) -> None:
        """Stop or skip these; they stay pending."""
        self._dropped.update(case_ids)
        self._queue.drop(case_ids)
        self._control()
        self._wake()

    def retry(self, case_ids: Iterable[int]) -> int:
        """Run these again; those under way or waiting are left alone. Returns how many."""
        statuses = self._store.statuses
        again = [
            case
            for case in case_ids
            if statuses.of(case) in FINAL or (case in self._dropped and statuses.of(case) == "pending")
        ]
        self._dropped.difference_update(again)
        self._store.back_to_pending(again)
        self._queue.fill(again)
        self._control()
        self._wake()
        return len(again)

    def hurry(self, case_ids: Iterable[int]) -> None:
        self._queue.hurry(case_ids)

    def reported(self, report: Report) -> None:
        """A worker elsewhere ran a case by itself."""
        if self._store.statuses.of(report.case_id) != "completed":
            self._queue.drop([report.case_id])
            self._store.attempt_finished(finished_elsewhere(report, self._store))

    def pause(self, reason: str) -> None:
        """Submit nothing and hold what waits; running chunks finish their cases under way."""
        if reason not in self._pause_reasons:
            self._pause_reasons.add(reason)
            self._say_paused(reason)

    def resume(self, reason: str) -> None:
        if reason in self._pause_reasons:
            self._pause_reasons.discard(reason)
            self._say_paused(reason)

    def _say_paused(self, changed: str) -> None:
        why = "; ".join(sorted(self._pause_reasons))
        if not self._cancelled:
            self._store.set_meta(state="paused" if why else "running", pause_reason=why)
        if changed != TAKING_OVER:
            self._store.event("paused" if why else "resumed", why or f"no longer: {changed}")
        self._control()
        self._fleet.want_held(bool(why))
        self._wake()

    def _control(self) -> None:
        paused = bool(self._cancelled or self._pause_reasons)
        skip = tuple(sorted(case for case in self._dropped if self._fleet.holds(case)))
        set_control(self._layout, Control(paused, skip))

    def _wake(self) -> None:
        self._changed.set()
