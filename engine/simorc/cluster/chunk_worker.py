"""The process on a cluster node: runs one chunk of cases with a local executor.

Started by the script of a job array as ``python -m simorc.cluster.chunk_worker RUN_DIR ARRAY ELEMENT``. It
needs nothing but the run directory. Exit code 0: every case of the chunk is finished; 75: it stopped before
the end, because the scheduler or the runner requested it or its time was up; any worker can run the remaining
cases.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import anyio
from anyio import to_thread

from simorc.cluster.array_files import JobArray, control_of, read_job_array
from simorc.cluster.chunk_ledger import WARM_LOST, ChunkLayout, ChunkLedger
from simorc.cluster.chunk_log import ChunkLog, finished_in
from simorc.cluster.chunks import Chunk
from simorc.cpus import usable_cpus
from simorc.errors import SimorcError, StoreError, ToolMissing
from simorc.executors.local import LocalExecutor
from simorc.rundir.circuit.circuits import settings_of
from simorc.rundir.circuit.input_changes import changes_of, refuse_changed
from simorc.rundir.circuit.record import KEEP
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest, load_manifest
from simorc.rundir.run_settings import RunSettings
from simorc.runner.case_workers import loader_of, warm_loss, warm_way_of, worker_maker
from simorc.runner.guardian import Guardian
from simorc.runner.local_scheduler import LocalScheduler
from simorc.runner.measuring import Measuring
from simorc.runner.preparation import Preparation
from simorc.simulators.versions import require_version

LEFT_EXIT = 75
BEAT_EVERY = 5.0
LOOK_EVERY = 1.0
MOST_ATTEMPTS = 20
"""A scheduler that restarts a chunk more often than this restarts it for ever."""
_CPU_VARIABLES = ("SLURM_CPUS_PER_TASK", "LSB_DJOB_NUMPROC", "NSLOTS")
_JOB_VARIABLES = (
    ("SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID"),
    ("LSB_JOBID", "LSB_JOBINDEX"),
    ("JOB_ID", "SGE_TASK_ID"),
)


def main() -> int:
    """Run the chunk named on the command line."""
    layout = RunLayout(Path(sys.argv[1]))
    job_array = read_job_array(layout.cluster / sys.argv[2])
    try:
        return anyio.run(run_chunk, layout, job_array, int(sys.argv[3]))
    except SimorcError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code


async def run_chunk(layout: RunLayout, job_array: JobArray, element: int) -> int:
    """Run what is left of a chunk; the exit code."""
    began = time.monotonic()
    built = load_manifest(layout, stored=False)
    manifest = built.with_definitions(job_array.options.get("definitions") or {}, job_array.directory)
    refuse_changed(layout, changes_of(layout, manifest), KEEP)
    with ExitStack() as undo:
        log = ChunkLog(job_array, element)
        undo.callback(log.close)
        if log.attempt > MOST_ATTEMPTS:
            log.end("left", f"started {log.attempt} times")
            return LEFT_EXIT
        left = _left_of(job_array, element, log.attempt, manifest.total)
        settings = _settings(layout, manifest, job_array, left)
        if settings.durable:
            log.follow_files(layout.path)
        inside = ChunkLayout(layout, _work_directory(layout, job_array, element, log.attempt))
        undo.callback(shutil.rmtree, inside.results, ignore_errors=True)
        ledger = ChunkLedger(inside, job_array, element, log, manifest.total)
        undo.callback(ledger.still)
        preparation = Preparation(inside, manifest, settings)
        refusal = _too_old(settings)
        if refusal:
            log.end("left", refusal)
            return ToolMissing.exit_code
        way = warm_way_of(settings, inside.results)
        if warm_loss(way):
            ledger.event(WARM_LOST, warm_loss(way))
        measuring = Measuring(inside, manifest, preparation.plan)
        loader = loader_of(way, preparation, measuring, undo)
        benches = worker_maker(settings, run=inside.results, sessions=inside.results, way=way, loader=loader)
        executor = LocalExecutor(benches, settings.jobs or 1)
        executor.place = place()
        guardian = Guardian()
        scheduler = LocalScheduler(
            inside, preparation, measuring, ledger, executor, guardian, settings, groups=left
        )
        departure = Departure(layout, job_array, scheduler, ledger, log, began)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(departure.heed_signals)
            tasks.start_soon(departure.look)
            await scheduler.run()
            tasks.cancel_scope.cancel()
        guardian.dismiss()
        done = not departure.why and not ledger.statuses.ids("in_progress")
        log.end("done" if done else "left", departure.why)
    _drop_if_empty(job_array.out(element))
    return 0 if done else LEFT_EXIT


class Departure:
    """Why and when a chunk runner leaves before its chunk is finished, and its signs of life till then."""

    def __init__(
        self,
        layout: RunLayout,
        job_array: JobArray,
        scheduler: LocalScheduler,
        ledger: ChunkLedger,
        log: ChunkLog,
        began: float,
    ) -> None:
        self._layout, self._scheduler, self._ledger, self._log = layout, scheduler, ledger, log
        # A tenth of the time granted, but no more than is needed to finish a case or to stop one.
        self._margin = min(30.0, job_array.site.walltime / 5)
        self._until = began + job_array.site.walltime - self._margin
        self._skipped: set[int] = set()
        self.why = ""

    async def heed_signals(self) -> None:
        """SIGUSR1 and SIGUSR2 announce the end: cases in progress may finish. SIGTERM ends them."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        async with anyio.create_task_group() as tasks:
            with anyio.open_signal_receiver(
                signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2
            ) as received:
                async for number in received:
                    soon = number in {signal.SIGUSR1, signal.SIGUSR2}
                    tasks.start_soon(
                        self._leave, signal.Signals(number).name, self._margin / 2 if soon else 0.0
                    )

    async def look(self) -> None:
        """Write heartbeats, read the runner's requests, check the remaining time."""
        next_beat, pause = 0.0, LOOK_EVERY
        async with anyio.create_task_group() as tasks:
            while True:
                now = time.monotonic()
                if now >= next_beat:
                    next_beat, pause = now + pause, min(2 * pause, BEAT_EVERY)
                    self._ledger.beat()
                await to_thread.run_sync(self._log.sync)
                self._heed_control()
                if now >= self._until and not self.why:
                    tasks.start_soon(self._leave, "time limit reached", self._margin / 2)
                await anyio.sleep(LOOK_EVERY)

    def _heed_control(self) -> None:
        control = control_of(self._layout)
        skip = set(control.skip) - self._skipped
        if skip:
            self._skipped |= skip
            self._scheduler.cancel_cases(sorted(skip))
        if control.paused and not self.why:
            self.why = "paused"
            self._scheduler.end_soon()

    async def _leave(self, why: str, grace: float) -> None:
        """Start no more cases; end those still in progress after `grace` seconds."""
        self.why = self.why or why
        self._scheduler.end_soon()
        await anyio.sleep(grace)
        self._scheduler.cancel(why)


