"""Bringing a run back from the cluster: its jobs are ended before anybody else runs its cases."""

from __future__ import annotations

import shutil
import time
from array import array

from simorc.cluster.array_files import CLUSTER, Control, Wave, set_control, waves_of
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
    waves = waves_of(layout)
    if not waves:
        return
    set_control(layout, Control(paused=True))
    for wave in waves:
        scheduler = scheduler_called(wave.scheduler)
        if scheduler is None:
            raise RunError(f"{layout.name} has jobs on {wave.scheduler}, which is not installed")
        try:
            _end(scheduler, wave)
        except (SchedulerSilent, ToolMissing) as error:
            raise RunError(
                f"{layout.name} may have jobs on {wave.scheduler}: {error.message}",
                remedy=(
                    f"run it on a host with access to {wave.scheduler}, or with --executor {wave.scheduler}"
                ),
            ) from error
        _gather(wave, store)
        wave.close()
    for left in layout.path.glob(".chunk-*"):
        shutil.rmtree(left, ignore_errors=True)


def _gather(wave: Wave, store: Store) -> None:
    """Bring what the wave's chunks finished into the store, for good."""
    pieces = [[array("I", piece) for piece in chunk] for chunk in wave.chunks()]
    chunks = {
        element: OpenChunk(wave, element, chunk, wave.generations[element - 1])
        for element, chunk in enumerate(pieces, 1)
    }
    gathering = Gathering(store, len(store.statuses))
    while gathering.look(wave, chunks):
        store.flush()


def _end(scheduler: Scheduler, wave: Wave) -> None:
    deadline = time.monotonic() + GONE_WITHIN
    while time.monotonic() < deadline:
        job = scheduler.states([wave.job_name]).get(wave.job_name)
        if job is None or not any(element.alive for element in job.elements.values()):
            return
        scheduler.cancel(job.job)
        time.sleep(1.0)
    raise SchedulerSilent(f"the jobs did not end within {GONE_WITHIN:.0f} s ({CLUSTER}/{wave.name})")
