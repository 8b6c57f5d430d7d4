"""The runner: the process that owns a run while it is active.

Started as ``python -m simorc.launch.runner RUN_DIR`` with its options as JSON on standard input, in its own
session, so that it continues after the terminal that started it closes. It holds the run's lock, works from
the run directory alone, and exits with code 0 when the run is over, 75 when another process holds the run.
"""

from __future__ import annotations

import importlib
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import anyio

from simorc.cpus import usable_cpus
from simorc.executors.base import Executor
from simorc.executors.local import LocalExecutor
from simorc.executors.registry import LOCAL, Offer, executor_called, scheduler_called
from simorc.files import sweep_unfinished
from simorc.launch.runner_process import exit_code_of
from simorc.rundir.attempts.attempt_log import Trace
from simorc.rundir.circuit.circuits import settings_of
from simorc.rundir.circuit.input_changes import HeldFiles, changes_of, refuse_changed
from simorc.rundir.circuit.record import ACCEPT, KEEP
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerLock
from simorc.rundir.manifest import Manifest, load_manifest
from simorc.rundir.retention import retire
from simorc.rundir.run_settings import RunSettings
from simorc.rundir.store.reader import RunReader
from simorc.rundir.store.writer import Store
from simorc.rundir.unvaried import Unvaried, unvaried
from simorc.runner.accepting import accept_changes
from simorc.runner.case_workers import loader_of, simulator_of, warm_loss, warm_way_of, worker_maker
from simorc.runner.early_stop import stopping_of
from simorc.runner.guardian import Guardian, sweep_orphans
from simorc.runner.housekeeping import Housekeeping
from simorc.runner.local_scheduler import LocalScheduler
from simorc.runner.machine.admission import admission_of
from simorc.runner.machine.presence import Presence, remove_stub
from simorc.runner.machine.probes import MachineProbes
from simorc.runner.machine.watch import MachineWatch
from simorc.runner.measuring import Measuring
from simorc.runner.preparation import Preparation
from simorc.runner.reuse import Reuse
from simorc.runner.run_record import TROUBLE
from simorc.runner.run_scheduler import RunScheduler
from simorc.simulators.ngspice.session_way import WarmWay
from simorc.simulators.ngspice.whole_cases.loader import Loader
from simorc.sweeps.plan import Plan
from simorc.threads import in_thread

LOADED_FIRST = (
    *("numpy", "psutil", "simorc.measurements.measure"),
    *("anyio._core._signals", "anyio._core._sockets", "anyio._core._subprocesses", "anyio._core._tasks"),
)
"""Loaded before the first case: a module whose loading a fault breaks off cannot be loaded again. anyio loads
its parts when they are used first.
"""


def main() -> int:
    """Run the run named on the command line."""
    layout = RunLayout(Path(sys.argv[1]).resolve())
    written = sys.stdin.read()
    options: Mapping[str, Any] = json.loads(written) if written.strip() else {}
    return exit_code_of(lambda: _hold(layout, options))


def _hold(layout: RunLayout, options: Mapping[str, Any]) -> None:
    with RunnerLock(layout) as lock:
        there = anyio.run(_run, layout, lock, options)
    for old in retire(layout) if there else ():
        sys.stderr.write(f"removed {old}: execution.keep\n")


