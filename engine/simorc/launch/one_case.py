"""Runs one case without a runner, for the generated pytest module.

The outcome is left as a status file. `store_results` brings these into the store.
"""

from __future__ import annotations

import functools
import json
import socket
import time
from pathlib import Path

import anyio

from simorc.errors import TemplateError
from simorc.regular_files import read_regular
from simorc.rundir.attempts.gather import gather_idle
from simorc.rundir.attempts.status_files import Report, leave_report
from simorc.rundir.circuit.circuits import settings_of
from simorc.rundir.circuit.input_changes import changes_of, refuse_changed
from simorc.rundir.circuit.record import KEEP
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest, load_manifest
from simorc.rundir.store.reader import RunReader
from simorc.runner.case_workers import program_worker, simulator_of
from simorc.runner.measuring import Measuring
from simorc.runner.preparation import Preparation
from simorc.simulators.job import Job
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.simulators.others.worker import UNHEARD, ProgramWorker
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.simulators.versions import require_version


@functools.lru_cache(maxsize=8)
def _prepared(run: Path) -> tuple[RunLayout, Preparation, Ngspice | ProgramWorker, Measuring]:
    layout = RunLayout(run)
    manifest: Manifest = load_manifest(layout)
    refuse_changed(layout, changes_of(layout, manifest), KEEP)
    settings = settings_of(layout, manifest, {})
    require_version(settings.simulator, settings.executable, settings.min_version)
    own = settings.simulator == "ngspice"
    simulator = simulator_of(settings, run) if own else program_worker(settings, run)
    preparation = Preparation(layout, manifest, settings)
    return layout, preparation, simulator, Measuring(layout, manifest, preparation.plan)


async def _simulated(simulator: Ngspice | ProgramWorker, job: Job, measuring: Measuring) -> Outcome:
    if isinstance(simulator, ProgramWorker):
        outcome = await simulator.run(job, UNHEARD)
    else:
        outcome = await _on_ngspice(simulator, job)
    return await measuring.complete(job.case_id, outcome)


async def _on_ngspice(simulator: Ngspice, job: Job) -> Outcome:
    """The case in a process of its own, as its operating point if that is stored."""
    session = job.directory.with_name(f".{job.directory.name}-op")
    worker = NgspiceWorker(simulator, VerifiedDecks("off", 0), session, SessionLife())
    try:
        outcome = await simulator.run_cold(job)
        if job.operating_point is None or outcome.status != "completed":
            return outcome
        return await worker.operating_points.added(outcome, job, UNHEARD)
    finally:
        await worker.close()


def case_label(run: Path, case_id: int) -> str:
    """A short name of a case for test reports: ``17-vdda=3.0-temp=125``."""
    case = _prepared(run)[1].plan.case(case_id)
    return "-".join([str(case_id), *(f"{name}={value}" for name, value in case.parameters.items())])


def run_case(run: Path, case_id: int) -> Outcome:
    """Simulate and judge one case of the run in directory `run`, unless it is completed already."""
    layout, preparation, simulator, measuring = _prepared(run)
    if _completed(layout, case_id):
        return Outcome(status="completed")
    started = time.time()
    try:
        job = preparation.job(case_id)
    except TemplateError as error:
        outcome = Outcome.failed(FailureKind.TEMPLATE_ERROR, error.message)
    else:
        outcome = anyio.run(_simulated, simulator, job, measuring)
    leave_report(layout, Report(case_id, outcome, started, socket.gethostname()))
    return outcome


def store_results(run: Path) -> None:
    """Store the result of `run_case` in the run, unless a runner holds the run: then the runner stores it."""
    gather_idle(RunLayout(run))


def _completed(layout: RunLayout, case_id: int) -> bool:
    with RunReader(layout) as view:
        row = view.case(case_id)
    if row is not None and row["status"] == "completed":
        return layout.case_dir(case_id).is_dir()
    try:
        record = json.loads(read_regular(layout.status_file(case_id)))
    except (OSError, ValueError):
        return False
    return bool(record.get("status") == "completed") and layout.case_dir(case_id).is_dir()
