"""The operating point of a case: the stored one, or one simulated now in a directory of its own."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import anyio

from simorc.errors import RunError, UsageError
from simorc.operating_point.table import FILE, OperatingPoint, read_operating_point
from simorc.regular_files import read_regular
from simorc.rundir.by_hand import place_beside
from simorc.rundir.circuit.circuits import settings_of
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.run_settings import RunSettings
from simorc.runner.case_workers import cut_decks_of, simulator_of
from simorc.simulators.job import Job
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.simulators.others.worker import UNHEARD
from simorc.simulators.outcome import Outcome
from simorc.simulators.versions import require_version


def operating_point_of(layout: RunLayout, case_id: int) -> OperatingPoint:
    """The operating point of a case; the run is only read.

    Raises RunError if the case has no deck or its operating point cannot be simulated, ToolMissing without
    the simulator, UsageError for a simulator that is not ngspice.
    """
    try:
        return read_operating_point(layout.case_dir(case_id) / FILE)
    except FileNotFoundError:
        return _simulated_now(layout, case_id)


def _simulated_now(layout: RunLayout, case_id: int) -> OperatingPoint:
    settings = settings_of(layout, load_manifest(layout), {})
    if settings.simulator != "ngspice":
        raise UsageError(f"operating points need ngspice, and {layout.name} was run on {settings.simulator}")
    require_version(settings.simulator, settings.executable, settings.min_version)
    try:
        deck = read_regular(layout.deck(case_id)).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        raise RunError(
            f"case {case_id} of {layout.name} has no netlist", remedy="run the case first"
        ) from None
    run = Path(tempfile.mkdtemp(prefix=f".op_{layout.name}_", dir=place_beside(layout)))
    try:
        (run / "results").mkdir()
        (run / "inputs").symlink_to(layout.inputs.resolve())
        found = anyio.run(_simulate, run, Job(case_id, run / "results" / "case", deck), settings)
    finally:
        shutil.rmtree(run, ignore_errors=True)
    if isinstance(found, OperatingPoint):
        return found
    raise RunError(f"case {case_id} of {layout.name}: operating point: {found.message}")


async def _simulate(run: Path, job: Job, settings: RunSettings) -> OperatingPoint | Outcome:
    simulator = simulator_of(settings, run)
    cuts = cut_decks_of(settings, simulator)
    worker = NgspiceWorker(
        simulator, VerifiedDecks("off", 0), run / "results" / "session", SessionLife(), cuts=cuts
    )
    try:
        return await worker.operating_points.of(job, UNHEARD)
    finally:
        await worker.close()