async def _run(layout: RunLayout, lock: RunnerLock, options: Mapping[str, Any]) -> bool:
    """Run the run; whether it is still there."""
    for name in LOADED_FIRST:
        importlib.import_module(name)
    manifest = load_manifest(layout)
    accepted = accept_changes(layout, manifest) if options.get("inputs") == ACCEPT else None
    refuse_changed(layout, changes_of(layout, manifest), KEEP)
    settings = settings_of(layout, manifest, options)
    preparation = Preparation(layout, manifest, settings)
    sweep_orphans(layout.path)
    sweep_unfinished(layout.path)
    guardian = Guardian()
    with ExitStack() as open_files:
        store = open_files.enter_context(Store(layout, preparation.plan, durable=settings.durable))
        store.circuit = preparation.circuit.number
        if accepted is not None:
            store.event("accepted", f"circuit {accepted.number}: {'; '.join(accepted.changes)}")
        trace = Trace(layout, look_for_raws=settings.compress or bool(manifest.reuse))
        open_files.callback(trace.close)
        presence = open_files.enter_context(closing(Presence(layout)))
        scheduler = make_scheduler(
            layout, manifest, settings, preparation, store, guardian, open_files, presence
        )
        reuse = Reuse(layout, manifest, settings, preparation, store, scheduler)
        held = HeldFiles(layout, manifest)
        housekeeping = Housekeeping(layout, lock, store, trace, scheduler, settings, held, presence)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_obey_signals, scheduler, housekeeping)
            tasks.start_soon(housekeeping.beat)
            tasks.start_soon(reuse.run)
            await scheduler.run()
            await housekeeping.written()
            housekeeping.stop()
            tasks.cancel_scope.cancel()
        if not housekeeping.removed and housekeeping.flush():
            await _warn_of_unvaried(layout, preparation.plan, store)
        await housekeeping.close()
        scheduler.settle()
    with suppress(OSError):  # what a session left there is for fsck to report
        (layout.path / ".warm").rmdir()
    guardian.dismiss()
    if housekeeping.removed:
        remove_stub(layout, housekeeping.unfinished_before_removal)
        return False
    lock.leave()
    return True


async def _warn_of_unvaried(layout: RunLayout, plan: Plan, store: Store) -> None:
    """Report which axes of the sweep changed no result, once everything is written."""

    def look() -> Sequence[Unvaried]:
        with RunReader(layout) as view:
            return unvaried(view, plan)

    try:
        found = await in_thread(look)
    except TROUBLE as error:
        store.event("warning", f"not known whether every axis changed a result: {error}")
        return
    store.set_meta(unvaried=json.dumps([str(each) for each in found]))
    for each in found:
        store.event("warning", str(each))


def make_scheduler(
    layout: RunLayout,
    manifest: Manifest,
    settings: RunSettings,
    preparation: Preparation,
    store: Store,
    guardian: Guardian,
    until_end: ExitStack,
    presence: Presence | None = None,
) -> RunScheduler:
    """The scheduler of the run: of a cluster if the executor submits jobs, else of this machine. What is to
    be closed at the end is added to `until_end`.
    """
    store.set_meta(warm_lost="", unvaried="[]")
    name = settings.executor
    cluster = None if name == LOCAL else scheduler_called(name)
    if cluster is not None:
        # Imported here: a run of this machine starts sooner without the job arrays of a cluster.
        from simorc.cluster.cluster_scheduler import ClusterScheduler

        return ClusterScheduler(layout, preparation, store, cluster, settings.cluster, settings)
    if layout.cluster.is_dir():
        from simorc.cluster.recall import recall_jobs

        recall_jobs(layout, store)
    way = warm_way_of(settings, layout.path) if name == LOCAL else None
    if warm_loss(way):
        store.set_meta(warm_lost=warm_loss(way))
        store.event("warning", warm_loss(way))
    measuring = Measuring(layout, manifest, preparation.plan)
    loader = loader_of(way, preparation, measuring, until_end)
    executor = make_executor(layout, settings, name, way, loader)
    admission = admission_of(layout, settings) if name == LOCAL else None
    return LocalScheduler(
        *(layout, preparation, measuring, store, executor, guardian, settings),
        admission=admission,
        stopping=stopping_of(layout, manifest, preparation.plan),
        machine=MachineWatch(MachineProbes(layout, settings.executable, presence).trouble),
    )


def make_executor(
    layout: RunLayout,
    settings: RunSettings,
    name: str = LOCAL,
    way: WarmWay | None = None,
    loader: Loader | None = None,
) -> Executor:
    """This machine's executor, or another package's, with the run's simulator."""
    if name != LOCAL:
        simulator = simulator_of(settings, layout.path)
        return executor_called(name, Offer(layout.path, simulator, settings.jobs, settings))
    sessions = layout.path / ".warm"
    workers = worker_maker(settings, run=layout.path, sessions=sessions, way=way, loader=loader)
    return LocalExecutor(workers, settings.jobs or usable_cpus())


async def _obey_signals(scheduler: RunScheduler, housekeeping: Housekeeping) -> None:
    """SIGTERM and SIGINT cancel the run cleanly; a hang-up changes nothing."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as received:
        async for number in received:
            scheduler.cancel(f"by {signal.Signals(number).name}")
            housekeeping.end_without_disk()


if __name__ == "__main__":
    sys.exit(main())
