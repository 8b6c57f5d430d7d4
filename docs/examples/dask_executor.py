"""An executor on dask.distributed: each case is one task, cold.

Register it in the pyproject.toml of a package of yours:

    [project.entry-points."simorc.executors"]
    dask = "dask_executor:make"

and run with ``--executor dask``; ``DASK_SCHEDULER_ADDRESS`` names the scheduler, without it a local cluster
is started. Workers need simorc, the simulator and the run directory at the same path.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable

import anyio
from distributed import Client, Future

from simorc.plugins import FailureKind, Job, Offer, Outcome, Work
from simorc.simulators.ngspice.cold import Ngspice


def simulate(simulator: Ngspice, job: Job) -> Outcome:
    """What runs on a worker."""
    return asyncio.run(simulator.run_cold(job))


class DaskExecutor:
    """Takes as many jobs from the run as there are slots, and gives each to the scheduler."""

    place = "dask"

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._jobs = offer.jobs or 0
        self._client: Client | None = None
        self._scopes: dict[int, anyio.CancelScope] = {}

    @property
    def jobs(self) -> int:
        return self._jobs or 1

    def set_jobs(self, jobs: int) -> None:
        self._jobs = jobs  # taken up by the next run

    def stop(self, case_ids: Iterable[int] | None = None) -> None:
        for case_id in list(self._scopes) if case_ids is None else case_ids:
            if case_id in self._scopes:
                self._scopes[case_id].cancel()

    async def run(self, work: Work) -> None:
        address = os.environ.get("DASK_SCHEDULER_ADDRESS")
        async with Client(address, asynchronous=True, processes=address is None) as self._client:
            self._jobs = self._jobs or sum(self._client.nthreads().values()) or 1
            async with anyio.create_task_group() as tasks:
                for slot in range(self._jobs):
                    tasks.start_soon(self._serve, work, slot)

    async def _serve(self, work: Work, slot: int) -> None:
        while (job := await work.take(slot)) is not None:
            await work.finished(job, await self._simulated(job))

    async def _simulated(self, job: Job) -> Outcome:
        assert self._client is not None
        future: Future = self._client.submit(simulate, self._offer.simulator, job, pure=False)
        with anyio.CancelScope() as scope:
            self._scopes[job.case_id] = scope
            try:
                return await future
            except OSError as error:  # the worker is gone: the run decides whether to try again
                return Outcome.failed(FailureKind.LOST_WORKER, str(error))
            finally:
                del self._scopes[job.case_id]
        await future.cancel()
        return Outcome.cancelled()


def make(offer: Offer) -> DaskExecutor:
    """The entry point."""
    return DaskExecutor(offer)
