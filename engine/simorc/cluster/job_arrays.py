"""The job arrays of a cluster run: their open chunks and their states in the batch scheduler.

Every question to the scheduler runs in a thread, so that a slow one does not delay the run.
"""

from __future__ import annotations

import shutil
import time
from array import array
from collections.abc import Iterator, Mapping

from anyio import to_thread

from simorc.cluster.advice import advice_on
from simorc.cluster.array_files import JobArray, new_job_array, open_job_arrays
from simorc.cluster.chunk_queue import Batch
from simorc.cluster.log_collector import OpenChunk
from simorc.config.execution_record import Site
from simorc.errors import SchedulerSilent, SubmissionRefused
from simorc.executors.batch_scheduler import ArrayJob, Scheduler, Submission
from simorc.rundir.layout import RunLayout
from simorc.rundir.run_settings import RunSettings
from simorc.rundir.store.definitions import stored_definitions
from simorc.rundir.store.writer import Store

_OPTIONS = ("timeout", "warm", "nice")
"""Settings a runner may have been started with, which its chunks need as well."""


class JobArrays:
    """What is in the scheduler's queue or runs on its nodes."""

    def __init__(
        self, layout: RunLayout, scheduler: Scheduler, site: Site, store: Store, settings: RunSettings
    ) -> None:
        self._layout, self._scheduler, self._site, self._store = layout, scheduler, site, store
        given = {name: getattr(settings, name) for name in _OPTIONS}
        self._options = {name: value for name, value in given.items() if value}
        self._submitted: dict[str, JobArray] = {}
        self._chunks: dict[str, dict[int, OpenChunk]] = {}
        self._handed_in: dict[str, float] = {}
        self._placed = bytearray(len(store.statuses) + 1)
        self._limit: int | None = None
        self._width: int | None = None
        self._jobs = settings.jobs
        self._throttled = True
        self._held_marker = layout.cluster / "held"
        self._want_held = False

    # What there is --------------------------------------------------------------------------------

    def adopt(self) -> None:
        """Adopt the job arrays that earlier runners submitted."""
        for job_array in open_job_arrays(self._layout):
            self._open(job_array)

    def _open(self, job_array: JobArray) -> None:
        self._submitted[job_array.name] = job_array
        chunks = self._chunks.setdefault(job_array.name, {})
        for element, chunk in enumerate(job_array.chunks(), 1):
            pieces = [array("I", piece) for piece in chunk]
            chunks[element] = OpenChunk(job_array, element, pieces, job_array.generations[element - 1])
            for piece in pieces:
                for case_id in piece:
                    self._placed[case_id] = min(255, self._placed[case_id] + 1)

    def remove(self, chunk: OpenChunk) -> None:
        """The chunk is over; what its attempts left lying about goes."""
        del self._chunks[chunk.job_array.name][chunk.element]
        for case_id in chunk.cases:
            self._placed[case_id] -= 1
        for attempt in chunk.attempts:
            work = self._layout.path / chunk.job_array.work_directory(chunk.element, attempt)
            shutil.rmtree(work, ignore_errors=True)

    @property
    def chunks(self) -> list[OpenChunk]:
        return [chunk for chunks in self._chunks.values() for chunk in chunks.values()]

    def by_array(self) -> Iterator[tuple[JobArray, dict[int, OpenChunk]]]:
        for name, chunks in self._chunks.items():
            if chunks:
                yield self._submitted[name], chunks

    def holds(self, case_id: int) -> bool:
        """Whether an open chunk has the case."""
        return bool(self._placed[case_id])

    def jobs(self) -> list[str]:
        """The ids of the jobs with open chunks."""
        return [job_array.job or job_array.job_name for job_array, _ in self.by_array()]

    def settle(self) -> None:
        """Job arrays without open chunks are over, now that the store has everything they reported."""
        for name, job_array in self._submitted.items():
            if not self._chunks[name]:
                job_array.close()

    # The scheduler --------------------------------------------------------------------------------

    async def states(self) -> Mapping[str, ArrayJob]:
        """The state of our jobs in the scheduler."""
        names = [job_array.job_name for job_array, _ in self.by_array()]
        return await to_thread.run_sync(self._scheduler.states, names)

    def alive(self, chunk: OpenChunk, states: Mapping[str, ArrayJob], asked: float) -> bool:
        """Whether a live job owns the chunk; `asked` is the time of the scheduler query."""
        if self._handed_in.get(chunk.job_array.name, 0.0) >= asked:
            return True
        known = states.get(chunk.job_array.job_name)
        if known is None:
            return False
        if chunk.job_array.job is None:
            chunk.job_array.submitted(known.job)
        element = known.elements.get(chunk.element)
        return element is not None and element.alive

    def hopeless(self, states: Mapping[str, ArrayJob]) -> Iterator[str]:
        """Warnings about jobs that will wait forever, for the user."""
        for job in states.values():
            reasons = [element.reason for element in job.elements.values() if element.hopeless]
            for reason in dict.fromkeys(reasons):
                yield f"job {job.job} cannot start ({reason}): {advice_on(reason, job.job)}"

    async def room(self) -> int:
        """How many elements may be submitted now in one job."""
        if self._limit is None:
            self._limit = await self._array_limit()
        queued = len(self.chunks)
        free = self._limit if self._site.max_jobs is None else self._site.max_jobs - queued
        return max(0, min(self._limit, free))

    async def _array_limit(self) -> int:
        try:
            return await to_thread.run_sync(self._scheduler.array_limit)
        except SchedulerSilent as error:
            raise SubmissionRefused(error.message) from error

    async def width(self) -> int | None:
        """How many elements could run at once."""
        if self._jobs is not None:
            return self._throttle()
        if self._site.max_jobs is not None:
            return self._site.max_jobs
        if self._width is None:
            try:
                self._width = await to_thread.run_sync(self._scheduler.width, self._site)
            except SchedulerSilent:
                return None  # a guess will do: this only shapes the chunks
        return self._width

    async def submit(self, batch: Batch) -> None:
        """Hand in an array job; raises `SubmissionRefused`. A scheduler that did not answer may have it."""
        scheduler = self._scheduler
        job_array = new_job_array(
            self._layout,
            scheduler.name,
            self._site,
            batch,
            options={**self._options, "definitions": stored_definitions(self._layout.database)},
            element_variable=scheduler.element_variable,
        )
        throttle = None if self._jobs is None else self._throttle()
        submission = Submission(
            job_array.job_name,
            job_array.script,
            job_array.elements,
            job_array.directory,
            self._site,
            throttle,
        )
        try:
            job_array.submitted(await to_thread.run_sync(scheduler.submit, submission))
        except SubmissionRefused:
            job_array.close()
            raise
        except SchedulerSilent as error:
            self._store.event(
                "warning", f"it is unknown whether {job_array.name} was submitted: {error.message}"
            )
        self._handed_in[job_array.name] = time.monotonic()
        self._open(job_array)
        cases = sum(len(piece) for _, chunk in batch for piece in chunk)
        self._store.event("submitted", f"job {job_array.job}: {cases} cases in {job_array.elements} chunks")

    def refused(self, elements: int, pause: float) -> float:
        """Request less next time; returns how long to wait before."""
        self._limit = max(1, elements // 2)
        return pause if elements == 1 else 1.0

    async def cancel(self) -> None:
        """End all our jobs."""
        for job_array, _ in self.by_array():
            if job_array.job is not None:
                await to_thread.run_sync(self._scheduler.cancel, job_array.job)

    # Pause and jobs -------------------------------------------------------------------------------

    def _throttle(self) -> int:
        return max(1, -(-(self._jobs or 1) // self._site.cpus))

    @property
    def slots(self) -> int:
        """How many cases may run at once, as far as that is known."""
        return self._jobs or (self._width or self._site.max_jobs or 1) * self._site.cpus

    def set_jobs(self, jobs: int) -> None:
        self._jobs, self._throttled = jobs, False

    def want_held(self, held: bool) -> None:
        self._want_held = held

    async def run_errands(self) -> None:
        """Send the requests made since the last round to the scheduler."""
        if self._want_held != self._held_marker.exists():
            await self._hold_or_release()
        if not self._throttled:
            job_arrays = [job_array for job_array, _ in self.by_array() if job_array.job is not None]
            share = max(1, self._throttle() // max(1, len(job_arrays)))
            for job_array in job_arrays:
                await to_thread.run_sync(self._scheduler.throttle, job_array.job or "", share)
            self._throttled = True

    async def _hold_or_release(self) -> None:
        act = self._scheduler.hold if self._want_held else self._scheduler.release
        if self._want_held:
            self._held_marker.touch()
        for job_array, _ in self.by_array():
            if job_array.job is not None:
                await to_thread.run_sync(act, job_array.job)
        if not self._want_held:
            self._held_marker.unlink(missing_ok=True)