def _too_old(settings: RunSettings) -> str:
    """Why this node's simulator is not accepted (``simulator.min_version``); empty if it is."""
    try:
        require_version(settings.simulator, settings.executable, settings.min_version)
    except ToolMissing as error:
        return f"{error.message} on {place()}"
    return ""


def place() -> str:
    """This node, and the job it runs as."""
    node = os.environ.get("SLURMD_NODENAME") or os.uname().nodename
    for job, element in _JOB_VARIABLES:
        if os.environ.get(job):
            return f"{node} {os.environ[job]}_{os.environ.get(element, '')}"
    return node


def _left_of(job_array: JobArray, element: int, attempt: int, total: int) -> Chunk:
    """The chunk without what earlier attempts at it finished."""
    finished: set[int] = set()
    for earlier in range(1, attempt):
        finished |= finished_in(job_array.log(element, earlier), total)
    return [[case for case in piece if case not in finished] for piece in job_array.chunk(element)]


def _settings(layout: RunLayout, manifest: Manifest, job_array: JobArray, left: Chunk) -> RunSettings:
    settings = settings_of(layout, manifest, job_array.options)
    cpus = min(_granted_cpus(job_array.site.cpus), 1024)
    cases = tuple(case for piece in left for case in piece)
    return replace(settings, jobs=max(1, cpus // settings.threads), cases=cases, sweep_timeout=None)


def _granted_cpus(asked: int) -> int:
    for name in _CPU_VARIABLES:
        if os.environ.get(name, "").isdigit():
            return int(os.environ[name])
    return min(asked, usable_cpus())


def _work_directory(layout: RunLayout, job_array: JobArray, element: int, attempt: int) -> Path:
    name = job_array.work_directory(element, attempt)
    scratch = os.path.expandvars(job_array.site.scratch) if job_array.site.scratch else ""
    if "$" in scratch:
        raise StoreError(f"execution.cluster.scratch: {scratch} uses a variable that is not set on this node")
    directory = Path(scratch) / f"{layout.name}{name}" if scratch else layout.path / name
    directory.mkdir(parents=True)
    return directory


def _drop_if_empty(path: Path) -> None:
    """A job that printed nothing leaves no file."""
    try:
        if path.stat().st_size == 0:
            path.unlink()
    except FileNotFoundError:
        pass


if __name__ == "__main__":
    sys.exit(main())
