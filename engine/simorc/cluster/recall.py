"""Moves a run from the cluster back to this machine: cancels its jobs and collects their results."""

from __future__ import annotations

import shutil
import time
from array import array

from simorc.cluster.array_files import Control, JobArray, open_job_arrays, set_control
from simorc.cluster.log_collector import Gathering, OpenChunk
from simorc.errors import RunError, SchedulerSilent, ToolMissing
from simorc.executors.batch_scheduler import Scheduler
from simorc.executors.registry import scheduler_called
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.writer import Store

GONE_WITHIN = 90.0


def recall_jobs(layout: RunLayout, store: Store) -> None:
    """End every cluster job of a run and gather what they finished; raises `RunError` if they cannot be
    known to have ended.
    """
    job_arrays = open_job_arrays(layout)
    if not job_arrays:
        return
    set_control(layout, Control(paused=True))
    for job_array in job_arrays:
        scheduler = scheduler_called(job_array.scheduler)
        if scheduler is None:
            raise RunError(f"{layout.name} has jobs on {job_array.scheduler}, which is not installed")
        try:
            _end(scheduler, job_array)
        except (SchedulerSilent, ToolMissing) as error:
            raise RunError(
                f"{layout.name} may have jobs on {job_array.scheduler}: {error.message}",
                remedy=(
                    f"run it on a host with access to {job_array.scheduler}, "
                    f"or with --executor {job_array.scheduler}"
                ),
            ) from error
        _gather(job_array, store)
        job_array.close()
    for left in layout.path.glob(".chunk-*"):
        shutil.rmtree(left, ignore_errors=True)


def _gather(job_array: JobArray, store: Store) -> None:
    """Store the results that the job array's chunks finished; they are final."""
    pieces = [[array("I", piece) for piece in chunk] for chunk in job_array.chunks()]
    chunks = {
        element: OpenChunk(job_array, element, chunk, job_array.generations[element - 1])
        for element, chunk in enumerate(pieces, 1)
    }
    gathering = Gathering(store, len(store.statuses))
    while gathering.look(job_array, chunks):
        store.flush()


def _end(scheduler: Scheduler, job_array: JobArray) -> None:
    deadline = time.monotonic() + GONE_WITHIN
    while time.monotonic() < deadline:
        job = scheduler.states([job_array.job_name]).get(job_array.job_name)
        if job is None or not any(element.alive for element in job.elements.values()):
            return
        scheduler.cancel(job.job)
        time.sleep(1.0)
    raise SchedulerSilent(f"the jobs did not end within {GONE_WITHIN:.0f} s (.cluster/{job_array.name})")
